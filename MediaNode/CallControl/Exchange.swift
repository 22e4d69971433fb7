public import Digits
public import NodeContract
public import SIP

/// The node's whole knowledge of registrations and calls as one value: messages, answers and time
/// go in, actions come out. It reads no clock and touches no socket.
public struct Exchange: Sendable {
  var configuration: ExchangeConfiguration
  var random: any RandomNumberGenerator & Sendable
  var layer: TransactionLayer
  var authenticator: DigestAuthenticator
  var registrar: Registrar
  var protection: Protection
  var trunkCredentials: TrunkCredentials
  var registrations: [TrunkID: TrunkRegistration] = [:]
  var registering: [ClientTransactionID: RegisteringKey] = [:]
  var registrationDeadlines = DeadlineQueue<TrunkID>()
  var locations: CarrierLocations
  var restingServers: RestingServers
  /// Whose certificates came over carriers' connections.
  var certified: [Flow: [String]] = [:]
  /// Who calls from where the DNS says that carriers are.
  var carriersByAddress: [CallerPlace: Set<TrunkID>] = [:]
  /// How often the request that is being sent was repeated with credentials.
  var pendingProofs = 0
  /// Requests that got no answer, and those that were told to come later.
  var droppedRequests: UInt64 = 0
  var shedRequests: UInt64 = 0
  var merged: MergedRequests
  var directory: TenantDirectory
  /// The addresses that we serve, with the epochs of their grants.
  var grants: [AddressName: Epoch] = [:]
  var pools: [AddressName: PortPool]
  /// The addresses of lost sites that are served at addresses of ours.
  var hostings: [AddressName: Hosting] = [:]
  var expected = ExpectedPhones()

  var calls: [CallID: CallEntry] = [:]
  var callsPerTenant: [TenantID: Int] = [:]
  var dialogs: [DialogKey: LegKey] = [:]
  var initialInvites: [InviteKey: CallID] = [:]
  var clients: [ClientTransactionID: ClientKey] = [:]
  var servers: [ServerTransactionID: RequestKey] = [:]
  var receipts: [FactReceipt: CallID] = [:]
  var relays: [RelayID: CallID] = [:]
  /// Those whose measures the relay was asked for.
  var measuring: [LegID: MeasuredLeg] = [:]
  var deadlines = DeadlineQueue<CallID>()
  /// Who is in which room.
  var rooms = RoomTable()
  /// Who waits at which parking place.
  var parked = ParkingLot()
  /// Who waits for agents, and what those did.
  var queues = QueueTable()
  var agents = AgentTable()
  var figures = QueueBoard()
  /// Who is to be called back.
  var callbacks = CallbackTable()
  /// Whose telephones hear whom.
  var pages = PageTable()
  /// What other machines' numbers are here.
  var inherited = InheritedNumbers()
  /// The calls of each extension.
  var lines: [BindingKey: Set<CallID>] = [:]

  var subscriptions = SubscriptionTable()
  var notifying: [ClientTransactionID: DialogKey] = [:]
  /// Mailboxes that are not empty.
  var mailboxes: [BindingKey: WaitingMessages] = [:]
  var texts: [RequestToken: TextMessage] = [:]
  var texting: [ClientTransactionID: RequestToken] = [:]
  /// Mints tokens and relay ids.
  var serial: UInt64 = 0
  /// Served without a control plane that says they are still ours.
  var orphaned: Set<AddressName> = []
  /// What the event under way wants done.
  var outbox: [ExchangeAction] = []
  /// The calls that it changed.
  var changedCalls = ChangedCalls()
  /// When `advance` has something to do; nil: never.
  public private(set) var nextDeadline: BootInstant?

  /// Serves nothing until tenants are installed and addresses adopted.
  public init(
    configuration: ExchangeConfiguration, hashing: any Hashing,
    random: any RandomNumberGenerator & Sendable
  ) {
    self.configuration = configuration
    self.random = random
    layer = TransactionLayer(limits: configuration.limits.transactions)
    authenticator = DigestAuthenticator(secret: configuration.secret, hashing: hashing)
    directory = TenantDirectory(hashing: hashing)
    registrar = Registrar(limits: configuration.limits)
    trunkCredentials = TrunkCredentials(hashing: hashing)
    locations = CarrierLocations(capacity: configuration.limits.locations)
    restingServers = RestingServers(limits: configuration.limits)
    merged = MergedRequests(capacity: configuration.limits.mergedRequests)
    protection = Protection(limits: configuration.limits.protection)
    pools = Dictionary(
      configuration.addresses.map { ($0.name, PortPool($0.relayPorts)) }
    ) { first, _ in first }
  }

  var limits: ExchangeLimits { configuration.limits }

  // MARK: - Messages and time

  /// A message arrived over `flow`.
  public mutating func receive(_ message: SIPMessage, over flow: Flow, at now: Moment)
    -> [ExchangeAction]
  {
    guard isServed(flow.local) else {
      refuseWithoutGrant(message, over: flow)
      return takeOutbox(at: now)
    }
    guard admits(message, over: flow, at: now) else { return takeOutbox(at: now) }
    handle(layer.receive(message, over: flow, at: now.boot), at: now)
    return takeOutbox(at: now)
  }

  /// Lets all deadlines up to `now` pass.
  public mutating func advance(to now: Moment) -> [ExchangeAction] {
    handle(layer.advance(to: now.boot), at: now)
    announce(registrar.expire(at: now.boot) + expected.expire(at: now.boot))
    advanceLocations(to: now)
    restingServers.advance(to: now.boot)
    advanceRegistrations(to: now)
    advanceSubscriptions(to: now)
    passDeadlines(at: now) { $0.deadlinePassed(at: now) }
    advanceAgents(to: now)
    advanceCallbacks(to: now)
    advanceFigures(to: now)
    return takeOutbox(at: now)
  }

  /// A deadline that passes and stays is a mistake of ours. It ends the call that it is of, and not the
  /// others' time.
  mutating func passDeadlines(at now: Moment, _ pass: (inout CallMachine) -> [CallAction]) {
    var turns: [CallID: Int] = [:]
    while let call = deadlines.popDue(at: now.boot) {
      turns[call, default: 0] += 1
      guard turns[call, default: 0] > Self.mostTurns else {
        update(call, at: now, pass)
        continue
      }
      note(.error, "a deadline stays although it passed: the call ends", call: call)
      update(call, at: now) { $0.goesInCircles(at: now) }
      if deadlines.isDue(call, at: now.boot) {
        deadlines.set(now.boot.advanced(by: .seconds(1)), for: call)
      }
    }
  }

  /// Of one call at one moment; no event needs more than a few.
  private static let mostTurns = 100

  private var soonestDeadline: BootInstant? {
    earlier(
      earlier(
        earlier(layer.nextDeadline, registrar.nextDeadline),
        earlier(locations.nextDeadline, restingServers.nextDeadline)),
      earlier(
        earlier(
          earlier(agents.nextDeadline, earlier(figures.nextDeadline, callbacks.nextDeadline)),
          expected.nextDeadline),
        earlier(earlier(deadlines.next, registrationDeadlines.next), subscriptions.nextDeadline)))
  }

  mutating func takeOutbox(at now: Moment) -> [ExchangeAction] {
    serveQueues(at: now)
    figures.schedule(at: now.boot)
    saveChangedCalls(at: now)
    nextDeadline = soonestDeadline
    defer { outbox = [] }
    return outbox
  }

  // MARK: - Tenants

  /// A tenant as it is now, unless the exchange knows a newer revision. Calls and bindings go on;
  /// bindings of extensions that are gone end.
  public mutating func install(_ tenant: TenantSnapshot, at now: Moment) -> [ExchangeAction] {
    let before = directory[tenant.tenant]
    guard directory.install(tenant, by: hostedAddresses) else { return [] }
    tellWatchers(ofSwitchesIn: tenant.tenant, since: before, at: now)
    let kept = Set(tenant.extensions.map(\.id))
    announce(registrar.removeBindings(of: tenant.tenant, except: kept))
    endSubscriptions(of: tenant.tenant, except: kept, at: now)
    reviewAgents(of: tenant.tenant, at: now)
    reviewFigures(of: tenant.tenant)
    reviewLocations(at: now)
    reviewRegistrations(at: now)
    return takeOutbox(at: now)
  }

  /// The tenant is not ours any more: its bindings end, new calls are refused, calls go on.
  public mutating func removeTenant(_ id: TenantID, at now: Moment) -> [ExchangeAction] {
    directory.remove(id)
    protection.forget(id)
    announce(registrar.removeBindings(of: id, except: []))
    endSubscriptions(of: id, except: [], at: now)
    reviewAgents(of: id, at: now)
    reviewFigures(of: id)
    reviewLocations(at: now)
    reviewRegistrations(at: now)
    return takeOutbox(at: now)
  }

  mutating func announce(_ changes: [BindingChange]) {
    outbox += changes.map(ExchangeAction.bindingChanged)
    for change in changes { queuesAreDue(of: change.tenant) }
  }

  // MARK: - What the shell tells of earlier actions

  /// The fact recorded under this receipt is on disk.
  public mutating func factIsDurable(_ receipt: FactReceipt, at now: Moment) -> [ExchangeAction] {
    guard let call = receipts.removeValue(forKey: receipt) else { return [] }
    update(call, at: now) { $0.answerIsDurable(receipt, at: now) }
    return takeOutbox(at: now)
  }

  /// The relay could not be opened or broke: its call ends.
  public mutating func relayFailed(_ relay: RelayID, at now: Moment) -> [ExchangeAction] {
    guard let call = relays[relay] else { return [] }
    update(call, at: now) { $0.relayFailed(at: now) }
    return takeOutbox(at: now)
  }

  /// Processes died of what was said in these dialogs: the calls that have them end.
  public mutating func endCalls(with callIDs: Set<String>, at now: Moment) -> [ExchangeAction] {
    guard !callIDs.isEmpty else { return [] }
    let deadly = Set(dialogs.filter { callIDs.contains($0.key.callID) }.map(\.value.call))
    for call in deadly.sorted() {
      note(.error, "a call ends: processes died of what was said in it", call: call)
      update(call, at: now) { $0.isDeadly(at: now) }
    }
    return takeOutbox(at: now)
  }

  /// No packet came from either party for the relay's silence limit: its call ends, unless it rings or
  /// is held. Told again after each further such time.
  public mutating func mediaSilent(_ relay: RelayID, at now: Moment) -> [ExchangeAction] {
    guard let call = relays[relay] else { return [] }
    update(call, at: now) { $0.mediaSilent(at: now) }
    return takeOutbox(at: now)
  }

  /// A decoded relay heard a key for the party on that side, which is told of keys by signalling.
  public mutating func keyHeard(
    _ key: DigitInfo, for side: RelaySide, of relay: RelayID, at now: Moment
  ) -> [ExchangeAction] {
    guard let call = relays[relay] else { return [] }
    update(call, at: now) { $0.inform(side, of: key) }
    return takeOutbox(at: now)
  }

  /// The connection under a flow is gone: the bindings behind it lead nowhere, and requests that
  /// went over it get no answer any more.
  public mutating func flowClosed(_ flow: Flow, at now: Moment) -> [ExchangeAction] {
    certified[flow] = nil
    let lost = registrar.flowClosed(flow)
    announce(lost)
    connectionLost(flow, of: lost, at: now)
    handle(layer.close(flow, at: now.boot), at: now)
    return takeOutbox(at: now)
  }

  /// The network gave back what it could not deliver.
  public mutating func undelivered(_ quoted: QuotedRequest, over flow: Flow, at now: Moment)
    -> [ExchangeAction]
  {
    handle(layer.undelivered(quoted, over: flow, at: now.boot), at: now)
    return takeOutbox(at: now)
  }

  /// Ends every call in an orderly way, because the node stops and nobody carries them on.
  public mutating func stopService(at now: Moment) -> [ExchangeAction] {
    for call in calls.keys.sorted() { update(call, at: now) { $0.serviceStops(at: now) } }
    endSubscriptions(.deactivated, at: now) { _ in true }
    return takeOutbox(at: now)
  }

  // MARK: - Grants

  /// Serves the address under this grant. `Ownership` has judged the epoch before.
  public mutating func adopt(_ address: AddressName, epoch: Epoch, at now: Moment)
    -> [ExchangeAction]
  {
    guard pools[address] != nil else { return [] }
    grants[address] = epoch
    reviewLocations(at: now)
    reviewRegistrations(at: now)
    return takeOutbox(at: now)
  }

  /// No control plane says any more, of these addresses and no others, that they are ours: another site may
  /// carry their calls on.
  public mutating func standAlone(at addresses: Set<AddressName>) { orphaned = addresses }

  /// Stops serving the address: nothing leaves from it any more, its bindings are forgotten, its
  /// calls end here as lost. Parties at addresses that we keep hear a BYE.
  public mutating func release(_ address: AddressName, at now: Moment) -> [ExchangeAction] {
    for call in leave(address, at: now) {
      update(call, at: now) { $0.addressLost(at: now) }
    }
    return takeOutbox(at: now)
  }

  /// Serves the address no longer, and returns the calls that have a leg there; none where it was not
  /// served.
  mutating func leave(_ address: AddressName, at now: Moment) -> [CallID] {
    guard grants.removeValue(forKey: address) != nil else { return [] }
    endHostings(at: address, at: now)
    registrar.forget(address)
    agents.forget(at: address)
    for place in callbacks.forget(at: address) { queues.leave(place) }
    figures.forget(at: address)
    forgetSubscriptions(at: address)
    reviewLocations(at: now)
    reviewRegistrations(at: now)
    return calls.values.map(\.machine)
      .filter { $0.legs.contains { $0.address == address } }
      .map(\.id).sorted()
  }

  // MARK: - Census

  /// How much there is to do, as replicas are told every second: unlike the census it takes the same
  /// time with however many calls.
  public var load: ExchangeLoad {
    ExchangeLoad(
      calls: relays.count, openTransactions: layer.openCount, bindings: registrar.count)
  }

  public var census: ExchangeCensus {
    var census = ExchangeCensus()
    census.tenants = directory.count
    census.bindings = registrar.count
    census.locatedCarriers = locations.known
    census.registeredTrunks = registrations.values.count { $0.registeredUntil != nil }
    census.droppedRequests = droppedRequests
    census.shedRequests = shedRequests
    census.endingCalls = calls.values.count { $0.machine.isEnding }
    census.calls = calls.count - census.endingCalls
    census.openDialogs = calls.values.reduce(0) { sum, entry in
      sum + entry.machine.legs.count { $0.phase == .answered }
    }
    census.openTransactions = layer.openCount
    census.openRelays = relays.count
    census.subscriptions = subscriptions.count
    census.portsInUse = pools.values.reduce(0) { $0 + $1.inUse }
    return census
  }
}

extension DirectoryTenant {
  func has(_ id: ExtensionID) -> Bool { extensionsByID[id] != nil }
}

/// Asked after every event, so it makes no list.
private func earlier(_ left: BootInstant?, _ right: BootInstant?) -> BootInstant? {
  guard let left else { return right }
  guard let right else { return left }
  return min(left, right)
}
