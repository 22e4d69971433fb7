import API
import ArgumentParser
import Etcd
import Foundation
import HTTP
import Hummingbird
import Logging
import NameServers
import NodeContract
import NodeLink
import Operations
import Persistence
import Postgres
import ServiceLifecycle
import StructuredLogging
import UnixSignals

/// Runs the replica until it is told to stop.
struct Serve: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Runs the replica until SIGTERM or SIGINT.")

  @OptionGroup var options: SettingsOptions

  func run() async throws {
    let settings = try await options.load()
    JSONLineHandler.bootstrap(
      level: settings.logLevel, metadata: ["replica": "\(settings.name)"])
    let replica = Replica(settings)
    do {
      try await replica.services().run()
    } catch {
      Logger(label: "serve").critical("stopped", metadata: ["error": "\(error)"])
      await replica.close()
      throw ExitCode.failure
    }
    await replica.close()
  }
}

/// Everything a replica consists of, wired together. Nothing here waits for Postgres or etcd:
/// what needs them tries again, and `/readyz` says what is missing.
struct Replica {
  private let settings: ServerSettings
  private let database: Database
  private let listener: Listener
  private let store: Store
  private let etcd: EtcdClient
  private let fleet: Fleet
  private let grants: GrantTable
  private let leadership: LeaderLease
  private let metrics = MetricsRegistry()

  init(_ settings: ServerSettings) {
    self.settings = settings
    database = Database(settings.postgres, logger: Logger(label: "postgres"))
    listener = Listener(
      settings.postgres, channels: TenantSnapshots.channels,
      logger: Logger(label: "postgres-listener"))
    store = Store(database)
    etcd = EtcdClient(endpoints: settings.etcdEndpoints)
    fleet = Fleet(
      replica: settings.name, site: settings.site, movesAcross: settings.movesAcross)
    grants = GrantTable(etcd, logger: Logger(label: "grants"))
    leadership = LeaderLease(etcd, replica: settings.name, logger: Logger(label: "leader"))
  }

  /// Stops in reverse order: first no more requests, last the table that the others read.
  func services() -> ServiceGroup {
    NodeMetrics(fleet: fleet, leadership: leadership).register(in: metrics)
    let services: [any Service] = [
      grants, leadership, QuorumReading(etcd, fleet: fleet, logger: Logger(label: "grants")),
      TakeoverLoop(etcd, fleet: fleet, logger: Logger(label: "takeover")), grantLoop,
      RetentionLoop(store), drills,
      Listening("the node link", on: settings.link.host, settings.link.port, nodeLink),
      Listening("beats", on: settings.beatsHost, settings.beatsPort, beats),
      Listening("the API", on: settings.apiHost, settings.apiPort, web),
    ]
    var configuration = ServiceGroupConfiguration(
      services: circle + names + services, gracefulShutdownSignals: [.sigterm, .sigint],
      logger: Logger(label: "services"))
    configuration.maximumGracefulShutdownDuration = .seconds(10)
    return ServiceGroup(configuration: configuration)
  }

  func close() async {
    await etcd.close()
    listener.close()
    database.close()
  }

  /// What makes this replica one of several: where it says neither its site nor how it is reached, it is alone.
  private var circle: [any Service] {
    guard let site = settings.site, let beats = settings.beatsPlace else { return [] }
    let place = ReplicaPlace(site: site, beats: beats, member: settings.etcdMember)
    return [
      ReplicaRegister(etcd, fleet: fleet, at: place, logger: Logger(label: "replicas")),
      MemberWatch(etcd, fleet: fleet),
    ]
  }

  /// What the site's name server says.
  private var names: [any Service] {
    guard let names = settings.names else { return [] }
    let reading = InventoryReading(store)
    return [
      NameLoop(
        folder: names.folder, control: NameServerControl(names.control, folder: names.folder),
        nameServers: names.servers, logger: Logger(label: "names"), now: Clock.system.now,
        inventory: { try await reading.naming() }, grants: { [grants] in grants.grants() })
    ]
  }

  private var grantLoop: GrantLoop {
    let reading = InventoryReading(store)
    return GrantLoop(
      etcd, fleet: fleet, leadership: leadership, generation: settings.generation,
      logger: Logger(label: "placement")
    ) {
      let (nodes, addresses) = try await reading.read()
      return Inventory(nodes: nodes, addresses: addresses)
    }
  }

  private var records: DrillRecordsKept { DrillRecordsKept(records: DrillRecords(store)) }

  private var planning: DrillPlanningDesk {
    DrillPlanningDesk(
      etcd, fleet: fleet, generation: settings.generation, archive: records)
  }

  private var drills: DrillLoop {
    let log = Logger(label: "drills")
    return DrillLoop(
      etcd, fleet: fleet, leadership: leadership, planning: planning, archive: records,
      clock: Clock.system.now, hasLeft: Departure.drill,
      leave: { Departure.leave(for: $0, seconds: $1, log: log) }, logger: log)
  }

  private var nodeLink: NodeLinkServer {
    NodeLinkServer(
      settings: settings.link, fleet: fleet,
      ledger: CommittedFacts(
        commitment: FactCommitment(store: store, logger: Logger(label: "facts"))),
      sounds: KeptSounds(intake: SoundIntake(store: store, logger: Logger(label: "sounds"))),
      mailboxes: AnsweredMailboxes(
        visits: MailboxVisits(store: store, logger: Logger(label: "mailboxes"))),
      lender: LentSounds(lending: SoundLending(store: store, logger: Logger(label: "sounds"))),
      tenants: StoredTenants(snapshots: TenantSnapshots(store: store, listener: listener)),
      grants: grants, logger: Logger(label: "node-link"))
  }

  private var beats: BeatListener {
    BeatListener(
      host: settings.beatsHost, port: settings.beatsPort, fleet: fleet,
      logger: Logger(label: "beats"))
  }

  private var web: some Service {
    let routes = APIRoutes(
      store,
      installation: LiveInstallation(fleet: fleet, grants: grants, drains: DrainRegister(etcd)),
      drills: LiveDrills(planning: planning, register: DrillRegister(etcd)),
      clicks: LiveClicks(fleet: fleet)
    ).routes
    let log = Logger(label: "http")
    let server = WebServer(
      host: settings.apiHost, port: settings.apiPort, routes: routes, checks: checks,
      metrics: metrics, log: log)
    return server.application { [settings] port in
      log.info("listening for requests", metadata: ["address": "\(settings.apiHost):\(port)"])
    }
  }

  private var checks: [HealthCheck] {
    [
      HealthCheck("postgres") { [store] in try await store.checkReadiness() },
      HealthCheck("etcd") { [etcd] in _ = try await etcd.get("/tandem/v1/leader") },
    ]
  }
}

/// A service that begins by taking a port; when it fails, the error says which one.
struct Listening<Inner: Service>: Service {
  private let name: String
  private let inner: Inner

  init(_ purpose: String, on host: String, _ port: Int, _ inner: Inner) {
    name = "\(purpose), \(host):\(port)"
    self.inner = inner
  }

  func run() async throws {
    do {
      try await inner.run()
    } catch {
      throw Failure(name: name, cause: error)
    }
  }

  struct Failure: Error, CustomStringConvertible {
    let name: String
    let cause: any Error
    var description: String { "cannot serve \(name): \(cause)" }
  }
}
