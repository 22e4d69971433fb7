public import NodeContract

/// What is wrong with a flow, or what its author should know of it.
public struct FlowFinding: Hashable, Sendable {
  public enum Kind: String, Hashable, Sendable, CaseIterable {
    /// The flow begins at, or a way leads to, a step that it does not have.
    case unknownStep = "unknown-step"
    /// A way out of a step is not given.
    case deadEnd = "dead-end"
    /// Whoever presses nothing in a menu goes nowhere.
    case menuWithoutTimeout = "menu-without-timeout"
    case menuWithoutKeys = "menu-without-keys"
    /// Calls go round and round without anybody's doing.
    case loop
    /// No caller comes there at any time.
    case unreachable
    /// Somebody or something is named that is not there, or cannot do what is asked.
    case unknownTarget = "unknown-target"
    case emptyHours = "empty-hours"
    case overlappingHours = "overlapping-hours"
    /// A test that holds for every call that comes to it, or for none.
    case pointlessTest = "pointless-test"
    /// Some callers find no person, queue or mailbox, whatever they press.
    case reachesNobody = "reaches-nobody"
    /// There are too many cases to try each.
    case tooManyCases = "too-many-cases"

    /// A flow with such a finding is not published. The others may be meant.
    public var isError: Bool {
      switch self {
      case .unknownStep, .deadEnd, .menuWithoutTimeout, .menuWithoutKeys, .loop, .unreachable,
        .unknownTarget, .emptyHours:
        true
      case .overlappingHours, .pointlessTest, .reachesNobody, .tooManyCases: false
      }
    }
  }

  public var kind: Kind
  /// Nil: the flow as a whole.
  public var step: CallFlow.StepName?
  /// One sentence on what is so.
  public var text: String
  /// One on what to do.
  public var remedy: String
  /// A caller and a time for which it is so.
  public var example: FlowExample?

  public init(
    _ kind: Kind, at step: CallFlow.StepName?, _ text: String, remedy: String,
    example: FlowExample? = nil
  ) {
    self.kind = kind
    self.step = step
    self.text = text
    self.remedy = remedy
    self.example = example
  }
}

/// A call that shows what is wrong.
public struct FlowExample: Hashable, Sendable {
  /// Nil: somebody who hides the number.
  public var caller: String?
  public var called: String
  public var time: LocalTime
  /// Extensions whose switch is at night.
  public var nights: [ExtensionID]
}
