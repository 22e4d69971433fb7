import Foundation

/// The installation's etcd, written to behind the control plane's back.
public struct EtcdGateway: Sendable {
  private let address: String

  public init(address: String = "http://127.0.0.1:23790") { self.address = address }

  /// A request that etcd did not carry out.
  public struct Refused: Error { public let answer: String }

  /// Sets a key, whatever stands there.
  public func put(_ key: String, _ value: String) async throws {
    let body = [key, value].map { Data($0.utf8).base64EncodedString() }
    let finished = try await ChildProcess.run(
      "curl",
      [
        "--silent", "--fail", "--max-time", "5", "--data",
        #"{"key":"\#(body[0])","value":"\#(body[1])"}"#, "\(address)/v3/kv/put",
      ])
    guard finished.status == 0 else { throw Refused(answer: finished.output) }
  }
}
