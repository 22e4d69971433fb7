import Audio
import Foundation
import Support
import Testing

/// The installation that all these tests share: set up once, purged by `Tests/run`.
actor TestBed {
  static let shared = TestBed()

  private var starting: Task<Installation, any Error>?

  func installation() async throws -> Installation {
    if let starting { return try await starting.value }
    let task = Task { try await Installation.start(state: WorkFolder.make("state")) }
    starting = task
    return try await task.value
  }
}

/// A test that fails between killing a program and starting it again costs itself only.
struct InstallationRestored: SuiteTrait, TestTrait, TestScoping {
  var isRecursive: Bool { true }

  func provideScope(
    for test: Test, testCase: Test.Case?, performing function: @Sendable () async throws -> Void
  ) async throws {
    do {
      try await function()
    } catch {
      try await restore()
      throw error
    }
    try await restore()
  }

  private func restore() async throws {
    let installation = try await TestBed.shared.installation()
    if try !installation.isComplete { try await installation.startAgain() }
  }
}

extension Trait where Self == InstallationRestored {
  static var installationRestored: Self { Self() }
}

/// What a test works with: the installation, and phones with tones of their own.
struct Bench {
  static let tones = [500, 700, 900]

  let installation: Installation
  let work: URL
  /// The CDRs that were there before.
  private let known: Set<String>
  private let begun = Date()

  init(_ name: String) async throws {
    installation = try await TestBed.shared.installation()
    work = WorkFolder.make(name)
    known = Set(try await installation.api.records().map(\.id))
  }

  var demo: DemoDescription { installation.demo }
  var api: ControlAPI { installation.api }

  /// Extension 101's phone, registered; speaks 500 Hz.
  func alice(speaking codecs: [String]? = nil) async throws -> Baresip {
    try await registered("101", "127.0.4.1", tone: 500, codecs)
  }

  /// Extension 102's phone, registered; speaks 700 Hz.
  func bob() async throws -> Baresip { try await registered("102", "127.0.4.2", tone: 700) }

  private func registered(
    _ number: String, _ address: String, tone: Int, _ codecs: [String]? = nil
  ) async throws -> Baresip {
    var settings = try demo.phone(number, address: address, tone: tone)
    settings.codecs = codecs ?? settings.codecs
    let phone = try await Baresip(settings, work: work)
    try await phone.registered()
    return phone
  }

  /// A subscriber of the carrier with a number under 4474; speaks 900 Hz.
  func carrier() async throws -> Baresip {
    try await Baresip(demo.carrier(number: "+447400123456", tone: 900), work: work)
  }

  /// Waits until so many legs have ended that were not there when this test began.
  func newRecords(_ count: Int, within limit: Duration = .seconds(15)) async throws -> [CallRecord]
  {
    try await api.newRecords(count, besides: known, since: begun, within: limit)
  }

  /// Waits until no node holds a fact that is not in Postgres.
  func everyFactIsCommitted() async throws {
    try await eventually("every fact is committed", within: .seconds(15)) {
      let waiting = try await api.metric("tandem_node_unacknowledged_facts")
      return !waiting.isEmpty && waiting.values.allSatisfy { $0 == 0 }
    }
  }
}

extension Bench {
  /// Bob hangs up: he and Alice heard each other's tone and nobody else, and both legs are on record as
  /// answered.
  func hangUp(_ alice: Baresip, _ bob: Baresip) async throws -> [CallRecord] {
    bob.hangUp()
    try await alice.closed()
    #expect(try alice.heard(of: Self.tones) == [700])
    #expect(try bob.heard(of: Self.tones) == [500])
    let legs = try await newRecords(2)
    #expect(legs.map(\.outcome) == ["answered", "answered"])
    return legs
  }
}

/// Sets a call up and waits until both sides heard a second of it.
func connect(
  _ caller: any Softphone, dialling target: String, to callee: any Softphone
) async throws {
  caller.dial(target)
  try await callee.rings()
  callee.answer()
  try await caller.talks()
  try await caller.hears(seconds: 1)
  try await callee.hears(seconds: 1)
}

/// A tenant beside the demo's, with phones of its own.
struct SecondTenant {
  let id: String
  let domain: String
  let proxy: String
  /// Passwords by extension number.
  let passwords: [String: String]

  /// Makes the tenant, with what `furnish` gives its extensions, whose ids it gets by their numbers, and waits
  /// until the node of its home address serves all that.
  init(
    _ name: String, homeAddress: String, proxy: String, ringTimeout: Int, extensions: [String],
    on bench: Bench,
    furnish: (_ tenant: String, _ ids: [String: String]) async throws -> Void = { _, _ in }
  ) async throws {
    let api = bench.api
    domain = "\(name).tandem.test"
    self.proxy = proxy
    id = try await Self.made(
      api.pbxctl(
        "tenant", "create", name, "--reseller", bench.demo.reseller, "--domain", domain,
        "--home-address", homeAddress, "--country-code", "44", "--ring-timeout", "\(ringTimeout)"))
    var passwords: [String: String] = [:]
    var ids: [String: String] = [:]
    for number in extensions {
      let file = bench.work.appending(path: "password-\(number)")
      let password = "secret-\(number)-\(UInt32.random(in: 0...UInt32.max))"
      try password.write(to: file, atomically: true, encoding: .utf8)
      passwords[number] = password
      ids[number] = try await Self.made(
        api.pbxctl(
          "extension", "create", number, "--tenant", id, "--name", "Phone \(number)",
          "--password-file", file.path, "--digest", "md5"))
    }
    self.passwords = passwords
    try await furnish(id, ids)
    _ = try await Self.made(
      api.pbxctl("extension", "create", Self.lastOne, "--tenant", id, "--name", "Nobody"))
    try await isServed()
  }

  /// Made after all others, without a phone, and the only one that knows SHA-256.
  private static let lastOne = "890"

  private static func made(_ json: Data) throws -> String {
    struct Made: Decodable { let id: String }
    return try JSONDecoder().decode(Made.self, from: json).id
  }

  /// The ids of its extensions, by number.
  func extensionIDs(by api: ControlAPI) async throws -> [String: String] {
    struct Entry: Decodable {
      let id: String
      let number: String
    }
    struct List: Decodable { let items: [Entry] }
    let list = try JSONDecoder().decode(
      List.self, from: await api.pbxctl("extension", "list", "--tenant", id))
    return Dictionary(uniqueKeysWithValues: list.items.map { ($0.number, $0.id) })
  }

  /// A registrar challenges whom it does not know like somebody whom it knows: once it knows one of the
  /// others, who are challenged by MD5 alone, only the last one is challenged by SHA-256.
  private func isServed() async throws {
    let probe = try SIPProbe(from: "127.0.4.100", to: proxy)
    for (number, offersSHA256) in [(passwords.keys.first ?? "", false), (Self.lastOne, true)] {
      try await eventually("\(number) at \(domain) is known", within: .seconds(15)) {
        // Its node may be dying in another test.
        let request = probe.register(number, at: domain)
        guard let answer = try? await probe.ask(request, within: .seconds(1)) else { return false }
        return answer.hasPrefix("SIP/2.0 401") && answer.contains("SHA-256") == offersSHA256
      }
    }
  }

  /// A phone for this extension: registers with its password.
  func phone(_ number: String, address: String, tone: Int) -> PhoneSettings {
    PhoneSettings(
      name: "phone-\(number)", address: address, tone: tone, user: number, domain: domain,
      proxy: proxy, password: passwords[number])
  }

  /// Registered phones for these extensions, at most as many as there are tones: each at the next
  /// address of 127.0.4.0/24, and with the next tone.
  func phones(_ numbers: [String], from host: Int, on bench: Bench) async throws -> [Baresip] {
    var phones: [Baresip] = []
    for (place, (number, tone)) in zip(numbers, Bench.tones).enumerated() {
      let phone = try await Baresip(
        self.phone(number, address: "127.0.4.\(host + place)", tone: tone), work: bench.work)
      try await phone.registered()
      phones.append(phone)
    }
    return phones
  }

  /// A tone as a sound of the tenant's own; returns its id.
  func upload(_ frequency: Int, seconds: Int, as name: String, on bench: Bench) async throws
    -> String
  {
    var tone = ToneGenerator(frequencies: [Double(frequency)])
    let wave = WAVFile(sampleRate: 8_000, channels: [tone.samples(8_000 * seconds)])
    let file = bench.work.appending(path: "\(name).wav")
    try Data(wave.encoded()).write(to: file)
    return try await Self.made(
      bench.api.pbxctl("sound", "add", file.path, "--name", name, "--tenant", id))
  }
}
