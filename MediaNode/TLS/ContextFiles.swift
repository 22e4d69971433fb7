internal import COpenSSL

/// What contexts of both sides read from files.
extension OpaquePointer {
  /// Our certificate, followed by those between it and its authority's, and its key.
  func load(certificate: String, key: String) throws(OpenSSLError) {
    try check(
      SSL_CTX_use_certificate_chain_file(self, certificate),
      "loading the certificate \(certificate)")
    try check(
      SSL_CTX_use_PrivateKey_file(self, key, SSL_FILETYPE_PEM), "loading the key \(key)")
    try check(
      SSL_CTX_check_private_key(self),
      "matching the key \(key) with the certificate \(certificate)")
  }

  func trust(_ authority: String) throws(OpenSSLError) {
    try check(
      SSL_CTX_load_verify_locations(self, authority, nil), "loading the authority \(authority)")
  }
}

/// Most functions of OpenSSL answer 1 for success.
func check(_ result: Int32, _ doing: String) throws(OpenSSLError) {
  guard result == 1 else { throw .last(doing: doing) }
}
