/// The ports of one relay thread, four per session, side by side so that each finds the others by
/// its index alone: A's RTP, B's RTP, A's RTCP, B's RTCP. Raw memory: a packet's port is reached
/// without a reference or a copy.
struct RelayTable: ~Copyable {
  static let portsPerSession = 4

  /// Ports that belong to no session keep their last value; no event leads to them.
  private(set) var ports: UnsafeMutableBufferPointer<RelayPort>
  /// Whose the four ports of each place are; nil where nobody has them.
  private(set) var sessions: [UInt64?]
  /// Of those of A and B in each place whose media is protected.
  private(set) var protections: [(a: LegProtection?, b: LegProtection?)]
  /// Of the sessions whose audio is decoded.
  private var decoders: [DecodedSession?]
  /// Of the streams for A and B that go on after ours.
  private var splices: [(a: StreamSplice?, b: StreamSplice?)]
  private var vacancies: [Int] = []

  init(sessions: Int = 256) {
    ports = .allocate(capacity: sessions * Self.portsPerSession)
    ports.initialize(repeating: .vacant)
    self.sessions = Array(repeating: nil, count: sessions)
    protections = Array(repeating: (nil, nil), count: sessions)
    decoders = Array(repeating: nil, count: sessions)
    splices = Array(repeating: (nil, nil), count: sessions)
    addVacancies(from: 0)
  }

  deinit { ports.deallocate() }

  /// The index of the first of four ports for a new session.
  mutating func claim(for session: UInt64) -> Int {
    if vacancies.isEmpty { grow() }
    let first = vacancies.removeLast()
    sessions[first / Self.portsPerSession] = session
    return first
  }

  mutating func release(_ first: Int) {
    for index in first..<first + Self.portsPerSession { ports[index] = .vacant }
    sessions[first / Self.portsPerSession] = nil
    protections[first / Self.portsPerSession] = (nil, nil)
    decoders[first / Self.portsPerSession] = nil
    splices[first / Self.portsPerSession] = (nil, nil)
    vacancies.append(first)
  }

  /// - Parameter index: of one of the party's ports.
  mutating func protect(_ index: Int, _ protection: LegProtection?) {
    switch Self.side(of: index) {
    case .a: protections[index / Self.portsPerSession].a = protection
    case .b: protections[index / Self.portsPerSession].b = protection
    }
  }

  /// Of the party whose port this is.
  func protection(of index: Int) -> LegProtection? {
    let place = protections[index / Self.portsPerSession]
    return index & 1 == 0 ? place.a : place.b
  }

  /// The session decodes its audio, or relays it.
  mutating func decode(_ first: Int, by session: DecodedSession?) {
    decoders[first / Self.portsPerSession] = session
    markDecoded(first, session != nil)
  }

  /// Its audio was decoded by another process and will be here: until then nothing that comes goes on.
  mutating func expectDecoding(_ first: Int) { markDecoded(first, true) }

  private mutating func markDecoded(_ first: Int, _ isDecoded: Bool) {
    for index in first..<first + Self.portsPerSession { ports[index].isDecoded = isDecoded }
  }

  /// Of the session whose port this is; asked only where the port says that there is one.
  func decoder(of index: Int) -> DecodedSession? { decoders[index / Self.portsPerSession] }

  /// What is passed on to the party at `exit` goes on after another stream.
  mutating func splice(_ exit: Int, _ splice: StreamSplice?) {
    ports[exit].isSpliced = splice != nil
    if exit & 1 == 0 {
      splices[exit / Self.portsPerSession].a = splice
    } else {
      splices[exit / Self.portsPerSession].b = splice
    }
  }

  func splice(of exit: Int) -> StreamSplice? {
    let place = splices[exit / Self.portsPerSession]
    return exit & 1 == 0 ? place.a : place.b
  }

  /// True when the packet, which is rewritten, is the first of another source.
  mutating func pass(_ packet: UnsafeMutableRawBufferPointer, to exit: Int) -> Bool {
    let place = exit / Self.portsPerSession
    return exit & 1 == 0
      ? splices[place].a?.pass(packet) ?? false : splices[place].b?.pass(packet) ?? false
  }

  private mutating func addVacancies(from start: Int) {
    vacancies += stride(from: start, to: ports.count, by: Self.portsPerSession).reversed()
  }

  private mutating func grow() {
    let old = ports
    ports = .allocate(capacity: old.count * 2)
    _ = ports[..<old.count].initialize(fromContentsOf: old)
    ports[old.count...].initialize(repeating: .vacant)
    old.deallocate()
    protections += Array(repeating: (nil, nil), count: sessions.count)
    decoders += Array(repeating: nil, count: sessions.count)
    splices += Array(repeating: (nil, nil), count: sessions.count)
    sessions += Array(repeating: nil, count: sessions.count)
    addVacancies(from: old.count)
  }

  /// Whose port it is.
  static func side(of index: Int) -> RelaySide { index & 1 == 0 ? .a : .b }

  /// A party's RTP port among the four that begin at `first`.
  static func media(of side: RelaySide, from first: Int) -> Int { first + (side == .a ? 0 : 1) }

  /// The other party's port of the same channel.
  static func partner(of index: Int) -> Int { index ^ 1 }

  /// The RTP port of the same party.
  static func media(of index: Int) -> Int { index & ~2 }

  /// The RTCP port of the same party.
  static func control(of index: Int) -> Int { index | 2 }
}
