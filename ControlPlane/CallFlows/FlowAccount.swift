public import NodeContract

/// What becomes of one call in a flow if nobody answers it and its caller presses these keys: who rings, in
/// which order, and why.
public struct FlowAccount: Hashable, Sendable {
  public struct Entry: Hashable, Sendable {
    public enum Event: Hashable, Sendable {
      /// The step is a test, which holds or does not.
      case tested(Bool)
      /// The step is a stop, which the call leaves by this.
      case left(FlowEvent)
      /// The call is not the flow's any more, or it is over.
      case ends
    }

    public var step: CallFlow.StepName
    public var event: Event

    public init(_ step: CallFlow.StepName, _ event: Event) {
      self.step = step
      self.event = event
    }
  }

  public private(set) var entries: [Entry] = []
  /// Keys that no menu was left for.
  public private(set) var keysLeft: [String]

  /// - Parameter keys: one for each menu on the way.
  public init(
    of flow: CallFlow, in circumstances: FlowCircumstances, pressing keys: [String] = []
  ) {
    keysLeft = keys
    var next: CallFlow.StepName? = flow.start
    for _ in 0..<CallFlow.mostStops {
      let way = flow.way(from: next, in: circumstances)
      entries += way.tests.map { Entry($0.step, .tested($0.holds)) }
      guard let stop = way.stop, let action = flow.steps[stop]?.action else { return }
      guard let event = event(at: action) else {
        entries.append(Entry(stop, .ends))
        return
      }
      entries.append(Entry(stop, .left(event)))
      next = flow.next(after: stop, event)
    }
  }

  /// Nil: nothing of the flow's comes after it.
  private mutating func event(at action: CallFlow.Action) -> FlowEvent? {
    switch action {
    case .ring, .outside, .queue: return .nobody
    case .announcement: return .heard
    case .menu(let menu):
      guard let key = keysLeft.first else { return .nobody }
      keysLeft.removeFirst()
      // A key that means nothing is answered by the prompt again.
      return menu.choices[key] == nil ? .nobody : .key(key)
    case .mailbox, .extension, .hangUp, .hours, .night, .caller, .called: return nil
    }
  }
}
