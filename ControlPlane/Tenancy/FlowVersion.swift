public import NodeContract

/// A call flow as it was published.
public struct FlowVersion: Hashable, Sendable {
  /// 1 first.
  public var number: Int
  public var flow: CallFlow
  /// What its author says of it.
  public var note: String
  public var publishedAt: WallTime
  /// Callers go through it now.
  public var isInForce: Bool

  public init(
    number: Int, flow: CallFlow, note: String, publishedAt: WallTime, isInForce: Bool
  ) {
    self.number = number
    self.flow = flow
    self.note = note
    self.publishedAt = publishedAt
    self.isInForce = isInForce
  }
}

/// A call flow that is worked on.
public struct FlowDraft: Hashable, Sendable {
  public var flow: CallFlow
  public var savedAt: WallTime

  public init(flow: CallFlow, savedAt: WallTime) {
    self.flow = flow
    self.savedAt = savedAt
  }
}

/// An extension that has, or had, a call flow.
public struct FlowOverview: Hashable, Sendable {
  public var `extension`: ExtensionID
  /// The version in force; `nil`: none, its devices ring.
  public var version: Int?
  public var hasDraft: Bool

  public init(extension id: ExtensionID, version: Int?, hasDraft: Bool) {
    self.extension = id
    self.version = version
    self.hasDraft = hasDraft
  }
}
