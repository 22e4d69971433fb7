/// Text of strangers on its way into records and logs.
enum Legible {
  /// Printable ASCII only, and at most so much of it: what else a peer may put into a number, a
  /// Call-ID or a name would trouble databases and terminals.
  static func text(_ text: String, limit: Int = 64) -> String {
    let printable = text.utf8.lazy.map { (0x20...0x7E).contains($0) ? $0 : UInt8(ascii: "?") }
    return String(decoding: Array(printable.prefix(limit)), as: UTF8.self)
  }
}
