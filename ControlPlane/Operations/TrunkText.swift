internal import Tenancy

/// Texts that end up in SIP header fields.
enum TrunkText {
  /// Printable ASCII without spaces and what would end a quoted string or a user name.
  static func word(_ text: String, field: String, limit: Int) throws(InvalidField) -> String {
    guard !text.utf8.contains(UInt8(ascii: " ")) else {
      throw InvalidField(field, .malformed(expected: "one word"))
    }
    return try line(text, field: field, limit: limit)
  }

  static func line(_ text: String, field: String, limit: Int) throws(InvalidField) -> String {
    guard !text.isEmpty else { throw InvalidField(field, .empty) }
    guard text.utf8.count <= limit else { throw InvalidField(field, .tooLong(limit: limit)) }
    guard text.utf8.allSatisfy({ (32...126).contains($0) && !"\"\\<>".utf8.contains($0) }) else {
      throw InvalidField(field, .malformed(expected: "printable, without quotes and brackets"))
    }
    return text
  }

  static func uri(_ text: String, field: String) throws(InvalidField) -> String {
    let uri = try word(text, field: field, limit: 255)
    guard uri.hasPrefix("sip:"), uri.utf8.count > 4 else {
      throw InvalidField(field, .malformed(expected: "a SIP URI: sip:carrier.example.net"))
    }
    return uri
  }

  static func route(_ text: String?) throws(InvalidField) -> String? {
    guard let text else { return nil }
    return try uri(text, field: "route")
  }

  static func certificateName(_ text: String?) throws(InvalidField) -> SIPDomain? {
    guard let text else { return nil }
    return try SIPDomain(text, field: "certificate_name")
  }

  static func form<Form: RawRepresentable & CaseIterable>(
    _ text: String, field: String
  ) throws(InvalidField) -> Form where Form.RawValue == String {
    guard let form = Form(rawValue: text) else {
      let words = Form.allCases.map(\.rawValue).joined(separator: ", ")
      throw InvalidField(field, .malformed(expected: "one of \(words)"))
    }
    return form
  }
}
