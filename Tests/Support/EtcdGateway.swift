import Foundation

/// The installation's etcd, written to behind the control plane's back.
public struct EtcdGateway: Sendable {
  private let address: String

  public init(address: String = "http://127.0.0.1:23790") { self.address = address }

  /// A request that etcd did not carry out.
  public struct Refused: Error { public let answer: String }

  /// Sets a key, whatever stands there, and returns the revision that this made.
  @discardableResult
  public func put(_ key: String, _ value: String) async throws -> Int {
    let body = [key, value].map { Data($0.utf8).base64EncodedString() }
    let finished = try await ChildProcess.run(
      "curl",
      [
        "--silent", "--fail", "--max-time", "5", "--data",
        #"{"key":"\#(body[0])","value":"\#(body[1])"}"#, "\(address)/v3/kv/put",
      ])
    // Numbers of 64 bits are strings in this gateway.
    struct Answer: Decodable {
      struct Header: Decodable { let revision: String }
      let header: Header
    }
    let answer = try? JSONDecoder().decode(Answer.self, from: Data(finished.output.utf8))
    guard finished.status == 0, let revision = answer.flatMap({ Int($0.header.revision) }) else {
      throw Refused(answer: finished.output)
    }
    return revision
  }
}
