import FoundationEssentials
import Glibc
public import Logging

/// A log handler that writes one JSON object a line to standard error, in one `write`, so that
/// lines of several threads and processes never interleave:
/// `{"time":"…","level":"info","label":"…","message":"…","call":"call_…"}`.
///
/// Metadata keys become members beside the fixed ones; nested metadata becomes text.
public struct JSONLineHandler: LogHandler {
  public var logLevel: Logger.Level = .info
  public var metadata: Logger.Metadata = [:]
  private let label: String

  public init(label: String) { self.label = label }

  public subscript(metadataKey key: String) -> Logger.Metadata.Value? {
    get { metadata[key] }
    set { metadata[key] = newValue }
  }

  public func log(event: LogEvent) {
    var line = JSONLine()
    line.add(
      "time",
      Date().formatted(
        .iso8601.year().month().day().time(includingFractionalSeconds: true).timeZone(
          separator: .omitted)))
    line.add("level", event.level.rawValue)
    line.add("label", label)
    line.add("message", event.message.description)
    let merged = metadata.merging(event.metadata ?? [:]) { _, new in new }
    for (key, value) in merged.sorted(by: { $0.key < $1.key }) {
      line.add(key, value.description)
    }
    line.write()
  }

  /// Makes this handler the one of the process, at `level`. Once, at the start of `main`.
  public static func bootstrap(level: Logger.Level, metadata: Logger.Metadata = [:]) {
    LoggingSystem.bootstrap { label in
      var handler = JSONLineHandler(label: label)
      handler.logLevel = level
      handler.metadata = metadata
      return handler
    }
  }
}

/// One object of strings being written.
struct JSONLine {
  private(set) var text = "{"

  mutating func add(_ name: String, _ value: String) {
    if text.utf8.count > 1 { text += "," }
    text += JSONLine.quoted(name) + ":" + JSONLine.quoted(value)
  }

  /// RFC 8259 section 7: quotes, backslashes and control characters are escaped.
  static func quoted(_ value: String) -> String {
    var quoted = "\""
    for scalar in value.unicodeScalars {
      switch scalar {
      case "\"": quoted += "\\\""
      case "\\": quoted += "\\\\"
      case "\n": quoted += "\\n"
      case "\t": quoted += "\\t"
      case "\r": quoted += "\\r"
      case _ where scalar.value < 0x20:
        let digits = String(scalar.value, radix: 16)
        quoted += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
      default: quoted.unicodeScalars.append(scalar)
      }
    }
    return quoted + "\""
  }

  /// A log that cannot be written must not stop what it tells of.
  func write() {
    let bytes = Array((text + "}\n").utf8)
    bytes.withUnsafeBytes { _ = Glibc.write(STDERR_FILENO, $0.baseAddress, $0.count) }
  }
}
