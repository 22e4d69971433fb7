import Crypto
import NodeContract
import Tenancy

/// The secret of an extension's devices. It is shown once; what is kept are hashes that fit one
/// user and one realm.
struct SIPPassword: Sendable {
  let text: String

  /// One that somebody chose: 8 to 128 printable characters of ASCII, which every phone can enter.
  init(chosen text: String, field: String = "password") throws(InvalidField) {
    guard (8...128).contains(text.utf8.count), text.utf8.allSatisfy({ (33...126).contains($0) })
    else {
      throw InvalidField(
        field, .malformed(expected: "8 to 128 printable characters without spaces"))
    }
    self.text = text
  }

  /// One that a carrier gave us: whatever it is, it is theirs to choose.
  init(of text: String, field: String) throws(InvalidField) {
    guard (1...128).contains(text.utf8.count), text.utf8.allSatisfy({ (32...126).contains($0) })
    else {
      throw InvalidField(field, .malformed(expected: "1 to 128 printable characters"))
    }
    self.text = text
  }

  /// Twenty characters of 54 that nobody takes for one another: 115 bits.
  init() {
    var random = SystemRandomNumberGenerator()
    let alphabet = Array("abcdefghijkmnpqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789".utf8)
    let characters = (0..<20).map { _ in
      alphabet[Int.random(in: 0..<alphabet.count, using: &random)]
    }
    text = String(decoding: characters, as: UTF8.self)
  }

  /// HA1 of RFC 7616 section 3.4.2 for each algorithm, strongest first.
  func credentials(
    of user: ExtensionNumber, realm: SIPDomain, by algorithms: [DigestAlgorithm]
  ) -> [DigestCredential] {
    credentials(of: user.digits, realm: realm.text, by: algorithms)
  }

  /// The same for any user and realm.
  func credentials(
    of user: String, realm: String, by algorithms: [DigestAlgorithm]
  ) -> [DigestCredential] {
    let message = Array("\(user):\(realm):\(text)".utf8)
    return DigestAlgorithm.allCases.filter(algorithms.contains).map { algorithm in
      let ha1 =
        switch algorithm {
        case .sha256: Array(SHA256.hash(data: message)).hexadecimal
        case .md5: Array(Insecure.MD5.hash(data: message)).hexadecimal
        }
      return DigestCredential(algorithm: algorithm, ha1: ha1)
    }
  }
}
