/// A fault that a node makes of itself, because an operator wants to see what it does.
///
/// Whoever carries it out comes back by itself after so many seconds: nobody has to reach it meanwhile.
public struct DrillOrder: Hashable, Sendable {
  public enum Fault: String, Hashable, Sendable, Codable, CaseIterable {
    /// The node's process is killed; its keeper starts the next one.
    case process
    /// Process and keeper are gone with all that they hold, as when power fails.
    case machine
    /// Both stand still, as on a machine that hangs.
    case pause
    /// Nothing comes to the machine and nothing leaves it.
    case isolate
    /// Nothing leaves it.
    case mute
    /// Nothing comes to it.
    case deaf
  }

  /// What no node takes more of.
  public static let longest: UInt32 = 60
  /// So long after its answer the node does it, so that the answer is under way.
  public static let notice = Duration.milliseconds(20)

  public var drill: DrillID
  public var fault: Fault
  public var seconds: UInt32
  /// The latest of the receiver's own beats that the sender had heard, as in an `OwnershipOrder`: an order that
  /// was under way for long is not carried out.
  public var beat: UInt64?

  public init(drill: DrillID, fault: Fault, seconds: UInt32, beat: UInt64? = nil) {
    self.drill = drill
    self.fault = fault
    self.seconds = seconds
    self.beat = beat
  }
}

/// Why a node does not make the fault.
public enum DrillRefusal: String, Hashable, Sendable, Codable, CaseIterable {
  /// Somebody calls for help.
  case emergencyCall = "emergency-call"
  /// Nobody can say how old the order is, or it is too old.
  case stale
  /// It has no keeper, so nobody would start it again.
  case noKeeper = "no-keeper"
  /// No end is set to it, or one that is too far away.
  case unbounded
  /// Addresses do not come and go at an interface of this machine, so cutting its cables says nothing.
  case noInterface = "no-interface"
  /// The program that cuts them is not there.
  case noFirewall = "no-firewall"
}

/// What a node makes of an order.
public struct DrillAnswer: Hashable, Sendable {
  public enum Verdict: Hashable, Sendable {
    /// After `DrillOrder.notice`.
    case begins
    case refused(DrillRefusal)
  }

  public var drill: DrillID
  public var verdict: Verdict

  public init(drill: DrillID, verdict: Verdict) {
    self.drill = drill
    self.verdict = verdict
  }
}

/// For how long those were not heard whose calls a node carries on since a fault.
public struct DrillInquiry: Hashable, Sendable {
  public var drill: DrillID
  /// How long ago the fault was, when this was written.
  public var age: Duration

  public init(drill: DrillID, age: Duration) {
    self.drill = drill
    self.age = age
  }
}

/// What becomes of a party whose address is lost together with its site; whoever is heard of later is greater.
public enum PartyClass: String, Hashable, Sendable, Codable, CaseIterable, Comparable {
  /// It follows.
  case moves
  /// It comes back by itself.
  case returns
  /// Nothing leads to it any more.
  case fixed

  public static func < (left: PartyClass, right: PartyClass) -> Bool {
    left.delay < right.delay
  }

  private var delay: Int {
    switch self {
    case .moves: 0
    case .returns: 1
    case .fixed: 2
    }
  }
}

/// What the party of one stream heard of a fault.
public struct StreamSilence: Hashable, Sendable {
  public var transport: BindingTransport
  /// The slower of the two who talk.
  public var party: PartyClass
  /// From the fault to the first packet that was sent to it since; nil: none was.
  public var silence: Duration?

  public init(transport: BindingTransport, party: PartyClass, silence: Duration?) {
    self.transport = transport
    self.party = party
    self.silence = silence
  }
}

/// The answer to an inquiry.
public struct DrillSound: Hashable, Sendable {
  /// What one answer holds at most.
  public static let mostStreams = 20_000

  public var drill: DrillID
  public var streams: [StreamSilence]

  public init(drill: DrillID, streams: [StreamSilence]) {
    self.drill = drill
    self.streams = streams
  }
}
