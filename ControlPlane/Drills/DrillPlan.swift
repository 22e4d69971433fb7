public import NodeContract

/// What a drill would do, and what stands in its way.
public struct DrillPlan: Hashable, Sendable, Codable {
  /// What would become of one address.
  public struct Effect: Hashable, Sendable, Codable {
    public enum Way: String, Hashable, Sendable, Codable {
      /// Its holder's next process carries on.
      case restart
      /// The heir in its site takes it.
      case heir
      /// A node of another site takes it.
      case standby
      /// Nothing becomes of it.
      case stays
      /// Nobody could take it.
      case lost
    }

    public var address: AddressName
    public var holder: NodeName
    public var way: Way
    /// Who has it afterwards; nil: nobody.
    public var next: NodeName?
    public var calls: Int
  }

  /// The nodes that are struck, by name.
  public var strikes: [NodeName]
  /// By address.
  public var effects: [Effect]
  /// Calls on what is struck.
  public var calls: Int
  /// Their parties, by what becomes of them should another site carry on.
  public var movingParties: Int
  public var returningParties: Int
  public var fixedParties: Int
  /// What the design promises to those whose calls go on; nil: nothing.
  public var promisedMilliseconds: Int?
  /// Calls that the design does not promise to keep.
  public var callsAtRisk: Int
  /// Why it must not be run now; empty: it may.
  public var obstacles: [DrillObstacle]

  public var mayRun: Bool { obstacles.isEmpty }

  /// Whoever carries calls on.
  public var successors: Set<NodeName> { Set(effects.compactMap(\.next)) }
}

/// A guard rail that a drill would break.
public struct DrillObstacle: Hashable, Sendable, Codable, CustomStringConvertible {
  public enum Rule: String, Hashable, Sendable, Codable, CaseIterable {
    /// The request names nothing that could be struck.
    case target
    case limits
    /// Somebody calls for help.
    case emergency
    /// etcd's quorum.
    case quorum
    /// Room for what is lost.
    case capacity
    /// Another drill.
    case alone
    /// An address that was just taken from somebody.
    case calm
    /// A node that is emptied, or not well.
    case health
    /// It is made in the laboratory only.
    case laboratory
  }

  public var rule: Rule
  /// What is in the way and what to do about it, in sentences.
  public var detail: String

  public var description: String { detail }

  public init(_ rule: Rule, _ detail: String) {
    self.rule = rule
    self.detail = detail
  }
}
