internal import COpenSSL

/// What OpenSSL refused to do, in its own words.
public struct OpenSSLError: Error, Hashable, Sendable, CustomStringConvertible {
  /// What was being done: `loading the certificate /etc/…`.
  public let doing: String
  /// The entries of OpenSSL's error queue, oldest first.
  public let reasons: [String]

  public init(doing: String, reasons: [String]) {
    self.doing = doing
    self.reasons = reasons
  }

  public var description: String {
    reasons.isEmpty ? doing : "\(doing): \(reasons.joined(separator: "; "))"
  }

  /// Empties this thread's error queue into an error.
  static func last(doing: String) -> OpenSSLError {
    var reasons: [String] = []
    while reasons.count < 16 {
      let code = ERR_get_error()
      guard code != 0 else { break }
      reasons.append(text(of: code))
    }
    ERR_clear_error()
    return OpenSSLError(doing: doing, reasons: reasons)
  }

  private static func text(of code: UInt) -> String {
    var buffer = [CChar](repeating: 0, count: 256)
    ERR_error_string_n(code, &buffer, buffer.count)
    return String(decoding: buffer.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
  }
}
