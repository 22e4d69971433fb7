internal import COpenSSL
internal import COpenSSLShim

/// AES as media's protection uses it, by its key's length.
public enum AES {
  /// In counter mode: what is encrypted twice is plain again.
  ///
  /// - Parameters:
  ///   - key: 16 or 32 bytes.
  ///   - start: the first counter, 16 bytes.
  public static func counter(
    _ bytes: [UInt8], key: [UInt8], from start: [UInt8]
  ) throws(OpenSSLError) -> [UInt8] {
    precondition(start.count == 16 && (key.count == 16 || key.count == 32), "AES in counter mode")
    let algorithm = key.count == 16 ? EVP_aes_128_ctr() : EVP_aes_256_ctr()
    return try Cipher(algorithm, key: key, nonce: start, encrypts: true).update(bytes)
  }

  /// In Galois/counter mode: encrypted, with 16 bytes behind them that prove them and `context`.
  ///
  /// - Parameters:
  ///   - key: 16 or 32 bytes.
  ///   - nonce: 12 bytes, never the same twice.
  public static func sealed(
    _ bytes: [UInt8], key: [UInt8], nonce: [UInt8], context: [UInt8]
  ) throws(OpenSSLError) -> [UInt8] {
    precondition(nonce.count == 12 && (key.count == 16 || key.count == 32), "AES in Galois mode")
    let algorithm = key.count == 16 ? EVP_aes_128_gcm() : EVP_aes_256_gcm()
    let cipher = try Cipher(algorithm, key: key, nonce: nonce, encrypts: true)
    try cipher.authenticate(context)
    let sealed = try cipher.update(bytes)
    try cipher.finish()
    return sealed + (try cipher.tag(length: 16))
  }
}
