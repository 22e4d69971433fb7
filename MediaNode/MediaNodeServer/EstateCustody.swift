import Epoll
import Logging
import NodeContract
import SIP
import Signalling
import Succession
import Synchronization

/// Keeps what the signalling loop has in hand in the estate, and refuses what earlier processes died of.
final class EstateCustody: MessageCustody {
  private let hand: Hand
  private let quarantine: Quarantine
  private let log: Logger
  private let refusals = Atomic<UInt64>(0)

  init(_ estate: NodeEstate, log: Logger) {
    hand = estate.hand
    quarantine = estate.quarantine
    self.log = log
  }

  func take(_ bytes: UnsafeRawBufferPointer, over flow: Flow, at now: Moment) -> Bool {
    let kind = flow.suspectKind
    if let reason = quarantine.reason(against: bytes, kind, from: flow.remote, at: now.boot) {
      noteRefusal(reason, over: flow)
      return false
    }
    hand.take(kind, from: flow.remote, bytes)
    return true
  }

  func understand(_ message: SIPMessage, over flow: Flow, at now: Moment) -> Bool {
    let call = message.headers.callID
    let reason = quarantine.reason(
      against: call, begins: message.begins, flow.suspectKind, from: flow.remote, at: now.boot)
    if let reason {
      noteRefusal(reason, over: flow)
      return false
    }
    hand.understand(call: call)
    return true
  }

  func layDown() { hand.layDown() }

  /// Whoever tries again and again fills no log.
  private func noteRefusal(_ reason: Quarantine.Reason, over flow: Flow) {
    let number = refusals.add(1, ordering: .relaxed).newValue
    guard number.nonzeroBitCount == 1 else { return }
    log.warning(
      "not handled: processes died of it",
      metadata: [
        "source": "\(flow.remote)", "quarantined": "\(reason.rawValue)", "refusals": "\(number)",
      ])
  }
}

extension Flow {
  fileprivate var suspectKind: Suspect.Kind { transport == .udp ? .datagram : .streamed }
}

extension SIPMessage {
  /// Nothing that there is would miss it.
  fileprivate var begins: Bool {
    guard case .request(let request) = self else { return false }
    return request.headers.to.tag == nil && request.method != .ack && request.method != .cancel
  }
}
