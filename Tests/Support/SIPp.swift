public import Foundation

/// One run of SIPp (Debian's `sip-tester`) with a scenario of `Tests/Vectors/sipp`.
public final class SIPp: Sendable {
  private let process: ChildProcess
  private let messages: URL

  /// Starts it. `scenario` is the file's name without `.xml`; `address` is where it binds, at
  /// `port`; `target` whom it calls, nil for a scenario that waits; `domain` fills `[domain]` and
  /// is what credentials are for.
  public init(
    _ scenario: String, address: String, port: UInt16 = 5060, target: String? = nil,
    service: String = "service", user: String? = nil, password: String? = nil,
    domain: String? = nil, limit: Duration = .seconds(30), work: URL
  ) throws {
    let folder = work.appending(path: "sipp-\(scenario)-\(UUID().uuidString.prefix(8))")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    messages = folder.appending(path: "messages.log")
    let file = Repository.root.appending(path: "Tests/Vectors/sipp/\(scenario).xml")
    var arguments = ["-sf", file.path, "-i", address, "-p", "\(port)", "-m", "1", "-nostdin"]
    arguments += ["-s", service, "-timeout", "\(limit.components.seconds)s", "-timeout_error"]
    arguments += ["-trace_msg", "-message_file", messages.path]
    arguments += ["-trace_err", "-error_file", folder.appending(path: "errors.log").path]
    if let user { arguments += ["-au", user] }
    if let password { arguments += ["-ap", password] }
    if let domain { arguments += ["-key", "domain", domain, "-auth_uri", domain] }
    if let target { arguments.append(target) }
    process = try ChildProcess("sipp", arguments, log: folder.appending(path: "sipp.log"))
  }

  /// Waits for the scenario's end: true when every message came as the scenario says.
  public func succeeds(within limit: Duration = .seconds(40)) async throws -> Bool {
    try await process.wait(within: limit) == 0
  }

  /// Every message sent and received so far, as SIPp notes them.
  public var transcript: String { (try? String(contentsOf: messages, encoding: .utf8)) ?? "" }

  public func stop() async { await process.stop() }
}
