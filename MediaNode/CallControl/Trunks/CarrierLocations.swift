import NodeContract
import SIP

/// Where the carriers are that are known by a domain. Each is asked for before a call needs it, and
/// again when what is known has lived its time; a DNS that fails changes nothing of what was known.
struct CarrierLocations: Sendable {
  struct Key: Hashable, Sendable, Comparable {
    /// The trunk's.
    let route: String
    /// Of our address that talks to it.
    let family: ServerLocator.Family

    static func < (left: Key, right: Key) -> Bool {
      (left.route, left.family == .v6 ? 1 : 0) < (right.route, right.family == .v6 ? 1 : 0)
    }
  }

  private struct Entry: Sendable {
    let uri: SIPURI
    /// Questions are open.
    var locator: ServerLocator?
    var location: ServerLocation?
    var failures = 0
  }

  /// After a failure: each time twice as long, up to the longest.
  private static let shortestRetry = Duration.seconds(5)
  private static let longestRetry = Duration.seconds(300)

  private let capacity: Int
  private var entries: [Key: Entry] = [:]
  private var waiting: [DNSQuestion: Set<Key>] = [:]
  private var deadlines = DeadlineQueue<Key>()

  init(capacity: Int) { self.capacity = capacity }

  subscript(key: Key) -> ServerLocation? { entries[key]?.location }

  var nextDeadline: BootInstant? { deadlines.next }
  /// Whose servers are known.
  var known: Int { entries.values.count { $0.location != nil } }

  /// Those that nobody has answered yet.
  var openQuestions: [DNSQuestion] {
    waiting.keys.sorted { ($0.name, $0.kind.rawValue) < ($1.name, $1.kind.rawValue) }
  }

  /// Forgets what nobody wants any more, and asks for what is new.
  mutating func review(_ wanted: Set<Key>, at now: BootInstant) -> [DNSQuestion] {
    for key in entries.keys where !wanted.contains(key) { forget(key) }
    return wanted.subtracting(entries.keys).sorted().flatMap { key -> [DNSQuestion] in
      guard entries.count < capacity, let uri = SIPURI(key.route), !uri.host.isEmpty else {
        return []
      }
      entries[key] = Entry(uri: uri)
      return ask(key, at: now)
    }
  }

  private mutating func forget(_ key: Key) {
    entries[key] = nil
    deadlines.set(nil, for: key)
  }

  /// Asks again for what has lived its time.
  mutating func advance(to now: BootInstant) -> [DNSQuestion] {
    var questions: [DNSQuestion] = []
    while let key = deadlines.popDue(at: now) { questions += ask(key, at: now) }
    return questions
  }

  private mutating func ask(_ key: Key, at now: BootInstant) -> [DNSQuestion] {
    guard let uri = entries[key]?.uri else { return [] }
    var locator = ServerLocator(of: uri, for: key.family)
    let questions = locator.begin()
    entries[key]?.locator = locator
    settle(key, at: now)
    return questions.filter { wait(for: $0, key) }
  }

  /// False: somebody has asked that.
  private mutating func wait(for question: DNSQuestion, _ key: Key) -> Bool {
    let isNew = waiting[question] == nil
    waiting[question, default: []].insert(key)
    return isNew
  }

  /// The next questions.
  mutating func take(_ answer: DNSAnswer, to question: DNSQuestion, at now: BootInstant)
    -> [DNSQuestion]
  {
    (waiting.removeValue(forKey: question) ?? []).sorted().flatMap { key -> [DNSQuestion] in
      let questions = entries[key]?.locator?.take(answer, to: question) ?? []
      settle(key, at: now)
      return questions.filter { wait(for: $0, key) }
    }
  }

  private mutating func settle(_ key: Key, at now: BootInstant) {
    guard var entry = entries[key], let outcome = entry.locator?.outcome else { return }
    entry.locator = nil
    let delay: Duration
    switch outcome {
    case .found(let location, let lifetime):
      (entry.location, entry.failures, delay) = (location, 0, lifetime)
    case .nowhere(let lifetime): (entry.location, entry.failures, delay) = (nil, 0, lifetime)
    case .failed:
      delay = min(Self.longestRetry, Self.shortestRetry * (1 << min(entry.failures, 10)))
      entry.failures = min(entry.failures + 1, 1_000)
    }
    entries[key] = entry
    deadlines.set(now.advanced(by: max(delay, .seconds(1))), for: key)
  }
}

/// The same order each time, another for each trunk: our registrations spread over a carrier's
/// servers and stay where they are.
struct TrunkLot: RandomNumberGenerator {
  private var state: UInt64

  init(of trunk: TrunkID) { state = trunk.uuid.low }

  /// SplitMix64.
  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var mixed = state
    mixed = (mixed ^ mixed >> 30) &* 0xBF58_476D_1CE4_E5B9
    mixed = (mixed ^ mixed >> 27) &* 0x94D0_49BB_1331_11EB
    return mixed ^ mixed >> 31
  }
}
