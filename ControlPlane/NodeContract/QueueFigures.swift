/// How a queue is at this moment, as its node sees it: told within half a second of each change.
public struct QueueFigures: Hashable, Sendable {
  /// An agent of the queue, and what keeps it from the next caller.
  public struct Agent: Hashable, Sendable {
    public enum State: String, Hashable, Sendable, CaseIterable {
      case loggedOut = "logged-out"
      case paused
      /// No phone is there, or it wants no calls.
      case away
      /// It rings or talks.
      case busy
      case wrappingUp = "wrapping-up"
      /// It did not answer, and is passed over for a while.
      case resting
      case free
    }

    public var `extension`: ExtensionID
    public var state: State
    /// Why it is paused; empty where it did not say.
    public var reason: String

    public init(_ id: ExtensionID, _ state: State, reason: String = "") {
      self.extension = id
      self.state = state
      self.reason = reason
    }
  }

  /// Somebody who hung up and is to be called back.
  public struct Callback: Hashable, Sendable {
    /// Its name; no call of it has this id.
    public var id: CallID
    /// As it is called: E.164 with plus, or an extension.
    public var number: String
    /// When it came to the queue.
    public var since: WallTime
    /// How often it was called in vain.
    public var attempts: Int
    /// An agent is rung for it, or it is being called.
    public var isUnderWay: Bool

    public init(
      _ id: CallID, to number: String, since: WallTime, attempts: Int = 0, isUnderWay: Bool = false
    ) {
      self.id = id
      self.number = number
      self.since = since
      self.attempts = attempts
      self.isUnderWay = isUnderWay
    }
  }

  /// Callers who have a place and are on the line, also those for whom somebody rings.
  public var waiting: Int
  /// When who waits longest came; nil: nobody waits.
  public var waitingSince: WallTime?
  public var agents: [Agent]
  /// In the order of their places.
  public var callbacks: [Callback]

  public init(
    waiting: Int, waitingSince: WallTime?, agents: [Agent], callbacks: [Callback] = []
  ) {
    self.waiting = waiting
    self.waitingSince = waitingSince
    self.agents = agents
    self.callbacks = callbacks
  }
}

extension QueueFigures {
  /// What the checkpoint is named that says how a queue is: no call and no agent has such a name, as its
  /// version is no 7.
  public static func checkpointName(of queue: ExtensionID) -> CallID {
    CallID(UUIDv7(high: queue.uuid.high ^ 0xF000, low: queue.uuid.low))
  }
}
