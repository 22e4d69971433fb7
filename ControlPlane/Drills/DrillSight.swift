public import NodeContract

/// What the replica that conducts a drill sees at one moment.
public struct DrillSight: Hashable, Sendable {
  public struct Node: Hashable, Sendable {
    /// Its beats come.
    public var isHeard: Bool
    public var isLinked: Bool
    /// Which of its processes was heard last.
    public var process: UUIDv7?

    public init(isHeard: Bool, isLinked: Bool, process: UUIDv7?) {
      self.isHeard = isHeard
      self.isLinked = isLinked
      self.process = process
    }
  }

  public struct Address: Hashable, Sendable {
    public var holder: NodeName
    /// The holder said that it has it.
    public var isAdopted: Bool

    public init(holder: NodeName, isAdopted: Bool) {
      self.holder = holder
      self.isAdopted = isAdopted
    }
  }

  public struct Answer: Hashable, Sendable {
    public var verdict: DrillAnswer.Verdict
    public var at: BootInstant

    public init(_ verdict: DrillAnswer.Verdict, at instant: BootInstant) {
      self.verdict = verdict
      at = instant
    }
  }

  public var nodes: [NodeName: Node] = [:]
  public var addresses: [AddressName: Address] = [:]
  /// Calls that nodes have; told before the fault and after it, for there may be thousands.
  public var calls: [NodeName: Set<CallID>] = [:]
  /// What struck nodes said to their orders.
  public var answers: [NodeName: Answer] = [:]
  /// What successors said to inquiries.
  public var sounds: [NodeName: [StreamSilence]] = [:]
  public var isQuorumFresh = true
  /// What a plan that is made now would say.
  public var obstacles: [DrillObstacle] = []
  /// Nil until they were looked up.
  public var books: DrillBooks?

  public init() {}
}

/// What is to be done about a drill.
public enum DrillAction: Hashable, Sendable {
  /// Written to etcd before anything else is done.
  case keep
  case order(NodeName, DrillOrder)
  /// The member of etcd that leads is to hand over.
  case moveLeader
  /// This process is to be gone for so many seconds, like every other replica's.
  case leave(seconds: Int)
  case inquire(NodeName, DrillInquiry)
  /// Records and ledger are to be looked at.
  case audit([CallID])
  /// The drill has ended: it is filed, then its place is free.
  case file
}
