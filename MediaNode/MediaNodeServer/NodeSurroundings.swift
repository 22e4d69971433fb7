import CallControl
import ControlLink
import MediaPlane
import NodeContract
import Signalling

/// Joins the exchange to the media plane, the spool and the links of this process.
struct NodeSurroundings: ExchangeSurroundings {
  let media: MediaPlane
  let spool: Spool
  let links: ReplicaLinks
  /// Nil where nothing outlives the process.
  let estate: NodeEstate?

  func leave(_ actions: [ExchangeAction], at now: Moment) { estate?.leave(actions, at: now) }

  func openRelay(_ plan: RelayPlan) throws {
    try media.open(
      RelaySession(
        id: plan.id.number, localA: plan.callerLocal, localB: plan.calleeLocal,
        expectedA: plan.callerRemote, expectedB: plan.calleeRemote))
  }

  func directRelay(_ id: RelayID, side: CallControl.RelaySide, to remote: IPEndpoint) {
    media.direct(id.number, side: side == .caller ? .a : .b, to: remote)
  }

  func closeRelay(_ id: RelayID) { media.close(id.number) }

  func record(_ fact: Fact, whenDurable: (@Sendable () -> Void)?) {
    spool.append(fact, whenDurable: whenDurable)
  }

  func report(_ message: UpwardMessage) { links.send(message) }
}
