import NodeContract
import Ownership
import Placement

/// A machine with a node on it: what is on its disk, in its keeper's memory and in its process.
final class SimulatedNode {
  let index: Int
  let name: NodeName
  let site: Int
  let clock: BootClock
  /// How far its wall clock is off.
  var wallOffset: Int64 = 0

  // The machine.
  var isUp = true
  var boot: UUIDv7
  /// Nobody may call its replacement a mistake before it was well for a while.
  var wellSince: Instant = 0
  var troubles = 0
  var diskDelay: Instant = 0

  // The process.
  /// Counts processes; another one's timers and links mean nothing.
  var life = 0
  var isRunning = false
  var pausedUntil: Instant?
  /// What waits while the process is paused.
  var inbox: [() -> Void] = []
  var titles: NodeTitles
  var ticks = 0
  var neighbours: [NodeName: BootInstant] = [:]
  var roles: [AddressName: (revision: Int64, heir: Int?, standby: Int?)] = [:]

  // Memory: the keeper's, which a process' death spares.
  var calls: [Int: SimulatedCall] = [:]
  var byes: Set<Bye> = []

  // What others told of their calls.
  var store: [Int: SimulatedCall] = [:]
  var ended: Set<Int> = []

  // The disk.
  var grants: [AddressName: AddressGrants.Grant] = [:]
  var unsettled: Set<AddressName> = []
  /// What it tells replicas of, until they need not hear it any more.
  private(set) var releases: Set<Release> = []
  /// All that it ever gave away: nobody who acts on such a word replaces it, however late.
  private(set) var released: Set<ReleaseProof> = []
  let spool: SpoolID
  var facts: [Fact] = []
  var durable = 0
  var acknowledged = 0
  /// A fact is on disk then.
  var writes: [(through: Int, then: () -> Void)] = []

  struct Bye: Hashable {
    let call: Int
    let side: Int
    let address: AddressName
    let isLosers: Bool
  }

  struct Release: Hashable {
    let address: AddressName
    let epoch: Epoch
    let wasSettled: Bool
    let madeAt: Instant

    func isFresh(at now: Instant) -> Bool { now - madeAt < .seconds(1) }
  }

  func release(_ held: HeldAddress, wasSettled: Bool, at now: Instant) {
    releases.insert(
      Release(
        address: held.address, epoch: held.epoch, wasSettled: wasSettled, madeAt: now))
    released.insert(ReleaseProof(address: held.address, epoch: held.epoch))
  }

  /// - Parameter epochs: that the addresses have now.
  func forgetReleases(before epochs: [AddressName: Epoch], at now: Instant) {
    releases = releases.filter {
      $0.epoch >= epochs[$0.address] ?? .none || $0.isFresh(at: now)
    }
  }

  init(index: Int, name: NodeName, site: Int, clock: BootClock, titles: NodeTitles) {
    self.index = index
    self.name = name
    self.site = site
    self.clock = clock
    self.titles = titles
    boot = UUIDv7(high: 7, low: UInt64(index))
    spool = SpoolID(UUIDv7(high: 8, low: UInt64(index)))
  }

  /// Whether something can leave it now.
  var acts: Bool { isUp && isRunning && pausedUntil == nil }
  var callNumbers: [Int] { calls.keys.sorted() }
}
