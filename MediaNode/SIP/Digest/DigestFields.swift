import NodeContract

/// The `name=value` pairs after the scheme `Digest`. There are about ten: looking through them costs
/// less than a table.
struct DigestFields {
  private var fields: [HeaderField] = []

  /// Nil for other schemes, repeated names and malformed text.
  init?(_ text: some StringProtocol) {
    var reader = TextReader(text)
    reader.skipSpace()
    guard reader.token()?.lowercased() == "digest" else { return nil }
    fields.reserveCapacity(12)
    repeat {
      reader.skipSpace()
      guard let name = reader.token(), reader.skipSeparator(UInt8(ascii: "=")),
        let value = reader.next == UInt8(ascii: "\"") ? reader.quotedString() : reader.token(),
        self[name] == nil, fields.count < Self.most
      else { return nil }
      fields.append(HeaderField(name, value))
    } while reader.skipSeparator(UInt8(ascii: ","))
    reader.skipSpace()
    guard reader.isAtEnd else { return nil }
  }

  /// More pairs than anybody has a use for.
  private static let most = 64

  /// Names compare without regard to case.
  subscript(name: String) -> String? { fields.first { $0.isNamed(name) }?.value }

  /// MD5 where none is named (RFC 7616 section 3.3); nil for one that we do not know.
  var algorithm: DigestAlgorithm? {
    guard let name = self["algorithm"]?.uppercased() else { return .md5 }
    return DigestAlgorithm(rawValue: name)
  }
}
