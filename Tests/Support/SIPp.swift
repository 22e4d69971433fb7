public import Foundation

/// One run of SIPp (Debian's `sip-tester`) with a scenario of `Tests/Vectors/sipp`.
public final class SIPp: Sendable {
  private let process: ChildProcess
  private let messages: URL

  /// Starts it. `scenario` is the file's name without `.xml`; `address` is where it binds, at
  /// `port`; `target` whom it calls, nil for a scenario that waits; `domain` fills `[domain]` and
  /// is what credentials are for, unless they are for a `request` of that user part; `user` fills
  /// `[user]` too; `sound` is what the scenario calls `SOUND`, in µ-law without a header.
  public init(
    _ scenario: String, address: String, port: UInt16 = 5060, target: String? = nil,
    service: String = "service", user: String? = nil, password: String? = nil,
    domain: String? = nil, request: String? = nil, sound: URL? = nil,
    limit: Duration = .seconds(30), work: URL
  ) throws {
    let folder = work.appending(path: "sipp-\(scenario)-\(UUID().uuidString.prefix(8))")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    messages = folder.appending(path: "messages.log")
    let file = try Self.file(of: scenario, with: sound, in: folder)
    var arguments = ["-sf", file.path, "-i", address, "-p", "\(port)", "-m", "1", "-nostdin"]
    arguments += ["-s", service, "-timeout", "\(limit.components.seconds)s", "-timeout_error"]
    arguments += ["-trace_msg", "-message_file", messages.path]
    arguments += ["-trace_err", "-error_file", folder.appending(path: "errors.log").path]
    if let user { arguments += ["-au", user, "-key", "user", user] }
    if let password { arguments += ["-ap", password] }
    if let domain {
      arguments += ["-key", "domain", domain]
      arguments += ["-auth_uri", request.map { "\($0)@\(domain)" } ?? domain]
    }
    if let target { arguments.append(target) }
    process = try ChildProcess("sipp", arguments, log: folder.appending(path: "sipp.log"))
  }

  private static func file(of scenario: String, with sound: URL?, in folder: URL) throws -> URL {
    let file = Repository.root.appending(path: "Tests/Vectors/sipp/\(scenario).xml")
    guard let sound else { return file }
    let text = try String(contentsOf: file, encoding: .utf8)
      .replacing("\"SOUND,", with: "\"\(sound.path),")
    let own = folder.appending(path: "\(scenario).xml")
    try text.write(to: own, atomically: true, encoding: .utf8)
    return own
  }

  /// Waits for the scenario's end: true when every message came as the scenario says.
  public func succeeds(within limit: Duration = .seconds(40)) async throws -> Bool {
    try await process.wait(within: limit) == 0
  }

  /// Every message sent and received so far, as SIPp notes them.
  public var transcript: String { (try? String(contentsOf: messages, encoding: .utf8)) ?? "" }

  public func stop() async { await process.stop() }
}
