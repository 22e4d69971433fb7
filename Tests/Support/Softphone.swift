public import Foundation

/// Who a phone is, and where it stands.
public struct PhoneSettings: Sendable {
  /// Names its folder and its process' log.
  public var name: String
  /// An address of its own, so that several phones may use port 5060.
  public var address: String
  /// The tone that it speaks, in hertz.
  public var tone: Int
  /// The user part of its address; the login too.
  public var user: String
  /// The host of its address, and its realm.
  public var domain: String
  /// Where its requests go: `127.0.1.1:5060`.
  public var proxy: String?
  /// Where its requests go by TLS.
  public var secureProxy: String?
  /// nil for a peer that is known by its address and does not register.
  public var password: String?
  /// How its requests go: `udp`, `tcp` or `tls`.
  public var transport = "udp"
  /// How it protects its media: `srtp-mand` by keys in its signalling, `dtls_srtp` by a handshake.
  public var protection: String?
  /// It asks whether its media reaches the other side, and goes where that was answered (RFC 8445).
  public var checksTheWay = false
  /// What it speaks, as baresip names it, most liked first: `opus/48000/2`, `G722/16000`.
  public var codecs = ["PCMA", "PCMU"]
  /// Milliseconds of the packets that a baresip sends and wants; nil: 20.
  public var packetTime: Int?
  /// A baresip asks how many messages wait.
  public var watchesItsMailbox = false
  /// A baresip's display shows the messages that come and go.
  public var showsMessages = false
  /// A linphone tells keys by INFO instead of telephone events.
  public var keysBySignalling = false
  /// By TLS it talks only to whom this authority vouches for: the path of a PEM file.
  public var authority: String?

  public init(
    name: String, address: String, tone: Int, user: String, domain: String, proxy: String? = nil,
    password: String? = nil
  ) {
    self.name = name
    self.address = address
    self.tone = tone
    self.user = user
    self.domain = domain
    self.proxy = proxy
    self.password = password
  }
}

/// A phone without a sound card: speaks a tone, records what it hears, and is remote-controlled.
public protocol Softphone: Sendable {
  var settings: PhoneSettings { get }
  /// Waits until the registrar has accepted it.
  func registered() async throws
  /// Calls a number of its own domain, or a whole SIP URI.
  func dial(_ target: String)
  /// Waits until somebody calls, and returns who: `sip:101@demo.tandem.test`.
  @discardableResult func rings() async throws -> String
  func answer()
  /// Waits until the call is up.
  func talks() async throws
  /// Ends a call, or gives up an attempt.
  func hangUp()
  /// Waits until the call or attempt is over, and returns the reason.
  @discardableResult func closed(within limit: Duration) async throws -> String
  /// The recordings of what it heard, the newest last; one for each call that was answered.
  var recordings: [URL] { get }
  /// Hangs up, takes its registration back and ends.
  func quit() async
}

extension Softphone {
  @discardableResult
  public func closed() async throws -> String { try await closed(within: .seconds(20)) }

  /// Waits until the call's recording of what it hears has grown to so many seconds.
  public func hears(seconds: Int) async throws {
    // 16 bits, 8,000 a second; the libraries write in blocks.
    let bytes = seconds * 16_000
    try await eventually("\(settings.name) hears \(seconds) s", within: .seconds(seconds + 10)) {
      guard let newest = recordings.last else { return false }
      let attributes = try FileManager.default.attributesOfItem(atPath: newest.path)
      return (attributes[.size] as? Int ?? 0) >= bytes
    }
  }

  /// How long its recording of what it hears is by now.
  public var secondsHeard: Int {
    get throws {
      guard let newest = recordings.last else { return 0 }
      let size = try FileManager.default.attributesOfItem(atPath: newest.path)[.size]
      return (size as? Int ?? 0) / 16_000
    }
  }

  /// Waits until the last second of what it hears is these tones of `candidates`, and no other.
  public func comesToHear(_ tones: [Int], of candidates: [Int]) async throws {
    try await eventually("\(settings.name) hears \(tones)", within: .seconds(15)) {
      guard let newest = recordings.last else { return false }
      // A file that has just begun is none yet.
      return (try? Hearing(newest, last: .seconds(1)))?.tones(of: candidates) == tones
    }
  }

  /// The tones of `candidates` in the newest recording, in hertz, which sounded for most of it.
  public func heard(of candidates: [Int]) throws -> [Int] {
    guard let newest = recordings.last else { return [] }
    return try Hearing(newest).tones(of: candidates)
  }
}
