public import HTTP
public import Operations
public import Persistence

/// All routes under `/v1`. Each authorizes, parses, calls one operation and renders a view.
public struct APIRoutes: Sendable {
  public let routes: [Route]

  /// - Parameters:
  ///   - installation: what this replica sees of nodes and grants right now.
  ///   - drills: where drills are planned and run.
  ///   - clicks: where users' calls are made.
  public init(
    _ store: Store, installation: any InstallationMonitor, drills: any DrillDesk,
    clicks: any ClickDesk, clock: Clock = .system
  ) {
    let keys = Authorization(store)
    var group = RouteGroup("/v1")
    SiteRoutes(keys: keys, sites: SiteOperations(store, clock: clock)).register(on: &group)
    NodeRoutes(keys: keys, nodes: NodeOperations(store, clock: clock), installation: installation)
      .register(on: &group)
    AddressRoutes(
      keys: keys, addresses: AddressOperations(store, clock: clock), installation: installation
    ).register(on: &group)
    ResellerRoutes(keys: keys, resellers: ResellerOperations(store, clock: clock))
      .register(on: &group)
    KeyRoutes(keys: keys, operations: KeyOperations(store, clock: clock)).register(on: &group)
    TenantRoutes(keys: keys, tenants: TenantOperations(store, clock: clock)).register(on: &group)
    ExtensionRoutes(keys: keys, extensions: ExtensionOperations(store, clock: clock))
      .register(on: &group)
    AnsweringRoutes(keys: keys, answering: AnsweringOperations(store, clock: clock))
      .register(on: &group)
    FollowMeRoutes(keys: keys, followMe: FollowMeOperations(store)).register(on: &group)
    RingGroupRoutes(keys: keys, groups: RingGroupOperations(store)).register(on: &group)
    PagingRoutes(keys: keys, groups: PagingOperations(store)).register(on: &group)
    ContactRoutes(keys: keys, contacts: ContactOperations(store, clock: clock)).register(on: &group)
    ScreeningRoutes(keys: keys, screening: ScreeningOperations(store, clock: clock))
      .register(on: &group)
    SoundRoutes(keys: keys, sounds: TenantSoundOperations(store, clock: clock)).register(on: &group)
    MenuRoutes(keys: keys, menus: MenuOperations(store)).register(on: &group)
    QueueRoutes(
      keys: keys, queues: QueueOperations(store), installation: installation, clock: clock
    ).register(on: &group)
    FlowRoutes(keys: keys, flows: FlowOperations(store, clock: clock)).register(on: &group)
    MailboxRoutes(keys: keys, mailboxes: MailboxOperations(store)).register(on: &group)
    AnsweringSwitchRoutes(keys: keys, switches: AnsweringSwitchOperations(store, clock: clock))
      .register(on: &group)
    FeatureCodeRoutes(keys: keys, codes: FeatureCodeOperations(store)).register(on: &group)
    NumberRoutes(keys: keys, numbers: NumberOperations(store, clock: clock)).register(on: &group)
    TrunkRoutes(keys: keys, trunks: TrunkOperations(store, clock: clock)).register(on: &group)
    PriceListRoutes(keys: keys, priceLists: PriceListOperations(store, clock: clock))
      .register(on: &group)
    CallRoutes(keys: keys, calls: CallOperations(store)).register(on: &group)
    ClickRoutes(keys: keys, clicks: ClickOperations(store, desk: clicks, clock: clock))
      .register(on: &group)
    RecordingRoutes(keys: keys, recordings: RecordingOperations(store, clock: clock))
      .register(on: &group)
    RecordingRuleRoutes(keys: keys, rules: RecordingRuleOperations(store, clock: clock))
      .register(on: &group)
    QuarantineRoutes(keys: keys, quarantine: QuarantineOperations(store)).register(on: &group)
    DrillRoutes(keys: keys, drills: DrillOperations(store, desk: drills, clock: clock))
      .register(on: &group)
    routes = group.routes
  }
}
