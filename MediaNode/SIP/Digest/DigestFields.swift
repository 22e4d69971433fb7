import NodeContract

/// The `name=value` pairs after the scheme `Digest`; names in lower case.
struct DigestFields {
  private var values: [String: String] = [:]

  /// Nil for other schemes, repeated names and malformed text.
  init?(_ text: some StringProtocol) {
    var reader = TextReader(text)
    reader.skipSpace()
    guard reader.token()?.lowercased() == "digest" else { return nil }
    repeat {
      reader.skipSpace()
      guard let name = reader.token()?.lowercased(), reader.skipSeparator(UInt8(ascii: "=")),
        let value = reader.next == UInt8(ascii: "\"") ? reader.quotedString() : reader.token(),
        values.updateValue(value, forKey: name) == nil
      else { return nil }
    } while reader.skipSeparator(UInt8(ascii: ","))
    reader.skipSpace()
    guard reader.isAtEnd else { return nil }
  }

  subscript(name: String) -> String? { values[name] }

  /// MD5 where none is named (RFC 7616 section 3.3); nil for one that we do not know.
  var algorithm: DigestAlgorithm? {
    guard let name = values["algorithm"]?.uppercased() else { return .md5 }
    return DigestAlgorithm(rawValue: name)
  }
}
