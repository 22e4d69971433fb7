/// The bounds of one message, all in one place; parsers hold to them before anything is built.
public struct MessageLimits: Hashable, Sendable {
  /// Bytes of one message; beyond: 513, and a connection is closed that framed it.
  public var bytes: Int
  /// Bytes of one header field, its name and folded lines included; beyond: 400.
  public var fieldBytes: Int
  /// Header fields of one message; beyond: 400.
  public var fields: Int
  /// Bytes of a Request-URI; beyond: 414.
  public var uriBytes: Int

  public init(bytes: Int, fieldBytes: Int, fields: Int, uriBytes: Int) {
    self.bytes = bytes
    self.fieldBytes = fieldBytes
    self.fields = fields
    self.uriBytes = uriBytes
  }

  /// 64 KiB, which is all that UDP carries; 8 KiB; 256; 2 KiB.
  public static let standard = MessageLimits(
    bytes: 65_536, fieldBytes: 8_192, fields: 256, uriBytes: 2_048)
}
