import Foundation
import Support

/// Three phones, each with a tone of its own.
struct DemoPhones {
  /// A mobile number whose prefix 4474 stands in the price list beside 447 and 44.
  static let mobile = "+447400123456"
  /// The same, as somebody in the country dials it.
  static let mobileAsDialled = "07400123456"

  let alice: Baresip
  let bob: Baresip
  let carrier: Baresip
  let bobsNumber: String

  /// Starts them and waits until the two extensions are registered.
  init(_ demo: DemoDescription, work: URL) async throws {
    alice = try await Baresip(demo.phone("101", address: "127.0.4.1", tone: 500), work: work)
    bob = try await Baresip(demo.phone("102", address: "127.0.4.2", tone: 700), work: work)
    carrier = try await Baresip(demo.carrier(number: Self.mobile, tone: 900), work: work)
    bobsNumber = demo[extension: "102"]?.outsideNumber ?? ""
    try await alice.registered()
    try await bob.registered()
  }

  func quit() async {
    await alice.quit()
    await bob.quit()
    await carrier.quit()
  }
}

/// One call between two phones, from the first ring to the last word, and what each of them heard.
struct Conversation: Sendable {
  static let tones = [500, 700, 900]

  let title: String
  /// The user parts of both parties' addresses.
  let caller: String
  let callee: String
  let expectedSeconds: Int
  private let callerHeard: [Int]
  private let calleeHeard: [Int]
  private let callerTone: Int
  private let calleeTone: Int

  /// Dials, answers, holds the call up for `seconds`, and hangs up.
  init(
    _ title: String, from caller: Baresip, dialling target: String, to callee: Baresip,
    lasting seconds: Int
  ) async throws {
    caller.dial(target)
    try await callee.rings()
    callee.answer()
    try await callee.talks()
    try await caller.talks()
    try await Task.sleep(for: .seconds(seconds))
    caller.hangUp()
    try await caller.closed()
    try await callee.closed()

    self.title = title
    (self.caller, self.callee) = (caller.settings.user, callee.settings.user)
    expectedSeconds = seconds
    (callerTone, calleeTone) = (caller.settings.tone, callee.settings.tone)
    callerHeard = try caller.heard(of: Self.tones)
    calleeHeard = try callee.heard(of: Self.tones)
  }

  /// One line for people.
  var account: String {
    """
    \(caller) heard \(Self.words(callerHeard)) from \(callee), \
    \(callee) heard \(Self.words(calleeHeard)) from \(caller)
    """
  }

  private static func words(_ tones: [Int]) -> String {
    tones.isEmpty ? "nothing" : tones.map { "\($0) Hz" }.joined(separator: " and ")
  }

  /// Who did not hear whom.
  var faults: [String] {
    var faults: [String] = []
    if callerHeard != [calleeTone] { faults.append("\(title): \(caller) heard \(callerHeard)") }
    if calleeHeard != [callerTone] { faults.append("\(title): \(callee) heard \(calleeHeard)") }
    return faults
  }
}
