import CallControl
import ControlLink
import Epoll
import Glibc
import Logging
import MediaPlane
import NodeContract
import Signalling
import Synchronization

/// Faults that operators have this node make of itself, by its keeper, and what was heard of them.
final class DrillDuty: Sendable {
  private static let firewall = "/usr/sbin/nft"

  private let keeper: KeeperLine?
  private let holdings: Holdings
  private let media: MediaPlane
  private let log: Logger

  init(keeper: KeeperLine?, holdings: Holdings, media: MediaPlane, log: Logger) {
    self.keeper = keeper
    self.holdings = holdings
    self.media = media
    self.log = log
  }

  /// Answers first, so that the answer is under way when nobody here can speak any more. Who calls for
  /// help is looked for between two messages, and not by what was reported a second ago.
  func carryOut(
    _ order: DrillOrder, on signalling: SignallingLoop,
    answer: @escaping @Sendable (DrillAnswer) -> Void
  ) {
    signalling.submit { [self] exchange, _ in
      let refusal = refusal(of: order, hasEmergencyCall: exchange.hasEmergencyCall)
      answer(DrillAnswer(drill: order.drill, verdict: refusal.map { .refused($0) } ?? .begins))
      log.notice(
        "a drill's order",
        metadata: [
          "drill": "\(order.drill)", "fault": "\(order.fault.rawValue)",
          "seconds": "\(order.seconds)", "refusal": "\(refusal?.rawValue ?? "none")",
        ])
      if refusal == nil {
        Task { [keeper] in
          try? await Task.sleep(for: DrillOrder.notice)
          keeper?.drill(order.fault, seconds: order.seconds)
        }
      }
      return []
    }
  }

  private func refusal(of order: DrillOrder, hasEmergencyCall: Bool) -> DrillRefusal? {
    if hasEmergencyCall { return .emergencyCall }
    guard holdings.isYoung(since: order.beat) else { return .stale }
    guard let keeper else { return .noKeeper }
    guard (1...DrillOrder.longest).contains(order.seconds) else { return .unbounded }
    switch order.fault {
    case .process, .machine, .pause: return nil
    case .isolate, .mute, .deaf:
      guard keeper.movesAddresses else { return .noInterface }
      return access(Self.firewall, X_OK) == 0 ? nil : .noFirewall
    }
  }

  /// Tells for how long those were not heard whose calls this process carries on since the fault.
  func tell(
    of inquiry: DrillInquiry, on signalling: SignallingLoop,
    answer: @escaping @Sendable (DrillSound) -> Void
  ) {
    let fault = MachineClock.boot().advanced(by: .zero - inquiry.age)
    Task { [media] in
      let relays = await media.carriedOn(since: fault)
      signalling.submit { exchange, _ in
        let streams = relays.flatMap { relay -> [StreamSilence] in
          guard let parties = exchange.parties(of: RelayID(number: relay.session)) else {
            return []
          }
          // Nobody hears the other before both are told where to send.
          let slower = max(parties.caller.party, parties.callee.party)
          return [
            StreamSilence(parties.caller, slower, relay.firstSentToA, since: fault),
            StreamSilence(parties.callee, slower, relay.firstSentToB, since: fault),
          ]
        }
        answer(
          DrillSound(
            drill: inquiry.drill, streams: Array(streams.prefix(DrillSound.mostStreams))))
        return []
      }
    }
  }
}

extension StreamSilence {
  fileprivate init(
    _ party: ExposedParty, _ slower: PartyClass, _ heard: BootInstant?, since fault: BootInstant
  ) {
    self.init(
      transport: party.transport, party: slower,
      silence: heard.map { max(.zero, fault.duration(to: $0)) })
  }
}
