import CallControl
import ControlLink
import Epoll
import Glibc
import Logging
import MediaPlane
import NodeContract
import Ownership
import Prompts
import Recording
import SIP
import Signalling
import TLS

/// One node's process: signalling, media, spool and links, wired together.
struct NodeProcess {
  private let log: Logger
  private let spool: Spool
  private let media: MediaPlane
  private let signalling: SignallingLoop
  private let links: ReplicaLinks
  private let lifeMark: LifeMark
  private let holdings: Holdings
  /// Nil where something else proves that addresses lead here.
  private let gatewayProof: GatewayProof?
  private let estate: NodeEstate?
  /// What the exchange wants done to carry on a predecessor's calls.
  private let resumption: [ExchangeAction]
  private let leftRelays: LeftRelays
  private let music: WaitingMusic
  private let announcer: Announcer
  private let sounds: SoundFiles
  private let courier: SoundCourier
  private let errands: MailboxErrands
  private let shelf: SoundShelf
  private let traffic = SignallingTraffic()
  private let messageSilence: Duration

  init(_ preparations: Preparations) throws {
    let configuration = preparations.configuration
    log = Logger(label: "node")
    messageSilence = configuration.limits.messageSilence
    music = preparations.music
    var random = DrawnNumbers()
    let now = MachineClock.moment()
    let boot = try MachineClock.bootID()
    let incarnation = UUIDv7(at: now.wall, using: &random)

    let directory = StateDirectory(configuration.stateDirectory)
    try directory.create()
    let spool = try Spool(directory: directory.spool, log: Logger(label: "spool"))
    lifeMark = LifeMark(file: directory.lifeMark, boot: boot)
    estate = NodeEstate(spool: spool, log: Logger(label: "estate"))
    estate?.writeFacts()

    let kept = try Holdings.withoutReleased(
      try Self.keptAddresses(configuration), in: directory)
    let shelf = try SoundShelf(in: directory.tenantSounds, log: Logger(label: "sounds"))
    self.shelf = shelf
    let holdings = try Holdings(
      configuration, in: directory, bound: Set(kept.map(\.name)), shelf: shelf, estate: estate,
      at: now.boot, log: log)
    gatewayProof = try configuration.gateway.map {
      try GatewayProof(asking: $0, from: configuration.addresses, for: holdings)
    }
    let identity = try DTLSIdentity()
    var exchangeConfiguration = configuration.exchange(boot: boot)
    exchangeConfiguration.mediaFingerprint = CertificateFingerprint(identity.hash)
    var exchange = Exchange(
      configuration: exchangeConfiguration, hashing: OpenSSLHashing(), random: random)
    try holdings.restore(into: &exchange, at: now)
    try Self.recallSwitches(from: spool, into: &exchange)
    resumption = Self.takeOver(estate, into: &exchange, at: now, log: log)
    leftRelays = holdings.leftRelays
    Self.closeLostLegs(
      of: LostLegs(
        observer: configuration.name, boot: boot, death: Self.deathOfPredecessor,
        lastLife: lifeMark.read()),
      in: spool, except: exchange.legs, at: now, log: log)

    let signalling = SignallingLoop(
      exchange: exchange, on: try EventLoop(name: "signalling", precedence: .first),
      sockets: try SignallingSockets.open(
        for: kept.flatMap(\.endpoints), inherited: Self.inheritedSockets),
      listeners: try SignallingSockets.listen(
        on: kept.flatMap(\.endpoints), inherited: Self.inheritedSockets),
      secure: try preparations.secureSIP.map { try Self.listeners(of: $0, at: kept) },
      nameServers: configuration.nameServers, gates: holdings.gates,
      custody: Self.custody(estate, configuration.deadlyWord), traffic: traffic,
      log: Logger(label: "signalling"))
    let inbox = ReplicaInbox(holdings: holdings, shelf: shelf, signalling: signalling)
    links = try ReplicaLinks(
      configuration: configuration.link(incarnation: incarnation), facts: spool,
      logger: Logger(label: "link"), beats: holdings.hooks(on: signalling),
      hello: {
        NodeHello(
          node: configuration.name, site: configuration.site, incarnation: incarnation,
          featureLevel: Self.featureLevel, spool: spool.id, addresses: holdings.heldAddresses,
          tenants: holdings.tenantRevisions)
      },
      receive: { message, replica in inbox.receive(message, from: replica) })
    let sounds = try SoundFiles(in: directory.sounds, log: Logger(label: "sounds"))
    self.sounds = sounds
    courier = SoundCourier(sounds, log: Logger(label: "sounds")) { [links] piece in
      let linked = links.status.filter { $0.value.isLinked }.keys
      guard let replica = linked.randomElement() else { return false }
      links.send(.sound(piece), to: replica)
      return true
    }
    errands = try MailboxErrands(
      in: directory.fetchedSounds, log: Logger(label: "mailboxes"),
      replica: { [links] in
        links.status.filter { $0.value.isLinked }.keys.randomElement()
      },
      send: { [links] request, replica in links.send(.mailboxRequest(request), to: replica) },
      tell: { question, outcome in
        signalling.submit {
          $0.mailboxAnswered(outcome, to: question.number, of: question.call, at: $1)
        }
      })
    inbox.answerThrough(links, courier, errands)
    media = try MediaPlane(
      threads: 1, silenceLimit: configuration.limits.mediaSilence, identity: identity,
      log: Logger(label: "media"))
    inbox.obeyDrills(
      by: DrillDuty(
        keeper: KeeperLine(), holdings: holdings, media: media, log: Logger(label: "drills")))
    media.obey(holdings.gates)
    media.onSilence { id in
      signalling.submit { $0.mediaSilent(RelayID(number: id), at: $1) }
    }
    media.onKeys { id, side, keys in
      guard let keys = MediaKeys(keys) else { return }
      signalling.submit {
        $0.mediaSecured(
          RelayID(number: id), side: side == .a ? .caller : .callee, keys: keys, at: $1)
      }
    }
    media.onSound { report in signalling.submit { $0.heard(report, at: $1) } }
    media.onSegment { [sounds, courier] name, segment in
      if sounds.append(segment.bytes, isLast: segment.isLast, named: name) { courier.wake() }
    }
    media.onRecordedSilence { id in
      signalling.submit { $0.recordingIsSilent(RelayID(number: id), at: $1) }
    }
    announcer = try Announcer(
      PromptLibrary(
        recordings: configuration.prompts, synthesised: configuration.synthesised,
        fetched: directory.fetchedSounds, uploaded: directory.tenantSounds),
      through: media, log: Logger(label: "media"))
    self.spool = spool
    self.signalling = signalling
    self.holdings = holdings
  }

  /// Those whose sockets the keeper has; the others are bound when they are given to this node.
  private static func keptAddresses(_ configuration: NodeConfiguration) throws -> [AddressSetting] {
    let endpoints = configuration.addresses.flatMap(\.endpoints)
    let secure = endpoints.map(\.forTLS)
    let datagrams = try SignallingSockets.kept("udp", among: endpoints, in: inheritedSockets)
    let streams = try SignallingSockets.kept(
      "tcp", among: endpoints + (configuration.secureSIP == nil ? [] : secure),
      in: inheritedSockets)
    return configuration.addresses.filter { address in
      address.endpoints.allSatisfy { endpoint in
        datagrams.contains(endpoint) && streams.contains(endpoint)
          && (configuration.secureSIP == nil || streams.contains(endpoint.forTLS))
      }
    }
  }

  /// What the keeper, if there is one, handed down.
  private static var inheritedSockets: String? {
    getenv("TANDEM_DESCRIPTORS").map { String(cString: $0) }
  }

  private static func listeners(
    of secure: Preparations.SecureSIP, at kept: [AddressSetting]
  ) throws -> SecureListeners {
    try SecureListeners(
      SignallingSockets.listen(
        on: kept.flatMap(\.endpoints).map(\.forTLS), inherited: inheritedSockets),
      as: secure.server, carriers: secure.carriers)
  }

  /// When the keeper saw this process' predecessor die.
  private static var deathOfPredecessor: BootInstant? {
    getenv("TANDEM_PREDECESSOR_DIED_AT").flatMap { Int64(String(cString: $0)) }
      .map(BootInstant.init(nanoseconds:))
  }

  /// Carries on the calls that a predecessor left, as far as they can be.
  private static func takeOver(
    _ estate: NodeEstate?, into exchange: inout Exchange, at now: Moment, log: Logger
  ) -> [ExchangeAction] {
    guard let estate else { return [] }
    let left = estate.calls(at: now)
    var actions = exchange.resume(left, at: now, taking: estate.take)
    estate.layDown()
    actions += exchange.endCalls(with: estate.deadlyCalls(at: now), at: now)
    if !left.isEmpty {
      log.notice(
        "calls of an earlier process carried on",
        metadata: ["left": "\(left.count)", "carried-on": "\(exchange.callIDs.count)"])
    }
    estate.forgetCalls(except: exchange.checkpointNames, and: exchange.relayIDs)
    return actions
  }

  /// Who registered and who watches: there may be thousands, and those who talk do not wait for them.
  private static func takeOverPhones(
    _ estate: NodeEstate?, into exchange: inout Exchange, at now: Moment
  ) -> [ExchangeAction] {
    guard let estate else { return [] }
    return exchange.restore(estate.bindings(at: now), at: now)
      + exchange.restore(estate.subscriptions(at: now), at: now)
  }

  private static func custody(
    _ estate: NodeEstate?, _ deadlyWord: String?
  ) -> any MessageCustody {
    let log = Logger(label: "signalling")
    let custody: any MessageCustody = estate.map { EstateCustody($0, log: log) } ?? NoCustody()
    guard let deadlyWord else { return custody }
    log.critical("a laboratory's node: it dies of a word")
    return DeadlyWord(deadlyWord, over: custody)
  }

  private static func closeLostLegs(
    of lost: LostLegs, in spool: Spool, except carriedOn: Set<LegID>, at now: Moment, log: Logger
  ) {
    let left = spool.legsLeftOpen().filter { !carriedOn.contains($0.leg) }
    let ends = lost.ends(of: left, at: now)
    for end in ends { spool.append(end) }
    if !ends.isEmpty {
      log.notice("legs of an earlier process closed", metadata: ["legs": "\(ends.count)"])
    }
  }

  /// What this build can read and write; raised with the formats.
  private static let featureLevel: UInt16 = 1

  /// Serves until `termination` comes, then stops in the order in which nothing is lost: calls are
  /// hung up, all facts are on disk, then the links end.
  func run(until termination: TerminationSignal) async {
    start()
    let reports = Task { await reportLoad() }
    let deliveries = Task { await courier.run() }
    let fetching = Task { [links, shelf] in
      await shelf.run(
        replica: { links.status.filter { $0.value.isLinked }.keys.randomElement() },
        send: { links.send(.soundRequest($0), to: $1) })
    }
    await termination.wait()
    reports.cancel()
    deliveries.cancel()
    fetching.cancel()
    await stop()
  }

  private func start() {
    // Its first answers are under way while the rest begins.
    gatewayProof?.start()
    media.onLatch { [estate, signalling, links] relay in
      estate?.leave(relay)
      signalling.submit { exchange, _ in
        if let call = exchange.call(carriedBy: RelayID(number: relay.session.id)) {
          links.send(.relay(RelayState(call: call, contents: relay.bytes)))
        }
        return []
      }
    }
    media.start()
    music.load(into: media)
    announcer.start()
    spool.onDurable { [links] in links.factsAreDurable() }
    holdings.openGates(at: MachineClock.boot())
    signalling.start(
      with: NodeSurroundings(
        media: media, announcer: announcer, sounds: sounds, courier: courier, errands: errands,
        messageSilence: messageSilence, spool: spool, links: links,
        estate: estate,
        leftRelays: leftRelays,
        log: Logger(label: "media")),
      first: resumption,
      next: { [estate] in Self.takeOverPhones(estate, into: &$0, at: $1) })
    signalling.submit { [leftRelays] _, _ in
      leftRelays.forget()
      return []
    }
    for sockets in holdings.takeReopened() { signalling.listen(at: sockets) }
    links.start()
    log.notice("node serves")
  }

  private func stop() async {
    await signalling.stop()
    spool.stop()
    links.stop()
    gatewayProof?.stop()
    announcer.stop()
    media.stop()
    log.notice("node stopped")
  }

  /// Tells the replicas once a second what the node carries, and its successor that it lives.
  private func reportLoad() async {
    while !Task.isCancelled {
      links.send(.load(await load()))
      lifeMark.renew(at: MachineClock.moment())
      estate?.proveLife()
      holdings.save()
      try? await Task.sleep(for: .seconds(1))
    }
  }

  private func load() async -> NodeLoad {
    let (load, exposure) = await (signalling.load, signalling.exposure)
    let durable = spool.lastDurable
    return NodeLoad(
      calls: UInt32(clamping: load.calls),
      openTransactions: UInt32(clamping: load.openTransactions),
      bindings: UInt32(clamping: load.bindings), residentBytes: ProcessMemory.residentBytes(),
      unacknowledgedFacts: durable + 1 - min(spool.firstUnacknowledged, durable + 1),
      datagramsReceived: traffic.received, datagramsDropped: traffic.dropped,
      packetsRelayed: media.packetsRelayed, messagesQuarantined: traffic.quarantined,
      emergencyCalls: UInt32(clamping: exposure.emergencyCalls),
      movingParties: UInt32(clamping: exposure.parties[.moves] ?? 0),
      returningParties: UInt32(clamping: exposure.parties[.returns] ?? 0),
      fixedParties: UInt32(clamping: exposure.parties[.fixed] ?? 0))
  }
}
