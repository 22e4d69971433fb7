import NodeContract
import SIP

/// Our own registration at a carrier (RFC 3261 section 10.2), as a value: it is asked when its
/// deadline comes, told what became of its REGISTER, and never gives up.
///
/// It is no part of any checkpoint: whoever serves the trunk's address next registers anew, which
/// tells the carrier where we are now.
struct TrunkRegistration: Sendable {
  enum State: Hashable, Sendable {
    /// The next REGISTER is sent then. Leads to `asking`.
    case waiting(until: BootInstant)
    /// A REGISTER is on its way. Leads to `waiting`.
    case asking
  }

  /// How long to wait after failures: each time twice as long, up to the longest, less a random part
  /// so that a carrier that comes back is not called by everybody at once (RFC 5626 section 4.5).
  struct Patience: Hashable, Sendable {
    var shortest: Duration = .seconds(5)
    var longest: Duration = .seconds(300)
  }

  private(set) var trunk: TrunkEntry
  private(set) var state: State
  /// Until when the carrier knows us; nil when it does not.
  private(set) var registeredUntil: BootInstant?
  private(set) var failures = 0
  private let callID: String
  private let tag: String
  private let patience: Patience
  private var sequence: UInt32 = 0
  /// Which of the carrier's servers is asked; the next one after each failure.
  private(set) var turn = 0
  private var wished: Int64 = 600
  private var proofs = 0

  init(
    of trunk: TrunkEntry, callID: String, tag: String, startingAt instant: BootInstant,
    patience: Patience = Patience()
  ) {
    self.trunk = trunk
    self.callID = callID
    self.tag = tag
    self.patience = patience
    state = .waiting(until: instant)
  }

  var nextDeadline: BootInstant? {
    switch state {
    case .waiting(let until): until
    case .asking: nil
    }
  }

  /// The carrier's settings changed: it hears of us at once.
  mutating func change(to trunk: TrunkEntry, at now: BootInstant) {
    guard trunk != self.trunk else { return }
    self.trunk = trunk
    (failures, turn, proofs) = (0, 0, 0)
    if case .waiting = state { state = .waiting(until: now) }
  }

  /// The next REGISTER, without Via and credentials. Nil when the settings make none.
  mutating func request(from local: SIPURI) -> SIPRequest? {
    guard let request = makeRequest(from: local, expires: wished) else { return nil }
    state = .asking
    return request
  }

  /// Says goodbye, if the carrier knows us.
  mutating func farewell(from local: SIPURI) -> SIPRequest? {
    registeredUntil == nil ? nil : makeRequest(from: local, expires: 0)
  }

  private mutating func makeRequest(from local: SIPURI, expires: Int64) -> SIPRequest? {
    guard let account = trunk.account, let registrar = account.registrar.flatMap({ SIPURI($0) })
    else { return nil }
    sequence &+= 1
    var contact = local
    contact.user = trunk.contactUser
    let us = NameAddress(uri: SIPURI(user: account.username, host: registrar.host))
    var from = us
    from.tag = tag
    return SIPRequest(
      method: .register, uri: registrar,
      headers: SIPHeaders(
        vias: [], from: from, to: us, callID: callID, cseq: CSeq(sequence, .register),
        maxForwards: 70, contacts: .addresses([NameAddress(uri: contact)]),
        others: [HeaderField("Expires", String(expires))]))
  }

  // MARK: - What became of it

  enum Outcome: Hashable, Sendable {
    case registered(for: Duration)
    /// Again at once: with credentials, or for longer.
    case again
    case failed(status: Int, retryIn: Duration)
  }

  /// - Parameter canProve: the response is a challenge that we can answer.
  mutating func answered(
    _ response: SIPResponse, canProve: Bool, at now: BootInstant,
    _ random: inout some RandomNumberGenerator
  ) -> Outcome {
    switch response.status {
    case 200..<300: return succeeded(response, at: now, &random)
    case 401, 407:
      guard canProve, proofs < 2 else { return failed(response, at: now, &random) }
      proofs += 1
    case StatusCode.intervalTooBrief:
      guard let least = response.headers["Min-Expires"].flatMap({ Int64($0) }),
        (wished + 1...86_400).contains(least)
      else { return failed(response, at: now, &random) }
      wished = least
    default: return failed(response, at: now, &random)
    }
    state = .waiting(until: now)
    return .again
  }

  private mutating func succeeded(
    _ response: SIPResponse, at now: BootInstant, _ random: inout some RandomNumberGenerator
  ) -> Outcome {
    (failures, proofs) = (0, 0)
    let lifetime = Duration.seconds(granted(by: response))
    registeredUntil = now.advanced(by: lifetime)
    // Between a half and four fifths: early enough for a few more tries.
    let share = Int64.random(in: 500...800, using: &random)
    state = .waiting(until: now.advanced(by: max(.seconds(1), lifetime * share / 1000)))
    return .registered(for: lifetime)
  }

  /// What the carrier says of our Contact among others', else of all, else what we asked for.
  private func granted(by response: SIPResponse) -> Int64 {
    let own = response.headers.contacts.addresses.first { $0.uri.user == trunk.contactUser }
    let text = own?.parameters["expires"] ?? response.headers["Expires"]
    return min(max(text.flatMap { Int64($0) } ?? wished, 10), 86_400)
  }

  private mutating func failed(
    _ response: SIPResponse, at now: BootInstant, _ random: inout some RandomNumberGenerator
  ) -> Outcome {
    let wish = response.headers["Retry-After"].flatMap { Int64($0.prefix { $0.isNumber }) }
    return failed(response.status, atLeast: wish, at: now, &random)
  }

  /// Nobody answered, or nothing could be sent.
  mutating func silent(at now: BootInstant, _ random: inout some RandomNumberGenerator) -> Outcome {
    failed(StatusCode.requestTimeout, atLeast: nil, at: now, &random)
  }

  private mutating func failed(
    _ status: Int, atLeast wish: Int64?, at now: BootInstant,
    _ random: inout some RandomNumberGenerator
  ) -> Outcome {
    proofs = 0
    failures = min(failures + 1, 1_000)
    turn = (turn + 1) % 1_000_000
    if let until = registeredUntil, until <= now { registeredUntil = nil }
    let full = min(patience.longest, patience.shortest * (1 << min(failures - 1, 10)))
    let jittered = full * Int64.random(in: 500...1000, using: &random) / 1000
    let delay = max(jittered, .seconds(min(max(wish ?? 0, 0), 3_600)))
    state = .waiting(until: now.advanced(by: delay))
    return .failed(status: status, retryIn: delay)
  }
}
