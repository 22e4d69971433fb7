internal import COpenSSL
internal import COpenSSLShim

/// Bytes encrypted and authenticated by AES-256 in Galois/counter mode (NIST SP 800-38D), each
/// time with a random nonce: 12 bytes nonce, ciphertext, 16 bytes tag.
public struct SealedBox: Sendable {
  public static let keyLength = 32
  private static let nonceLength = 12
  private static let tagLength = 16

  private let key: [UInt8]

  /// Nil unless `key` has `keyLength` bytes.
  public init?(key: [UInt8]) {
    guard key.count == Self.keyLength else { return nil }
    self.key = key
  }

  /// Encrypts `plaintext`. `context` is not in the result but must be the same to open it: what
  /// the bytes belong to, so that one box cannot pass for another.
  public func seal(_ plaintext: [UInt8], context: [UInt8]) throws(OpenSSLError) -> [UInt8] {
    let nonce = RandomBytes.make(Self.nonceLength)
    let cipher = try Cipher(EVP_aes_256_gcm(), key: key, nonce: nonce, encrypts: true)
    try cipher.authenticate(context)
    let ciphertext = try cipher.update(plaintext)
    try cipher.finish()
    return nonce + ciphertext + (try cipher.tag(length: Self.tagLength))
  }

  /// Decrypts what `seal` made. Throws when the key, the context or any byte is another.
  public func open(_ sealed: [UInt8], context: [UInt8]) throws(OpenSSLError) -> [UInt8] {
    guard sealed.count >= Self.nonceLength + Self.tagLength else {
      throw OpenSSLError(doing: "opening a sealed box: too short", reasons: [])
    }
    let nonce = Array(sealed.prefix(Self.nonceLength))
    let cipher = try Cipher(EVP_aes_256_gcm(), key: key, nonce: nonce, encrypts: false)
    try cipher.authenticate(context)
    let plaintext = try cipher.update(
      Array(sealed.dropFirst(Self.nonceLength).dropLast(Self.tagLength)))
    try cipher.expect(tag: Array(sealed.suffix(Self.tagLength)))
    try cipher.finish()
    return plaintext
  }
}

/// One run of the cipher. Owns OpenSSL's context.
final class Cipher {
  private let context: OpaquePointer

  init(
    _ algorithm: OpaquePointer?, key: [UInt8], nonce: [UInt8], encrypts: Bool
  ) throws(OpenSSLError) {
    guard let context = EVP_CIPHER_CTX_new() else { throw .last(doing: "making a cipher") }
    self.context = context
    let done = EVP_CipherInit_ex(context, algorithm, nil, key, nonce, encrypts ? 1 : 0)
    guard done == 1 else { throw .last(doing: "starting a cipher") }
  }

  deinit { EVP_CIPHER_CTX_free(context) }

  func authenticate(_ bytes: [UInt8]) throws(OpenSSLError) {
    var length: Int32 = 0
    guard bytes.isEmpty || EVP_CipherUpdate(context, nil, &length, bytes, Int32(bytes.count)) == 1
    else { throw .last(doing: "authenticating a box's context") }
  }

  func update(_ bytes: [UInt8]) throws(OpenSSLError) -> [UInt8] {
    guard !bytes.isEmpty else { return [] }
    var result = [UInt8](repeating: 0, count: bytes.count)
    var length: Int32 = 0
    guard EVP_CipherUpdate(context, &result, &length, bytes, Int32(bytes.count)) == 1 else {
      throw .last(doing: "running a cipher")
    }
    return Array(result.prefix(Int(length)))
  }

  func finish() throws(OpenSSLError) {
    var none = [UInt8](repeating: 0, count: 16)
    var length: Int32 = 0
    guard EVP_CipherFinal_ex(context, &none, &length) == 1 else {
      throw .last(doing: "opening a sealed box: another key, or changed bytes")
    }
  }

  func tag(length: Int) throws(OpenSSLError) -> [UInt8] {
    var tag = [UInt8](repeating: 0, count: length)
    guard shim_EVP_get_tag(context, Int32(length), &tag) == 1 else {
      throw .last(doing: "sealing a box")
    }
    return tag
  }

  func expect(tag: [UInt8]) throws(OpenSSLError) {
    var tag = tag
    guard shim_EVP_set_tag(context, Int32(tag.count), &tag) == 1 else {
      throw .last(doing: "opening a sealed box")
    }
  }
}
