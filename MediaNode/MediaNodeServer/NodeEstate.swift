import CallControl
import ControlLink
import Epoll
import Glibc
import Logging
import MediaPlane
import NodeContract
import Succession
import Synchronization

/// What this process leaves to the next one on this machine, in the keeper's memory: its calls, its
/// bindings and subscriptions, and the facts that are not on disk yet.
final class NodeEstate: Sendable {
  private enum Kind: UInt8 {
    case call = 1
    case binding
    case fact
    case subscription
    case relay
    case beatKey
    case death
  }

  /// Processes that may die in a row without having served before what they left is given up:
  /// something in it may be what they die of.
  private static let patience: UInt64 = 3
  /// Of a registration whose Contact is longer the control plane alone reminds us.
  private static let longestName = 2_048

  /// For the disk, before calls go on.
  private static let longestWait = Duration.seconds(2)

  private let estate: Estate
  private let spool: Spool
  private let log: Logger
  /// Facts in the estate: the first that is not known to be on disk, and how many.
  private let facts = Mutex<ClosedRange<UInt64>?>(nil)
  /// What earlier processes died of.
  let quarantine: Quarantine

  /// Nil where there is no keeper, or its memory cannot be used: then nothing outlives the process.
  init?(spool: Spool, log: Logger) {
    guard let variable = getenv("TANDEM_MEMORY"), let descriptor = Int32(String(cString: variable))
    else { return nil }
    do {
      estate = try Estate(descriptor: descriptor)
    } catch {
      log.error("calls will end with this process", metadata: ["cause": "\(error)"])
      return nil
    }
    self.spool = spool
    self.log = log
    quarantine = Self.quarantine(in: estate, at: MachineClock.boot(), log)
    if estate.unprovenLives > Self.patience { forgetAll() }
  }

  private func forgetAll() {
    log.critical(
      "what earlier processes left is given up: they died of it, it seems",
      metadata: ["processes": "\(estate.unprovenLives - 1)"])
    let kept = [Kind.fact.rawValue, Kind.death.rawValue]
    estate.commit(estate.keys.filter { !kept.contains($0.kind) }.map { .remove($0) })
  }

  // MARK: - What processes die of

  var hand: Hand { estate.hand }

  /// What the predecessor had in hand when it died is noted beside what earlier ones had.
  private static func quarantine(
    in estate: Estate, at now: BootInstant, _ log: Logger
  ) -> Quarantine {
    let known = estate.entries(of: Kind.death.rawValue)
    var quarantine = Quarantine(known.values.compactMap { Quarantine.Case($0) })
    guard let suspect = estate.hand.left else { return quarantine }
    let deadly = quarantine.note(suspect, at: now)
    let cases = quarantine.cases.enumerated().map { index, deadly in
      Estate.Change.put(
        Estate.Key(kind: Kind.death.rawValue, name: bytes(of: UInt16(index))), deadly.encoded)
    }
    let gone = known.keys.map { Estate.Change.remove($0) }
    if estate.commit(gone + cases) { estate.hand.layDown() }
    log.critical(
      deadly.deaths < Quarantine.patience
        ? "a process died with something in hand" : "quarantined: processes died of it",
      metadata: [
        "kind": "\(suspect.kind)", "source": "\(suspect.source)", "deaths": "\(deadly.deaths)",
        "sip-call-id": "\(suspect.call.map { String(decoding: $0, as: UTF8.self) } ?? "unread")",
      ])
    return quarantine
  }

  /// The process serves: whatever it took over did not kill it.
  func proveLife() { estate.proveLife() }

  // MARK: - Leaving

  /// Keeps what `actions` change, all or nothing, before anything of it is done. On the signalling
  /// thread only, which is the only one to append facts.
  func leave(_ actions: [ExchangeAction], at now: Moment) {
    var changes: [Estate.Change] = []
    var sequence = spool.lastAppended
    for action in actions {
      switch action {
      case .checkpoint(let envelope):
        changes.append(.put(key(of: envelope.call), Self.bytes(of: envelope, at: now)))
      case .retireCheckpoint(let call): changes.append(.remove(key(of: call)))
      case .bindingChanged(let change): changes += Self.changes(for: change, at: now)
      case .subscriptionChanged(let change):
        changes.append(Self.change(for: change, at: now))
      case .record(let fact, _):
        sequence += 1
        changes.append(put(fact, sequence))
      case .closeRelay(let id): changes.append(.remove(key(ofRelay: id.number)))
      case .send, .remind, .openRelay, .directRelay, .secureRelay, .measureRelay, .carry, .tellKey,
        .play,
        .stopPlaying, .seat, .recordRelay, .soundEnded, .askMailbox, .locate, .log:
        break
      }
    }
    guard !changes.isEmpty else { return }
    changes += durableFacts()
    if !estate.commit(changes) {
      log.critical("the memory for a successor is full: calls will end with this process")
    }
  }

  /// Who is heard at a relay's ports, so that nobody else is after this process' death. On the relay's
  /// thread.
  func leave(_ relay: RelayCheckpoint) {
    estate.commit([.put(key(ofRelay: relay.session.id), relay.bytes)])
  }

  /// A replica's key, so that the next process is heard before it has a link.
  func leave(_ key: BeatKey, of replica: ReplicaName) {
    estate.commit([
      .put(
        Estate.Key(kind: Kind.beatKey.rawValue, name: Array(replica.text.utf8)),
        Self.bytes(of: key.number) + key.bytes)
    ])
  }

  /// By replica.
  var beatKeys: [ReplicaName: BeatKey] {
    var keys: [ReplicaName: BeatKey] = [:]
    for (key, value) in estate.entries(of: Kind.beatKey.rawValue) {
      guard value.count == 36, let replica = ReplicaName(String(decoding: key.name, as: UTF8.self))
      else { continue }
      let number = value.withUnsafeBytes { $0.loadUnaligned(as: UInt32.self) }
      keys[replica] = BeatKey(number: number, bytes: Array(value[4...]))
    }
    return keys
  }

  private func put(_ fact: Fact, _ sequence: UInt64) -> Estate.Change {
    facts.withLock { $0 = ($0?.lowerBound ?? sequence)...sequence }
    let record = SpoolRecord(spool: spool.id, sequence: sequence, fact: fact)
    return .put(key(ofFact: sequence), record.encodedBody())
  }

  /// Facts that are on disk by now need no other place.
  private func durableFacts() -> [Estate.Change] {
    let durable = spool.lastDurable
    return facts.withLock { facts in
      guard let known = facts, known.lowerBound <= durable else { return [] }
      let last = min(known.upperBound, durable)
      facts = last < known.upperBound ? last + 1...known.upperBound : nil
      return (known.lowerBound...last).map { .remove(key(ofFact: $0)) }
    }
  }

  private static func changes(for change: BindingChange, at now: Moment) -> [Estate.Change] {
    let name =
      withUnsafeBytes(of: change.extension.uuid) { Array($0) } + Array(change.key.contact.utf8)
    guard name.count <= longestName else { return [] }
    let key = Estate.Key(kind: Kind.binding.rawValue, name: name)
    guard change.expiresIn > .zero else { return [.remove(key)] }
    return [.put(key, bytes(of: now.boot.nanoseconds) + change.encodedBody())]
  }

  private static func change(for change: SubscriptionChange, at now: Moment) -> Estate.Change {
    let key = Estate.Key(
      kind: Kind.subscription.rawValue, name: Array(change.key.localTag.utf8))
    guard change.expiresIn > .zero else { return .remove(key) }
    return .put(key, bytes(of: now.boot.nanoseconds) + change.encodedBody())
  }

  private static func bytes(of envelope: CheckpointEnvelope, at now: Moment) -> [UInt8] {
    bytes(of: envelope.number) + bytes(of: now.boot.nanoseconds) + envelope.contents
  }

  private static func bytes(of value: some FixedWidthInteger) -> [UInt8] {
    withUnsafeBytes(of: value) { Array($0) }
  }

  private func key(of call: CallID) -> Estate.Key {
    Estate.Key(kind: Kind.call.rawValue, name: withUnsafeBytes(of: call.uuid) { Array($0) })
  }

  private func key(ofFact sequence: UInt64) -> Estate.Key {
    Estate.Key(kind: Kind.fact.rawValue, name: Self.bytes(of: sequence.bigEndian))
  }

  private func key(ofRelay id: UInt64) -> Estate.Key {
    Estate.Key(kind: Kind.relay.rawValue, name: Self.bytes(of: id))
  }

  // MARK: - Taking over

  /// Puts the facts that a predecessor had no time to write down on disk, and waits for that.
  func writeFacts() {
    let left = values(.fact).compactMap { try? SpoolRecord(parsingBody: $0) }
      .filter { $0.spool == spool.id && $0.sequence > spool.lastAppended }
      .sorted { $0.sequence < $1.sequence }
    guard let last = left.last else { return }
    for record in left.dropLast() { spool.append(record.fact) }
    spool.append(last.fact, whenDurable: {})
    waitUntilDurable(last.sequence)
  }

  private func waitUntilDurable(_ sequence: UInt64) {
    let end = MachineClock.boot().advanced(by: Self.longestWait)
    while spool.lastDurable < sequence, MachineClock.boot() < end { usleep(500) }
    if spool.lastDurable < sequence {
      log.error("facts of an earlier process wait for the disk; its calls go on before")
    }
  }

  /// But for those that processes died of.
  func calls(at now: Moment) -> [LeftCall] {
    values(.call).compactMap { bytes -> LeftCall? in
      guard bytes.count > 16 else { return nil }
      return bytes.withUnsafeBytes {
        LeftCall(
          number: $0.loadUnaligned(as: UInt64.self), contents: Array(bytes[16...]),
          writtenAt: BootInstant(
            nanoseconds: $0.loadUnaligned(fromByteOffset: 8, as: Int64.self)))
      }
    }.filter { !isDeadly($0, at: now) }
  }

  private func isDeadly(_ call: LeftCall, at now: Moment) -> Bool {
    call.contents.withUnsafeBytes {
      quarantine.reason(against: $0, .checkpoint, from: Self.nowhere, at: now.boot) != nil
    }
  }

  /// The process is about to look at this call.
  func take(_ call: LeftCall) {
    call.contents.withUnsafeBytes { hand.take(.checkpoint, from: Self.nowhere, $0) }
  }

  func layDown() { hand.layDown() }

  /// The Call-IDs of the dialogs in which nothing more is heard.
  func deadlyCalls(at now: Moment) -> Set<String> { quarantine.deadlyCalls(at: now.boot) }

  private static let nowhere = IPEndpoint(.v4(0), port: 0)

  /// Who was heard at the relays' ports.
  var relays: [UInt64: RelayCheckpoint] {
    let left = values(.relay).compactMap { RelayCheckpoint($0) }
    return Dictionary(left.map { ($0.session.id, $0) }) { first, _ in first }
  }

  /// With the time that each has left.
  func bindings(at now: Moment) -> [BindingChange] {
    values(.binding).compactMap { bytes in
      guard bytes.count > 8, var change = try? BindingChange(parsingBody: bytes[8...]) else {
        return nil
      }
      change.expiresIn -= Self.age(of: bytes, at: now)
      return change.expiresIn > .zero ? change : nil
    }
  }

  /// Likewise.
  func subscriptions(at now: Moment) -> [SubscriptionChange] {
    values(.subscription).compactMap { bytes in
      guard bytes.count > 8, var change = try? SubscriptionChange(parsingBody: bytes[8...]) else {
        return nil
      }
      change.expiresIn -= Self.age(of: bytes, at: now)
      return change.expiresIn > .zero ? change : nil
    }
  }

  private static func age(of bytes: [UInt8], at now: Moment) -> Duration {
    let writtenAt = bytes.withUnsafeBytes { $0.loadUnaligned(as: Int64.self) }
    return BootInstant(nanoseconds: writtenAt).duration(to: now.boot)
  }

  /// Forgets the calls that nobody carries on, and all relays but theirs.
  func forgetCalls(except carriedOn: Set<CallID>, and relays: Set<RelayID>) {
    let kept = Set(carriedOn.map(key(of:))).union(relays.map { key(ofRelay: $0.number) })
    let kinds = [Kind.call.rawValue, Kind.relay.rawValue]
    let gone = estate.keys.filter { kinds.contains($0.kind) && !kept.contains($0) }
    estate.commit(gone.map { .remove($0) })
  }

  private func values(_ kind: Kind) -> [[UInt8]] {
    Array(estate.entries(of: kind.rawValue).values)
  }
}
