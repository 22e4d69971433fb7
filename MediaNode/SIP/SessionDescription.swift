public import NodeContract

/// What RFC 8866 describes and RFC 3264 negotiates.
public struct SessionDescription: Hashable, Sendable {
  public var origin: SessionOrigin
  /// The `c=` line of the session; a medium may have one of its own.
  public var connection: IPAddress?
  /// `a=` lines of the session.
  public var attributes: [SessionAttribute]
  public var media: [MediaDescription]

  public init(
    origin: SessionOrigin, connection: IPAddress?, attributes: [SessionAttribute] = [],
    media: [MediaDescription]
  ) {
    self.origin = origin
    self.connection = connection
    self.attributes = attributes
    self.media = media
  }
}

/// The `o=` line: its version grows with each change that we make to our description.
public struct SessionOrigin: Hashable, Sendable {
  public var user: String
  public var sessionID: UInt64
  public var version: UInt64
  public var address: IPAddress

  public init(user: String = "-", sessionID: UInt64, version: UInt64, address: IPAddress) {
    self.user = user
    self.sessionID = sessionID
    self.version = version
    self.address = address
  }
}

/// `a=name` or `a=name:value`.
public struct SessionAttribute: Hashable, Sendable {
  public var name: String
  public var value: String?

  public init(_ name: String, _ value: String? = nil) {
    self.name = name
    self.value = value
  }
}

/// One `m=` line and what belongs to it.
public struct MediaDescription: Hashable, Sendable {
  /// `audio`, `video`, …
  public var kind: String
  /// Zero refuses the medium.
  public var port: UInt16
  /// `RTP/AVP`
  public var profile: String
  /// Payload types, in order of preference.
  public var formats: [String]
  public var connection: IPAddress?
  public var attributes: [SessionAttribute]

  public init(
    kind: String, port: UInt16, profile: String, formats: [String], connection: IPAddress? = nil,
    attributes: [SessionAttribute] = []
  ) {
    self.kind = kind
    self.port = port
    self.profile = profile
    self.formats = formats
    self.connection = connection
    self.attributes = attributes
  }
}
