public import NodeContract

/// What finding a SIP server asks the DNS (RFC 3263).
public struct DNSQuestion: Hashable, Sendable {
  public enum Kind: String, Hashable, Sendable { case naptr, srv, a, aaaa }

  public var kind: Kind
  /// In lower case, without a dot at its end.
  public var name: String

  public init(_ kind: Kind, _ name: String) {
    self.kind = kind
    self.name = name.lowercased()
    if self.name.hasSuffix(".") { self.name.removeLast() }
  }
}

/// The DNS' answer to one question.
public enum DNSAnswer: Hashable, Sendable {
  /// Not empty; true for so long.
  case records([DNSRecord], lifetime: Duration)
  /// There are none (RFC 2308); true for so long.
  case none(lifetime: Duration)
  /// Nobody answered, or somebody did with an error.
  case failed
}

public enum DNSRecord: Hashable, Sendable {
  case naptr(NamingAuthorityPointer)
  case srv(ServiceRecord)
  case address(IPAddress)
}

/// Which services a domain has, and by which name they are found (RFC 3403 section 4).
public struct NamingAuthorityPointer: Hashable, Sendable {
  public var order: UInt16
  public var preference: UInt16
  public var flags: String
  public var service: String
  public var replacement: String

  public init(
    order: UInt16, preference: UInt16, flags: String = "s", service: String, replacement: String
  ) {
    self.order = order
    self.preference = preference
    self.flags = flags
    self.service = service
    self.replacement = replacement
  }
}

/// One server of a service (RFC 2782).
public struct ServiceRecord: Hashable, Sendable {
  public var priority: UInt16
  public var weight: UInt16
  public var port: UInt16
  public var host: String

  public init(priority: UInt16, weight: UInt16, port: UInt16, host: String) {
    self.priority = priority
    self.weight = weight
    self.port = port
    self.host = host
  }
}
