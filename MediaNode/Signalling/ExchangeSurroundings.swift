public import CallControl
public import Digits
public import NodeContract

/// What an exchange needs of the rest of the node. Called on the signalling loop; nothing here may
/// block it.
public protocol ExchangeSurroundings: Sendable {
  /// Keeps what these actions change for a process that may follow, in one step, before anything
  /// of it is done.
  func leave(_ actions: [ExchangeAction], at now: Moment)

  /// Opens both sides' sockets.
  /// - Throws: when a port cannot be bound; the call that wanted it ends.
  func openRelay(_ plan: RelayPlan) throws
  func directRelay(_ id: RelayID, side: RelaySide, to remote: IPEndpoint)
  func secureRelay(_ id: RelayID, side: RelaySide, _ transport: MediaTransport)
  /// How the relay passes audio from now on.
  func carry(_ id: RelayID, _ passage: Passage)
  func tellKey(_ key: DigitInfo, of id: RelayID, side: RelaySide)
  /// Has this said from `position` on; the exchange is to hear of its end as ``Exchange/played(_:to:of:at:)``.
  func play(
    _ announcement: Announcement, numbered number: UInt32, to side: RelaySide, of id: RelayID,
    from position: Duration)
  func stopPlaying(to side: RelaySide, of id: RelayID)
  /// Nil: the party leaves the room that it was in.
  func seat(_ seat: RoomSeat?, side: RelaySide, of id: RelayID)
  /// Nil: no more.
  func recordRelay(_ part: RecordingPart?, of id: RelayID)
  /// No more parts of it begin.
  func soundEnded(_ sound: StoredSound)
  /// The exchange is to hear of the answer, if any comes.
  func askMailbox(_ question: MailboxQuestion)
  /// `whenMeasured` is called on any thread with what was measured on that side since the last time;
  /// with nil where the relay is not open.
  func measureRelay(
    _ id: RelayID, side: RelaySide, whenMeasured: @escaping @Sendable (LegMedia?) -> Void)
  func closeRelay(_ id: RelayID)

  /// Appends a fact to the spool; `whenDurable` is called on any thread once it is on disk.
  func record(_ fact: Fact, whenDurable: (@Sendable () -> Void)?)

  /// Tells the replicas: checkpoints, bindings and subscriptions.
  func report(_ messages: [UpwardMessage])
}
