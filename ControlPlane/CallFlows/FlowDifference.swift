public import NodeContract

/// What another version of a flow has otherwise.
public struct FlowDifference: Hashable, Sendable {
  /// Where calls began, and begin; nil: in the same step.
  public var start: Change?
  public var added: [CallFlow.StepName]
  public var removed: [CallFlow.StepName]
  public var changed: [CallFlow.StepName]

  public struct Change: Hashable, Sendable {
    public var from: CallFlow.StepName
    public var to: CallFlow.StepName
  }

  public init(from old: CallFlow, to new: CallFlow) {
    start = old.start == new.start ? nil : Change(from: old.start, to: new.start)
    added = new.steps.keys.filter { old.steps[$0] == nil }.sorted()
    removed = old.steps.keys.filter { new.steps[$0] == nil }.sorted()
    changed = new.steps.compactMap { name, step in
      old.steps[name].flatMap { $0 == step ? nil : name }
    }.sorted()
  }
}
