/// What may leave from a service address now. Each allows all that those before it allow.
public enum Permission: Int, Hashable, Sendable, Comparable, CustomStringConvertible {
  /// Nothing, announcements of the address included.
  case closed
  /// Media of calls that are up, and answers to what their parties say. Nothing is begun.
  case relaying
  /// New calls too, and requests of our own in calls that no other site may have adopted.
  case orphan
  /// Everything.
  case full

  /// Whether a request of ours may be sent in a call, or a fact of it be written that costs money.
  /// - Parameter isSharedAcross: whether another site ever got the call's checkpoint.
  public func mayBegin(inCallSharedAcross isSharedAcross: Bool) -> Bool {
    switch self {
    case .closed, .relaying: false
    case .orphan: !isSharedAcross
    case .full: true
    }
  }

  /// Whether calls may be taken that nobody knows yet.
  public var takesNewCalls: Bool { self >= .orphan }

  public var relays: Bool { self >= .relaying }

  public var description: String {
    switch self {
    case .closed: "closed"
    case .relaying: "relaying"
    case .orphan: "orphan"
    case .full: "full"
    }
  }

  public static func < (left: Permission, right: Permission) -> Bool {
    left.rawValue < right.rawValue
  }
}

/// How a node can prove, without the control plane, that an address leads to it.
public enum PhysicalProof: Hashable, Sendable {
  /// It cannot.
  case none
  /// The kernel lets nobody else on this machine bind what it has bound.
  case binding
  /// An echo request from the address to the site's gateway came back.
  case gatewayEcho
}
