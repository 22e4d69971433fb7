internal import CNGHTTP2

/// What nghttp2 refused, in its own words.
public struct HTTP2Error: Error, Hashable, Sendable, CustomStringConvertible {
  public let doing: String
  public let reason: String

  public init(doing: String, reason: String) {
    self.doing = doing
    self.reason = reason
  }

  init(doing: String, code: Int) {
    self.init(doing: doing, reason: String(cString: nghttp2_strerror(Int32(clamping: code))))
  }

  public var description: String { "\(doing): \(reason)" }
}
