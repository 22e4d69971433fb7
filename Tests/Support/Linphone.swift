import Audio
public import Foundation
import Synchronization

/// One linphone without a sound card. It wants a network beside the loopback, or it stays silent.
public final class Linphone: Softphone {
  public let settings: PhoneSettings
  private let folder: URL
  private let process: ChildProcess
  /// What it is told, one command after the other.
  private let commands: AsyncStream<String>.Continuation
  /// How much of what it wrote has been read.
  private let read = Mutex(0)
  private let calls = Mutex(0)

  /// Starts a phone whose files lie in a folder of its name under `work`.
  public init(_ settings: PhoneSettings, work: URL) async throws {
    self.settings = settings
    folder = work.appending(path: settings.name)
    try Self.write(settings, to: folder)
    let pipe = folder.appending(path: "commands").path
    mkfifo(pipe, 0o600)
    // For both, so that neither side waits for the other.
    let console = FileHandle(
      fileDescriptor: open(pipe, O_RDWR | O_CLOEXEC), closeOnDealloc: true)
    process = try ChildProcess(
      "bash",
      [
        "-c", "exec linphonec -d 5 -l \"$0/trace.log\" -c \"$0/configuration\" <\"$0/commands\"",
        folder.path,
      ],
      environment: ["HOME": folder.path], log: folder.appending(path: "linphone.log"))
    let (lines, commands) = AsyncStream.makeStream(of: String.self)
    self.commands = commands
    let process = process
    Task { for await line in lines { await Self.tell(process, line, through: console) } }
    say("soundcard use files")
  }

  /// It repeats what it has read, and overlooks what comes before that.
  private static func tell(
    _ process: ChildProcess, _ line: String, through console: FileHandle
  ) async {
    let before = process.output.utf8.count
    try? console.write(contentsOf: Data("\(line)\n".utf8))
    try? await eventually("linphone reads", within: .seconds(2), every: .milliseconds(5)) {
      String(decoding: process.output.utf8.dropFirst(before), as: UTF8.self).contains(line)
    }
  }

  public func quit() async {
    say("quit")
    _ = try? await process.wait(within: .seconds(5))
    commands.finish()
    await process.stop()
  }

  private func say(_ command: String) { commands.yield(command) }

  // MARK: - What it does

  public func dial(_ target: String) {
    say("call \(target.contains(":") ? target : "sip:\(target)@\(settings.domain)")")
  }

  public func answer() { say("answer") }

  public func hangUp() { say("terminate") }

  /// Presses a key.
  public func press(_ key: Character) { say(String(key)) }

  /// What it speaks and where it writes what it hears, in the next call. Told while it rings, it says
  /// no more.
  private func prepareSound() {
    let number = calls.withLock { calls in
      calls += 1
      return calls
    }
    say("play \(folder.appending(path: "tone.wav").path)")
    let name = String(format: "%04d.wav", number)
    say("record \(folder.appending(path: "recordings/\(name)").path)")
  }

  // MARK: - What happens to it

  public func registered() async throws {
    try await eventually(
      "\(settings.name) is registered", within: .seconds(10), every: .milliseconds(200)
    ) {
      say("status register")
      return process.output.contains("registered, identity=")
    }
    prepareSound()
  }

  public func rings() async throws -> String {
    let line = try await next("Receiving new incoming call from")
    return String(line.drop { $0 != "<" }.dropFirst().prefix { $0 != ">" })
  }

  public func talks() async throws { _ = try await next("Media streams established with") }

  public func closed(within limit: Duration) async throws -> String {
    let line = try await next(" ended (", "error.", within: limit)
    prepareSound()
    return line
  }

  /// Waits for the next line with one of these, and passes over those before it.
  private func next(_ marks: String..., within limit: Duration = .seconds(20)) async throws
    -> String
  {
    try await eventually("\(settings.name): \(marks)", within: limit, every: .milliseconds(20)) {
      take(marks)
    }
  }

  private func take(_ marks: [String]) -> String? {
    let lines = process.output.split(separator: "\n", omittingEmptySubsequences: false)
    return read.withLock { read in
      // The last line may not be whole yet.
      guard read < lines.count - 1,
        let index = lines[read..<lines.count - 1].firstIndex(where: { line in
          marks.contains { line.contains($0) }
        })
      else { return nil }
      read = index + 1
      return String(lines[index])
    }
  }

  public var recordings: [URL] {
    let all = try? FileManager.default.contentsOfDirectory(
      at: folder.appending(path: "recordings"), includingPropertiesForKeys: nil)
    return (all ?? []).sorted { $0.path < $1.path }
  }

  // MARK: - Its configuration

  private static func write(_ settings: PhoneSettings, to folder: URL) throws {
    let files = FileManager.default
    try? files.removeItem(at: folder)
    // Without its own folder it starts and never registers.
    for name in ["recordings", ".local/share/linphone"] {
      try files.createDirectory(
        at: folder.appending(path: name), withIntermediateDirectories: true)
    }
    try configuration(settings)
      .write(to: folder.appending(path: "configuration"), atomically: true, encoding: .utf8)
    var tone = ToneGenerator(frequencies: [Double(settings.tone)])
    try Data(WAVFile(sampleRate: 8_000, channels: [tone.samples(8_000 * 20)]).encoded())
      .write(to: folder.appending(path: "tone.wav"))
  }

  private static func configuration(_ settings: PhoneSettings) -> String {
    let proxy = (settings.transport == "tls" ? settings.secureProxy : settings.proxy) ?? ""
    // Its sockets for sound are bound to no address.
    let port = 7_000 + (Int(settings.address.split(separator: ".").last ?? "") ?? 0) * 10
    return """
      [sip]
      sip_port=5060
      sip_tcp_port=5060
      sip_tls_port=5061
      bind_address=\(settings.address)
      default_proxy=0
      media_encryption=none
      use_info=\(settings.keysBySignalling ? 1 : 0)
      use_rfc2833=\(settings.keysBySignalling ? 0 : 1)
      verify_server_certs=1
      verify_server_cn=1
      root_ca=\(settings.authority ?? "")
      [rtp]
      audio_rtp_port=\(port)
      [auth_info_0]
      username=\(settings.user)
      passwd=\(settings.password ?? "")
      realm=\(settings.domain)
      domain=\(settings.domain)
      [proxy_0]
      reg_proxy=<sip:\(proxy);transport=\(settings.transport)>
      reg_route=<sip:\(proxy);transport=\(settings.transport);lr>
      reg_identity=sip:\(settings.user)@\(settings.domain)
      reg_expires=300
      reg_sendregister=1
      publish=0

      """
  }
}
