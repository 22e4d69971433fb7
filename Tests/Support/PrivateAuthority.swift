public import Foundation

/// An authority and certificates of its own, made as an installation makes them.
public struct PrivateAuthority: Sendable {
  public struct Certificate: Sendable {
    let name: String
    let usage: String
    let alternatives: String

    /// - Parameter alternatives: as OpenSSL writes them, `DNS:cp-a,IP:127.0.0.1`; nil: the name.
    public static func server(_ name: String, _ alternatives: String? = nil) -> Certificate {
      Certificate(name: name, usage: "serverAuth", alternatives: alternatives ?? "DNS:\(name)")
    }

    public static func client(_ name: String, _ alternatives: String? = nil) -> Certificate {
      Certificate(name: name, usage: "clientAuth", alternatives: alternatives ?? "DNS:\(name)")
    }
  }

  public let folder: URL

  public init(in folder: URL, _ certificates: [Certificate]) async throws {
    self.folder = folder
    let script = """
      set -eu; marker=test; source "$1/Infra/lib/authority.sh"; folder=$2; shift 2
      make_authority "$folder"
      while [ $# -gt 0 ]; do make_certificate "$folder" "$1" "$2" "$3"; shift 3; done
      """
    let wanted = certificates.flatMap { [$0.name, $0.usage, $0.alternatives] }
    let made = try await ChildProcess.run(
      "bash", ["-c", script, "authority", Repository.root.path, folder.path] + wanted)
    guard made.status == 0 else { throw ToolFailed(output: made.output) }
  }

  public var authority: String { folder.appending(path: "authority.crt").path }
  public func certificate(_ name: String) -> String { folder.appending(path: "\(name).crt").path }
  public func key(_ name: String) -> String { folder.appending(path: "\(name).key").path }

  public struct ToolFailed: Error, CustomStringConvertible {
    public let output: String
    public var description: String { output }
  }
}
