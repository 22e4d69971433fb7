import Foundation
import Support
import TLS

/// Two private authorities: `ours` with the replica cp-a, a replica elsewhere, the nodes node-a1 and
/// node-a2, and node-b1 of another site, `theirs` with the same names.
struct TestAuthority {
  private let ours: PrivateAuthority
  private let theirs: PrivateAuthority

  static let shared = Task { try await TestAuthority() }

  private init() async throws {
    let folder = FileManager.default.temporaryDirectory.appending(path: "link-\(UUID().uuidString)")
    let certificates: [PrivateAuthority.Certificate] = [
      .server("cp-a", "DNS:cp-a,IP:127.0.0.1"), .server("elsewhere", "DNS:cp-a,IP:192.0.2.1"),
      .client("node-a1"), .client("node-a2"), .client("node-b1"),
    ]
    ours = try await PrivateAuthority(in: folder.appending(path: "ours"), certificates)
    theirs = try await PrivateAuthority(in: folder.appending(path: "theirs"), certificates)
  }

  func path(_ file: String) -> String {
    ours.folder.deletingLastPathComponent().appending(path: file).path
  }

  /// A node's identity: who signed its certificate, and whose replicas it trusts.
  func identity(
    _ name: String, signedBy signer: String = "ours", trusting authority: String = "ours"
  ) -> TLSIdentity {
    let signer = signer == "ours" ? ours : theirs
    return TLSIdentity(
      certificate: signer.certificate(name), key: signer.key(name),
      authority: (authority == "ours" ? ours : theirs).authority)
  }
}
