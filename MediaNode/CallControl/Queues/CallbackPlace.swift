import CallFlows
import NodeContract

/// A place in a queue whose caller is not on the line: it keeps its order, and is called when an agent is
/// there for it. It has a checkpoint of its own, since no call says it.
struct CallbackPlace: Hashable, Sendable {
  /// No call has it.
  let id: CallID
  let tenant: TenantID
  let host: ReceptionHost
  /// E.164 with plus, or a colleague's extension.
  let number: String
  let isVIP: Bool
  let enteredAt: WallTime
  let terms: CallQueue.Callback
  /// When it is given up.
  let expiresAt: BootInstant
  /// Nobody is rung for it before; nil: somebody may be.
  private(set) var restsUntil: BootInstant?
  /// How often the caller was called in vain.
  private(set) var attempts: UInt8

  init(
    id: CallID, tenant: TenantID, host: ReceptionHost, number: String, isVIP: Bool,
    enteredAt: WallTime, terms: CallQueue.Callback, expiresAt: BootInstant,
    restsUntil: BootInstant? = nil, attempts: UInt8 = 0
  ) {
    self.id = id
    self.tenant = tenant
    self.host = host
    self.number = number
    self.isVIP = isVIP
    self.enteredAt = enteredAt
    self.terms = terms
    self.expiresAt = expiresAt
    self.restsUntil = restsUntil
    self.attempts = attempts
  }

  var place: QueuePlace { QueuePlace(isVIP: isVIP, enteredAt: enteredAt, call: id) }

  /// When it changes by itself.
  var nextDeadline: BootInstant { min(restsUntil ?? expiresAt, expiresAt) }

  /// Somebody may be rung for it.
  func isDue(at now: BootInstant) -> Bool { restsUntil.map { $0 <= now } ?? true }

  /// The caller was called in vain.
  /// - Returns: whether it is called again.
  mutating func failed(at now: BootInstant) -> Bool {
    attempts &+= 1
    guard attempts < terms.attempts else { return false }
    restsUntil = now.advanced(by: max(.seconds(1), terms.pause))
    return restsUntil.map { $0 < expiresAt } ?? true
  }

  /// Nobody can be rung for it before then.
  mutating func rests(until instant: BootInstant) { restsUntil = instant }

  /// - Returns: false where it is given up.
  mutating func advance(to now: BootInstant) -> Bool {
    if let until = restsUntil, until <= now { restsUntil = nil }
    return now < expiresAt
  }
}

extension CallQueue.Callback {
  /// How long a place is kept that somebody gets now.
  func life(from now: WallTime, by clock: ZoneClock) -> Duration {
    let longest = max(.seconds(1), keepsFor)
    guard let endsAt else { return longest }
    let local = LocalTime(now, by: clock)
    let minutes = (Int(endsAt) - local.minute + 1_439) % 1_440 + 1
    let seconds = (now.milliseconds / 1_000) % 60
    // Where clocks are put forward or back before then, that hour is not the place's.
    let end = WallTime(milliseconds: now.milliseconds + Int64(minutes) * 60_000)
    let shift = clock.offset(at: end) - clock.offset(at: now)
    return min(
      longest, max(.seconds(1), .seconds(minutes * 60) - .seconds(seconds) - .seconds(shift)))
  }
}

/// The callbacks of all tenants.
struct CallbackTable: Sendable {
  struct Entry: Sendable {
    var place: CallbackPlace
    /// The tenant's home.
    let address: AddressName
    /// How many checkpoints were made of it.
    var checkpoints: UInt64 = 0
  }

  private var entries: [CallID: Entry] = [:]
  /// The calls that are made for places, which follow from the calls.
  private var turns: [CallID: CallID] = [:]
  private var deadlines = DeadlineQueue<CallID>()

  var ids: [CallID] { entries.keys.sorted() }

  var nextDeadline: BootInstant? { deadlines.next }

  subscript(id: CallID) -> Entry? {
    get { entries[id] }
    set {
      entries[id] = newValue
      deadlines.set(newValue?.place.nextDeadline, for: id)
    }
  }

  /// In the order of their places.
  func places(of queue: ExtensionID) -> [CallbackPlace] {
    guard !entries.isEmpty else { return [] }
    return entries.values.map(\.place).filter { $0.host.entry == queue }
      .sorted { $0.place < $1.place }
  }

  func places(of tenant: TenantID) -> [CallbackPlace] {
    entries.values.map(\.place).filter { $0.tenant == tenant }.sorted { $0.id < $1.id }
  }

  /// The call that is made for it now.
  func turn(of place: CallID) -> CallID? { turns[place] }

  mutating func begins(_ call: CallMachine) {
    guard let place = call.callbackPlace, !call.isEnding else { return }
    turns[place] = call.id
  }

  mutating func ends(_ call: CallMachine) {
    guard let place = call.callbackPlace, turns[place] == call.id else { return }
    turns[place] = nil
  }

  /// Places that change now.
  mutating func popDue(at now: BootInstant) -> CallID? { deadlines.popDue(at: now) }

  /// Whoever serves the address now has them; returns those that were here.
  mutating func forget(at address: AddressName) -> [CallbackPlace] {
    let gone = entries.values.filter { $0.address == address }.map(\.place)
    for place in gone { self[place.id] = nil }
    return gone
  }
}
