import SIP

@testable import CallControl

/// A phone's subscription.
final class Watch {
  let party: Party
  private(set) var dialog: Dialog?
  private(set) var invite: SIPRequest
  /// Final responses to its SUBSCRIBEs.
  private(set) var finals: [SIPResponse] = []
  private let event: String?

  init(
    _ party: Party, _ watched: String, event: String? = "dialog", expires: String? = nil,
    change: (inout SIPRequest) -> Void = { _ in }
  ) {
    self.party = party
    self.event = event
    invite = party.request(.subscribe, to: SIPURI(user: watched, host: party.domain))
    invite.headers["Event"] = event
    invite.headers["Expires"] = expires
    change(&invite)
    party.sendWithPassword(
      invite, sent: { [self] request, _ in invite = request },
      then: { [self] in answered($0) })
  }

  private func answered(_ response: SIPResponse?) {
    guard let response, response.status >= 200 else { return }
    finals.append(response)
    if dialog == nil { dialog = Dialog(request: invite, response: response) }
  }

  var status: Int? { finals.last?.status }

  func refresh(expires: Int, event: String? = nil) {
    guard var request = dialog?.request(.subscribe) else { return }
    request.headers["Event"] = event ?? self.event
    request.headers["Expires"] = "\(expires)"
    party.send(request) { [self] in answered($0) }
  }

  func send(_ method: SIPMethod) {
    guard let request = dialog?.request(method) else { return }
    party.send(request) { [self] in answered($0) }
  }

  /// The NOTIFYs that came, in order.
  var notifies: [SIPRequest] {
    party.requests.filter {
      $0.method == .notify && $0.headers.callID == invite.headers.callID
    }
  }

  var documents: [String] {
    notifies.map { request in
      guard case .other(_, let bytes) = request.body else { return "" }
      return String(decoding: bytes, as: UTF8.self)
    }
  }

  /// The states of dialogs in each document.
  var states: [[String]] {
    documents.map { document in
      document.split(separator: "<state>").dropFirst().map { String($0.prefix { $0 != "<" }) }
    }
  }

  var subscriptionStates: [String] { notifies.compactMap { $0.headers["Subscription-State"] } }
}
