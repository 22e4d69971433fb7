public import Foundation
import Synchronization

/// One baresip without a sound card: speaks a tone, records what it sends and what it hears, and
/// is remote-controlled.
public final class Baresip: Softphone {
  public let settings: PhoneSettings
  private let folder: URL
  private let process: ChildProcess
  private let control: BaresipControl

  private static let controlPort: UInt16 = 4444

  /// Starts a phone whose files lie in a folder of its name under `work`.
  public init(_ settings: PhoneSettings, work: URL) async throws {
    self.settings = settings
    folder = work.appending(path: settings.name)
    try Self.write(settings, to: folder)
    process = try ChildProcess(
      "baresip", ["-f", folder.path] + (settings.showsMessages ? ["-s"] : []),
      log: folder.appending(path: "baresip.log"))
    let process = process
    control = try await eventually("\(settings.name) starts", within: .seconds(10)) {
      guard process.isRunning else { throw PhoneDied(log: process.output) }
      return BaresipControl(address: settings.address, port: Self.controlPort)
    }
    // Only now, so that no news of its registration comes before there is somebody to hear it.
    if settings.password != nil { control.send("uanew", Self.account(settings)) }
  }

  /// baresip ended by itself; `log` says why.
  public struct PhoneDied: Error { public let log: String }

  /// Hangs up, takes its registration back and ends.
  public func quit() async {
    control.send("quit")
    _ = try? await process.wait(within: .seconds(5))
    control.shutDown()
    await process.stop()
  }

  /// Ends without a word to anybody.
  public func kill() {
    process.kill()
    control.shutDown()
  }

  // MARK: - What it does

  /// Calls a number of its own domain, or a whole SIP URI.
  public func dial(_ target: String) {
    control.send("dial", target.contains(":") ? target : "sip:\(target)@\(settings.domain)")
  }

  public func answer() { control.send("accept") }

  /// Ends a call, or gives up an attempt.
  public func hangUp() { control.send("hangup") }

  /// Does not want to hear the other for a while, and does again.
  public func hold() { control.send("hold") }
  public func resume() { control.send("resume") }

  /// Hands the other party on to a number of its own domain, and leaves.
  public func transfer(to target: String) {
    control.send("transfer", "sip:\(target)@\(settings.domain)")
  }

  /// Presses a key, as its account does that.
  public func press(_ key: Character) { control.send("sndcode", String(key)) }

  /// Refuses the call that is coming in: `486 Busy Here`.
  public func refuse(_ status: String) { control.send("hangup", status) }

  // MARK: - What happens to it

  /// Everything that baresip has told.
  public var events: [BaresipEvent] { control.events.all }

  /// Waits for the next event of this type, and passes over those before it.
  @discardableResult
  public func next(_ type: String, within limit: Duration = .seconds(20)) async throws
    -> BaresipEvent
  {
    try await control.events.next("\(settings.name): \(type)", within: limit) { $0.type == type }
  }

  /// Waits until it is told of so many new and old messages.
  public func hasWaiting(_ new: Int, _ old: Int, within limit: Duration = .seconds(10)) async throws
  {
    let line = "Voice-Message: \(new)/\(old)"
    _ = try await control.events.next("\(settings.name): \(line)", within: limit) {
      $0.type == "MWI_NOTIFY" && $0.param?.contains(line) == true
    }
  }

  /// Waits until the registrar has accepted it.
  public func registered() async throws { try await next("REGISTER_OK") }

  /// Waits until somebody calls, and returns who: `sip:101@demo.tandem.test`.
  @discardableResult
  public func rings() async throws -> String { try await next("CALL_INCOMING").peeruri ?? "" }

  /// Waits until its display shows this.
  public func shows(_ text: String) async throws {
    try await eventually("\(settings.name) shows \(text)", within: .seconds(5)) {
      process.output.contains(text)
    }
  }

  /// Waits until the call is up.
  public func talks() async throws { try await next("CALL_ESTABLISHED") }

  /// Waits until the call or attempt is over, and returns the reason: `486 Busy Here`.
  @discardableResult
  public func closed(within limit: Duration) async throws -> String {
    try await next("CALL_CLOSED", within: limit).param ?? ""
  }

  /// The recordings of what it heard, the newest last; one for each call that was answered.
  public var recordings: [URL] {
    let all = try? FileManager.default.contentsOfDirectory(
      at: folder.appending(path: "recordings"), includingPropertiesForKeys: nil)
    return (all ?? []).filter { $0.lastPathComponent.hasSuffix("-dec.wav") }
      .sorted { $0.path < $1.path }
  }

  // MARK: - Its configuration

  private static func write(_ settings: PhoneSettings, to folder: URL) throws {
    let recordings = folder.appending(path: "recordings")
    try? FileManager.default.removeItem(at: folder)
    try FileManager.default.createDirectory(at: recordings, withIntermediateDirectories: true)
    try configuration(settings, recordings: recordings)
      .write(to: folder.appending(path: "config"), atomically: true, encoding: .utf8)
    try (settings.password == nil ? account(settings) + "\n" : "")
      .write(to: folder.appending(path: "accounts"), atomically: true, encoding: .utf8)
  }

  /// The tone's source runs only at 48 kHz in stereo; the bridge is a player that needs no card.
  private static func configuration(_ settings: PhoneSettings, recordings: URL) -> String {
    """
    poll_method epoll
    sip_listen \(settings.address):5060
    net_interface \(settings.address)
    ctrl_tcp_listen \(settings.address):\(controlPort)
    sip_cafile \(settings.authority ?? "")
    sip_verify_server yes
    audio_source ausine,\(settings.tone)
    audio_player aubridge,\(settings.name)
    audio_alert aubridge,\(settings.name)-alert
    audio_srate 48000
    audio_channels 2
    ausrc_srate 48000
    auplay_srate 48000
    ausrc_channels 2
    auplay_channels 2
    snd_path \(recordings.path)
    module_path /usr/lib/baresip/modules
    module g711.so
    module g722.so
    module opus.so
    module ausine.so
    module aubridge.so
    module sndfile.so
    \(protection(settings))
    module_tmp account.so
    module_app menu.so
    \(settings.watchesItsMailbox ? "module_app mwi.so" : "")
    module_app ctrl_tcp.so

    """
  }

  private static func protection(_ settings: PhoneSettings) -> String {
    var lines = ["rtcp_mux \(settings.protection == "dtls_srtp" ? "yes" : "no")"]
    if let protection = settings.protection {
      lines.append("module \(protection.hasPrefix("srtp") ? "srtp" : protection).so")
    }
    if settings.checksTheWay { lines.append("module ice.so") }
    return lines.joined(separator: "\n")
  }

  private static func account(_ settings: PhoneSettings) -> String {
    var line = "<sip:\(settings.user)@\(settings.domain)>;answermode=manual"
    line += ";audio_codecs=" + settings.codecs.joined(separator: ",")
    if let proxy = settings.transport == "tls" ? settings.secureProxy : settings.proxy {
      line += ";outbound=\"sip:\(proxy);transport=\(settings.transport)\""
    }
    if let protection = settings.protection { line += ";mediaenc=\(protection)" }
    if let packetTime = settings.packetTime { line += ";ptime=\(packetTime)" }
    if settings.checksTheWay { line += ";medianat=ice" }
    if let password = settings.password {
      line += ";auth_pass=\(password);regint=300"
    } else {
      line += ";regint=0"
    }
    return line + "\n"
  }
}
