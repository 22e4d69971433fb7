public import Logging
public import NodeContract
public import Placement
public import ServiceLifecycle
public import Tenancy
public import Zones

/// Keeps a site's name server in step with who serves which domain. Level-triggered: whatever changed, the zones
/// are computed anew and those that differ are written. What cannot be read stays as it was known last, so a
/// site's loss, which takes the primary of Postgres along, is told all the same. Nobody waits for any of it.
public struct NameLoop: Service {
  /// How often the inventory is read, and what failed is tried again.
  private static let pause = Duration.seconds(2)

  private let inventory: @Sendable () async throws -> NamingInventory
  private let grants: @Sendable () -> AsyncStream<[AddressName: AddressGrant]>
  private let desk: Desk

  /// - Parameters:
  ///   - folder: the name server's copy of the zones.
  ///   - control: nil: the server finds out by itself.
  ///   - nameServers: as the zones name them; one at least.
  ///   - inventory: domains, addresses and nodes as they are now.
  ///   - now: the wall clock, which zones' numbers are taken from.
  ///   - grants: who holds what, and again after each change.
  public init(
    folder: String, control: NameServerControl?, nameServers: [SIPDomain], logger: Logger,
    now: @escaping @Sendable () -> WallTime,
    inventory: @escaping @Sendable () async throws -> NamingInventory,
    grants: @escaping @Sendable () -> AsyncStream<[AddressName: AddressGrant]>
  ) {
    self.inventory = inventory
    self.grants = grants
    desk = Desk(
      folder: folder, control: control, nameServers: nameServers, now: now, logger: logger)
  }

  public func run() async throws {
    await cancelWhenGracefulShutdown { [desk, inventory, grants] in
      await withTaskGroup { group in
        group.addTask { for await news in grants() { await desk.learn(news.mapValues(\.holding)) } }
        group.addTask {
          while !Task.isCancelled {
            if let news = try? await inventory() {
              await desk.learn(news)
            } else {
              await desk.try()
            }
            try? await Task.sleep(for: Self.pause)
          }
        }
      }
    }
  }
}

/// What is known, what is written, and what the server was not told yet.
private actor Desk {
  private let control: NameServerControl?
  private let nameServers: [SIPDomain]
  private let now: @Sendable () -> WallTime
  private let logger: Logger
  private var folder: ZoneFolder
  private var inventory: NamingInventory?
  private var holdings: [AddressName: Holding]?
  private var untold = ZoneFolder.Changes()
  /// What an earlier process wrote it may not have told.
  private var hasToldAll = false
  /// Why it failed the last time, so that it is said once.
  private var trouble: String?
  private var isBusy = false
  private var isStale = false

  init(
    folder: String, control: NameServerControl?, nameServers: [SIPDomain],
    now: @escaping @Sendable () -> WallTime, logger: Logger
  ) {
    self.folder = ZoneFolder(at: folder)
    self.control = control
    self.nameServers = nameServers
    self.now = now
    self.logger = logger
  }

  func learn(_ news: NamingInventory) async {
    inventory = news
    await self.try()
  }

  func learn(_ news: [AddressName: Holding]) async {
    holdings = news
    await self.try()
  }

  /// One at a time; what is learnt meanwhile is written right afterwards.
  func `try`() async {
    isStale = true
    guard !isBusy else { return }
    isBusy = true
    defer { isBusy = false }
    while isStale {
      isStale = false
      do {
        try await keepInStep()
        trouble = nil
      } catch {
        note(error)
      }
    }
  }

  private func keepInStep() async throws {
    guard let inventory, let holdings else { return }
    let zones = inventory.zones(by: holdings, nameServers: nameServers)
    let changes = try folder.write(zones, atSecond: now().milliseconds / 1_000)
    untold.hasOtherZones = untold.hasOtherZones || changes.hasOtherZones
    untold.zones.formUnion(changes.zones)
    untold.zones.formIntersection(zones.keys)
    if !hasToldAll { untold = ZoneFolder.Changes(hasOtherZones: true, zones: Set(zones.keys)) }
    guard !untold.isEmpty else { return }
    try await control?.announce(untold)
    logger.notice("names steer anew", metadata: ["zones": "\(untold.zones.count)"])
    untold = ZoneFolder.Changes()
    hasToldAll = true
  }

  private func note(_ error: any Error) {
    guard trouble != "\(error)" else { return }
    trouble = "\(error)"
    logger.warning("names cannot be kept in step", metadata: ["cause": "\(error)"])
  }
}
