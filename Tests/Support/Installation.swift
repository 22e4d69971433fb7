import Audio
public import Foundation

/// Everything that `Infra/up` starts, with debug programs and a state directory of its own.
public struct Installation: Sendable {
  public let state: URL
  /// The folder with the programs.
  public let binaries: URL
  public let demo: DemoDescription
  public let api: ControlAPI

  /// A set-up command that failed, with what it printed.
  public struct SetUpFailed: Error, CustomStringConvertible {
    public let output: String
    public var description: String { output }
  }

  /// The folder with the programs that the running tests were built with.
  public static var builtPrograms: URL {
    if let path = ProcessInfo.processInfo.environment["TANDEM_TEST_BINARIES"] {
      return URL(filePath: path)
    }
    return Repository.root.appending(path: ".build/debug")
  }

  /// Sets everything up and starts it.
  public static func start(state: URL, binaries: URL = builtPrograms) async throws -> Installation {
    try await up(state: state, binaries: binaries, environment: [:])
    let demo = try DemoDescription(file: state.appending(path: "demo.json"))
    return Installation(
      state: state, binaries: binaries, demo: demo,
      api: ControlAPI(demo: demo, binaries: binaries))
  }

  private static func up(
    state: URL, binaries: URL, options: [String] = [], environment: [String: String]
  ) async throws {
    try FileManager.default.createDirectory(at: state, withIntermediateDirectories: true)
    // What a synthesiser would speak.
    try write(
      recordingTone, seconds: 4, to: state.appending(path: "sounds/en/This_call_is_recorded.wav"))
    let finished = try await ChildProcess.run(
      Repository.root.appending(path: "Infra/up").path,
      [
        "--detach", "--no-install", "--no-prompts", "--music", try music(beside: state).path,
        "--recordings", try prompts(beside: state).path,
        "--state", state.path, "--binaries", binaries.path,
      ] + options,
      environment: environment, within: .seconds(120))
    guard finished.status == 0 else { throw SetUpFailed(output: finished.output) }
  }

  /// Who waits hears this tone, in hertz.
  public static let musicTone = 1_100

  /// A folder with the tone as a file.
  private static func music(beside state: URL) throws -> URL {
    let folder = state.appending(path: "music")
    try write(musicTone, seconds: 1, to: folder.appending(path: "tone.wav"))
    return folder
  }

  /// Who hears an English prompt hears its tone for four seconds, in hertz.
  public static let promptTones = [
    "ss-noservice": 1_300, "vm-nobodyavail": 1_500, "conf-onlyperson": 1_500,
    "do-not-disturb": 1_700, "activated": 1_700, "queue-youarenext": 1_300,
    "queue-thereare": 1_500, "queue-callswaiting": 1_500, "agent-loggedoff": 1_700,
    "followme/call-from": 1_100, "followme/options": 1_100,
  ]

  /// Whoever's call is recorded hears this for four seconds, in hertz.
  public static let recordingTone = 1_300

  /// What a mailbox says, in pieces of a second each, in hertz.
  public static let greetingTone = 1_700
  private static let greeting =
    ["vm-theperson", "vm-isunavail", "vm-intro"] + (0...9).map { "digits/\($0)" }
  /// After which a message is recorded.
  public static let beepTone = 1_900

  /// What whoever calls a mailbox is offered, in hertz: each piece is short but for the last.
  public static let menuTone = 2_100
  private static let menu =
    [
      "vm-youhave", "vm-no", "vm-and", "vm-INBOX", "vm-Old", "vm-message", "vm-messages",
      "vm-onefor", "vm-received", "vm-from-phonenumber", "vm-from-extension", "vm-unknown-caller",
      "vm-tocallback", "vm-toforward", "vm-extension", "vm-prev", "vm-repeat", "vm-next",
      "vm-delete", "vm-undelete", "vm-savemessage", "vm-goodbye",
      "digits/today", "digits/at", "digits/oh", "digits/a-m", "digits/p-m",
    ] + ((10...20) + [30, 40, 50]).map { "digits/\($0)" }
  private static let lengthyMenu = ["vm-helpexit"]

  /// Which of these it was, when a message was deleted or wanted back, and what proves whose it is.
  public static let mailboxTones = [
    "vm-deleted": 2_300, "vm-undeleted": 2_500, "vm-password": 2_700, "vm-incorrect": 2_900,
    "vm-msgforwarded": 3_100, "vm-then-pound": 3_300, "pbx-invalid": 3_500,
  ]

  private static func prompts(beside state: URL) throws -> URL {
    let folder = state.appending(path: "prompts")
    for (name, tone) in promptTones {
      try write(tone, seconds: 4, to: folder.appending(path: "en_US_f_Allison/\(name).wav"))
    }
    for (name, tone) in greeting.map({ ($0, greetingTone) }) + [("beep", beepTone)] {
      try write(tone, seconds: 1, to: folder.appending(path: "en_US_f_Allison/\(name).wav"))
    }
    for name in menu {
      try write(menuTone, seconds: 0.1, to: folder.appending(path: "en_US_f_Allison/\(name).wav"))
    }
    for (name, tone) in lengthyMenu.map({ ($0, menuTone) }) + Array(mailboxTones) {
      try write(tone, seconds: 2, to: folder.appending(path: "en_US_f_Allison/\(name).wav"))
    }
    return folder
  }

  private static func write(_ frequency: Int, seconds: Double, to file: URL) throws {
    try FileManager.default.createDirectory(
      at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
    var tone = ToneGenerator(frequencies: [Double(frequency)])
    let sound = WAVFile(sampleRate: 8_000, channels: [tone.samples(Int(8_000 * seconds))])
    try Data(sound.encoded()).write(to: file)
  }

  /// Starts whatever does not run, with these variables besides.
  public func startAgain(environment: [String: String] = [:]) async throws {
    try await Self.up(state: state, binaries: binaries, environment: environment)
  }

  /// Starts whatever does not run, and a second node in site a.
  public func startSecondNode() async throws {
    try await Self.up(
      state: state, binaries: binaries, options: ["--second-node"], environment: [:])
  }

  /// Stops one of its processes, as `Infra/up` calls it.
  public func stop(_ name: String) async throws {
    let finished = try await ChildProcess.run(
      Repository.root.appending(path: "Infra/down").path, ["--state", state.path, name],
      within: .seconds(60))
    guard finished.status == 0 else { throw SetUpFailed(output: finished.output) }
  }

  /// Stops everything and removes it.
  public func purge() async throws {
    _ = try await ChildProcess.run(
      Repository.root.appending(path: "Infra/down").path, ["--state", state.path, "--purge"],
      within: .seconds(60))
  }

  // MARK: - Its processes

  /// The process that `Infra/up` calls so: `control-plane`, `node-a1` (the node's keeper), …
  public func pid(of name: String) throws -> pid_t {
    let file = state.appending(path: "run/\(name).pid")
    let words = try String(contentsOf: file, encoding: .utf8).split(separator: " ")
    guard let pid = words.first.flatMap({ pid_t($0) }) else {
      throw SetUpFailed(output: "\(file.path) holds no pid")
    }
    return pid
  }

  /// Whether the control plane and every node's keeper run.
  public var isComplete: Bool {
    get throws { try Self.programs.allSatisfy { try !Self.isGone(pid(of: $0)) } }
  }

  private static let programs = ["control-plane", "node-a1", "node-b1"]

  /// The media node itself: of its keeper's children the oldest, as a spare begins later.
  public func nodePid(of name: String) throws -> pid_t? {
    let keeper = try pid(of: name)
    let list = "/proc/\(keeper)/task/\(keeper)/children"
    let children = try String(contentsOfFile: list, encoding: .utf8)
    return children.split(separator: " ").first.flatMap { pid_t($0) }
  }

  /// How many sounds of tenants' own that node has on its disk.
  public func sounds(at node: String) -> Int {
    let folder = state.appending(path: "nodes/\(node)/tenant-sounds")
    let names = (try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? []
    return names.count { $0.hasSuffix(".wav") }
  }

  /// What a process has written so far.
  public func log(of name: String) -> String {
    let file = state.appending(path: "log/\(name).log")
    return (try? String(contentsOf: file, encoding: .utf8)) ?? ""
  }

  /// Memory that a process holds, in bytes.
  public static func memory(of pid: pid_t) throws -> Int {
    let status = try String(contentsOfFile: "/proc/\(pid)/status", encoding: .utf8)
    let line = status.split(separator: "\n").first { $0.hasPrefix("VmRSS:") }
    let kilobytes = line?.split(separator: " ").dropFirst().first.flatMap { Int($0) }
    guard let kilobytes else { throw SetUpFailed(output: "no VmRSS of \(pid)") }
    return kilobytes * 1024
  }

  /// Whether a process is gone; one that only waits to be reaped is.
  public static func isGone(_ pid: pid_t) -> Bool {
    guard let status = try? String(contentsOfFile: "/proc/\(pid)/status", encoding: .utf8) else {
      return true
    }
    return status.contains("\nState:\tZ")
  }
}
