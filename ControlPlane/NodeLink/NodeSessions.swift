import Logging
import NodeContract
import Placement

/// The sessions of all linked nodes, one per node; the latest replaces an earlier one.
actor NodeSessions {
  private let fleet: Fleet
  private let tenants: any TenantSource
  private let logger: Logger
  private var sessions: [NodeName: NodeSession] = [:]
  /// Nil until etcd has told.
  private var grants: [AddressName: AddressGrant]?
  private var isClosed = false

  init(fleet: Fleet, tenants: any TenantSource, logger: Logger) {
    self.fleet = fleet
    self.tenants = tenants
    self.logger = logger
  }

  /// Begins the session of a node that greeted.
  func open(_ hello: NodeHello) async -> NodeSession {
    let (id, key, bindings, subscriptions) = await fleet.link(hello)
    let session = NodeSession(
      hello: hello, id: id, welcome: ReplicaWelcome(replica: fleet.replica, beatKey: key),
      bindings: bindings, subscriptions: subscriptions, grants: grants, fleet: fleet,
      tenants: tenants, logger: logger)
    await sessions.updateValue(session, forKey: hello.node)?.close()
    await session.review()
    if isClosed { await session.close() }
    return session
  }

  func end(_ session: NodeSession) async {
    await session.close()
    if sessions[session.hello.node] === session { sessions[session.hello.node] = nil }
    await fleet.unlink(session.hello.node, session: session.id)
  }

  func note(_ change: TenantChange) async {
    for session in sessions.values { await session.note(change) }
  }

  func use(_ grants: [AddressName: AddressGrant]) async {
    self.grants = grants
    for session in sessions.values { await session.use(grants) }
  }

  /// Tells every node what it should know by now and does not.
  func review() async {
    for session in sessions.values { await session.review() }
  }

  func renewKeys() async {
    await fleet.renewPairKeys()
    for (node, session) in sessions { await session.use(await fleet.renewKey(of: node)) }
  }

  /// Ends every session, now and later: the server stops.
  func closeAll() async {
    isClosed = true
    for session in sessions.values { await session.close() }
  }
}
