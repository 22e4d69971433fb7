import CallControl
import ControlLink
import NodeContract
import Signalling
import Synchronization

/// Carries out what replicas say. Called on the links' thread, one message after the other.
final class ReplicaInbox: Sendable {
  private let holdings: Holdings
  private let signalling: SignallingLoop
  /// Nil until the links, which need this inbox for their making, are made.
  private let links = Mutex<ReplicaLinks?>(nil)
  private let courier = Mutex<SoundCourier?>(nil)
  private let errands = Mutex<MailboxErrands?>(nil)
  private let drills = Mutex<DrillDuty?>(nil)
  private let shelf: SoundShelf

  init(holdings: Holdings, shelf: SoundShelf, signalling: SignallingLoop) {
    self.shelf = shelf
    self.holdings = holdings
    self.signalling = signalling
  }

  func answerThrough(_ links: ReplicaLinks, _ courier: SoundCourier, _ errands: MailboxErrands) {
    self.errands.withLock { $0 = errands }
    self.links.withLock { $0 = links }
    self.courier.withLock { $0 = courier }
  }

  /// Nil until the media plane is made.
  func obeyDrills(by duty: DrillDuty) { drills.withLock { $0 = duty } }

  func receive(_ message: DownwardMessage, from replica: ReplicaName) {
    switch message {
    case .tenant(let tenant): holdings.install(tenant, on: signalling)
    case .tenantRemoved(let tenant): holdings.remove(tenant, from: signalling)
    case .snapshotComplete(let tenants): holdings.keepOnly(tenants, on: signalling)
    case .order(let order) where order.verb == .release: release(order, from: replica)
    case .order(let order):
      let answer = holdings.carryOut(order, on: signalling)
      if let answer { links.withLock { $0 }?.send(.orderAnswer(answer), to: replica) }
    case .inheritance(let inheritance): holdings.keep(inheritance)
    case .bindings(let changes):
      signalling.submit { $0.restore(changes, at: $1) }
    case .subscriptions(let changes):
      signalling.submit { $0.restore(changes, at: $1) }
    case .mailbox(let change):
      signalling.submit {
        $0.messagesWaiting(
          WaitingMessages(new: Int(change.newMessages), old: Int(change.oldMessages)),
          of: change.extension, in: change.tenant, at: $1)
      }
    case .soundIsKept(let piece):
      guard let courier = courier.withLock({ $0 }) else { return }
      Task { await courier.kept(piece) }
    case .mailboxAnswer(let answer):
      guard let errands = errands.withLock({ $0 }) else { return }
      Task { await errands.answered(answer) }
    case .soundAnswer(let answer): shelf.answered(answer)
    case .drillOrder(let order):
      let links = links.withLock { $0 }
      drills.withLock { $0 }?.carryOut(order, on: signalling) {
        links?.send(.drillAnswer($0), to: replica)
      }
    case .drillInquiry(let inquiry):
      let links = links.withLock { $0 }
      drills.withLock { $0 }?.tell(of: inquiry, on: signalling) {
        links?.send(.drillSound($0), to: replica)
      }
    case .clickOrder(let order): obey(order, from: replica)
    // The links deal with these themselves.
    case .welcome, .beatKey, .neighbours, .factsAcknowledged: break
    }
  }

  /// An order that was under way for long is not carried out: whoever gave it was told that nothing came of it.
  private func obey(_ order: ClickOrder, from replica: ReplicaName) {
    let links = links.withLock { $0 }
    signalling.submit { [holdings] exchange, now in
      guard holdings.isYoung(since: order.beat) else {
        let answer = ClickAnswer(call: order.call, verb: order.verb, refusal: .stale)
        links?.send(.clickAnswer(answer), to: replica)
        return []
      }
      let (answer, actions) = exchange.obey(order, at: now)
      links?.send(.clickAnswer(answer), to: replica)
      return actions
    }
  }

  /// What was said last in the address' calls is with the replica before the answer, so that the heir
  /// carries on from there.
  private func release(_ order: OwnershipOrder, from replica: ReplicaName) {
    let links = links.withLock { $0 }
    holdings.release(order, on: signalling) { [holdings] verdict in
      links?.afterwards {
        links?.forget(order.address)
        if let answer = holdings.keepAndAnswer(order, verdict) {
          links?.send(.orderAnswer(answer), to: replica)
        }
      }
    }
  }
}
