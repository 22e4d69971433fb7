import Foundation
import Support
import TLS

/// Two private authorities with certificates made as an installation makes them: `ours` with the
/// replica cp-a, a replica elsewhere, and the nodes node-a1 and node-a2, `theirs` with its own node-a1.
struct TestAuthority {
  let folder: URL

  static let shared = Task { try await TestAuthority() }

  private init() async throws {
    folder = FileManager.default.temporaryDirectory.appending(path: "link-\(UUID().uuidString)")
    let script = """
      set -eu; marker=test; source "$1/Infra/lib/authority.sh"
      for authority in ours theirs; do
        make_authority "$2/$authority"
        make_certificate "$2/$authority" cp-a serverAuth DNS:cp-a,IP:127.0.0.1
        make_certificate "$2/$authority" elsewhere serverAuth DNS:cp-a,IP:192.0.2.1
        make_certificate "$2/$authority" node-a1 clientAuth
        make_certificate "$2/$authority" node-a2 clientAuth
      done
      """
    let made = try await ChildProcess.run(
      "bash", ["-c", script, "authority", Repository.root.path, folder.path])
    guard made.status == 0 else { throw ToolFailed(output: made.output) }
  }

  func path(_ file: String) -> String { folder.appending(path: file).path }

  /// A node's identity: who signed its certificate, and whose replicas it trusts.
  func identity(
    _ name: String, signedBy signer: String = "ours", trusting authority: String = "ours"
  ) -> TLSIdentity {
    TLSIdentity(
      certificate: path("\(signer)/\(name).crt"), key: path("\(signer)/\(name).key"),
      authority: path("\(authority)/authority.crt"))
  }
}

struct ToolFailed: Error, CustomStringConvertible {
  let output: String
  var description: String { output }
}
