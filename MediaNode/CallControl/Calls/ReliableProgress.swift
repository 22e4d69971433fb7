import NodeContract
import SIP

/// Whether the caller acknowledges provisional responses (RFC 3262 section 3).
enum Reliability: UInt8, Hashable, Sendable, CaseIterable {
  /// It does not know how.
  case never
  /// It can: what would be a loss is sent so.
  case supported
  /// It wants all of them so.
  case required

  init(of invite: SIPRequest) {
    if invite.headers.lists("100rel", in: "Require") {
      self = .required
    } else {
      self = invite.headers.lists("100rel", in: "Supported") ? .supported : .never
    }
  }
}

/// Our provisional responses to one INVITE that are repeated until they are acknowledged, one after
/// the other.
struct ReliableProgress: Equatable, Sendable {
  /// RSeq of the latest.
  var sequence: UInt32
  var pending: PendingProgress?
  /// What is said once that is acknowledged; the caller need not know what came between.
  var next: SIPResponse?
}

/// One of them. As with a 2xx, whoever carries the call on begins to repeat it anew.
struct PendingProgress: Equatable, Sendable {
  let response: SIPResponse
  var retransmission: Retransmission

  static func == (left: PendingProgress, right: PendingProgress) -> Bool {
    left.response == right.response
  }

  /// The 2xx must wait for its acknowledgement then (RFC 3262 section 3).
  var describesSession: Bool { response.body != .none }
}

/// A dialog of ours that the called party's reliable provisional response made. A proxy may make
/// several of one INVITE.
struct EarlyDialog: Hashable, Sendable {
  var dialog: Dialog
  /// RSeq of the latest response within it.
  var heard: UInt32
  /// The answer to our offer, which the 2xx need not say again.
  var answer: SessionDescription?
}

extension EarlyDialog {
  fileprivate mutating func note(_ response: SIPResponse) {
    guard answer == nil, case .session(let description) = response.body else { return }
    answer = description
  }
}

/// RAck: which provisional response a PRACK acknowledges (RFC 3262 section 7.2).
struct ProgressAcknowledgement: Hashable, Sendable, CustomStringConvertible {
  let response: UInt32
  let request: CSeq

  init(response: UInt32, request: CSeq) {
    self.response = response
    self.request = request
  }

  /// Nil for anything but two numbers and a method.
  init?(_ text: String) {
    let words = text.split { $0 == " " || $0 == "\t" }
    guard words.count == 3, let response = UInt32(words[0]), let number = UInt32(words[1]) else {
      return nil
    }
    self.init(response: response, request: CSeq(number, SIPMethod(rawValue: String(words[2]))))
  }

  var description: String { "\(response) \(request.number) \(request.method)" }
}

extension SIPHeaders {
  /// RSeq of a response that wants to be acknowledged; nil of any other.
  var reliableSequence: UInt32? {
    guard lists("100rel", in: "Require") else { return nil }
    return self["RSeq"].flatMap { UInt32($0) }
  }
}

extension Leg {
  /// The dialog of a 2xx to our INVITE: the one that its provisional responses made, or a new one.
  func newDialog(accepting response: SIPResponse) -> Dialog? {
    guard let known = early.first(where: { $0.dialog.id.remoteTag == response.headers.to.tag })
    else { return Dialog(accepting: response, to: invite) }
    var dialog = known.dialog
    dialog.receive(response)
    return dialog
  }

  /// Notes a reliable response; nil: it was heard before, or one before it was not.
  mutating func hear(_ response: SIPResponse, numbered sequence: UInt32) -> Dialog? {
    let tag = response.headers.to.tag
    if let index = early.firstIndex(where: { $0.dialog.id.remoteTag == tag }) {
      guard sequence == early[index].heard &+ 1 else { return nil }
      early[index].heard = sequence
      early[index].note(response)
      return early[index].dialog
    }
    guard early.count < Leg.mostEarlyDialogs,
      let dialog = Dialog(request: invite, response: response)
    else { return nil }
    early.append(EarlyDialog(dialog: dialog, heard: sequence))
    early[early.count - 1].note(response)
    return dialog
  }

  /// So many devices behind one proxy may ring reliably; further ones are heard when they answer.
  private static let mostEarlyDialogs = 8

  /// A 2xx with the session that a reliable response before it described.
  func completed(_ response: SIPResponse) -> SIPResponse {
    guard response.body == .none,
      let answer = early.first(where: { $0.dialog.id.remoteTag == response.headers.to.tag })?.answer
    else { return response }
    var response = response
    response.body = .session(answer)
    return response
  }

  mutating func replaceEarly(_ dialog: Dialog) {
    for index in early.indices where early[index].dialog.id == dialog.id {
      early[index].dialog = dialog
    }
  }
}
