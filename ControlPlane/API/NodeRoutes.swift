import HTTP
import Hummingbird
import NodeContract
import Operations
import Tenancy

/// Media nodes and how they are; for operators.
struct NodeRoutes: Sendable {
  let keys: Authorization
  let nodes: NodeOperations
  let installation: any InstallationMonitor

  func register(on routes: inout RouteGroup) {
    routes.get("/nodes", list)
    routes.post("/nodes", create)
    routes.get("/nodes/{node}", show)
    routes.put("/nodes/{node}/drain") { try await drain($0, true) }
    routes.delete("/nodes/{node}/drain") { try await drain($0, false) }
    routes.get("/nodes/{node}/remainder", remainder)
  }

  private func list(_ request: IncomingRequest) async throws -> Response {
    let scope = try await keys.scope(of: request, toDo: .readInstallation)
    let page = try await nodes.list(request.page(), in: scope)
    var views: [NodeView] = []
    for node in page.items { views.append(await view(of: node)) }
    return .json(PageView(items: views, next: page.next.map { Cursor(position: $0.text) }))
  }

  private func create(_ request: IncomingRequest) async throws -> Response {
    let scope = try await keys.scope(of: request, toDo: .manageInstallation)
    let body: NewNodeBody = try await request.json()
    let node = try await naming(NodeView.path) {
      try await nodes.create(body.name, site: body.site, in: scope)
    }
    return .created(await view(of: node), at: NodeView.path(node))
  }

  private func show(_ request: IncomingRequest) async throws -> Response {
    let scope = try await keys.scope(of: request, toDo: .readInstallation)
    return .json(await view(of: try await nodes.find(request.name("node"), in: scope)))
  }

  /// Its addresses and calls move to others until it has none; and none come to it.
  private func drain(_ request: IncomingRequest, _ isWanted: Bool) async throws -> Response {
    let scope = try await keys.scope(of: request, toDo: .manageInstallation)
    let node = try await nodes.find(request.name("node"), in: scope)
    do {
      try await installation.drain(node.name, isWanted)
    } catch {
      throw Problem.unavailable("etcd is not available at the moment.", cause: error)
    }
    return .json(await view(of: node))
  }

  private func remainder(_ request: IncomingRequest) async throws -> Response {
    let scope = try await keys.scope(of: request, toDo: .readInstallation)
    let node = try await nodes.find(request.name("node"), in: scope)
    let remaining = await installation.remainder(of: node.name).map(RemainingView.init)
    return .json(PageView(items: remaining, next: nil))
  }

  private func view(of node: Node) async -> NodeView {
    let draining = try? await installation.draining()
    return NodeView(
      node, await installation.status(of: node.name),
      isDraining: draining?.contains(node.name))
  }
}

private struct RemainingView: Encodable {
  var address: String
  @Nullable var call: String?
  @Nullable var tenant: String?
  var reason: String

  init(_ remaining: RemainingCall) {
    address = remaining.address.text
    call = remaining.call?.description
    tenant = remaining.tenant?.description
    reason = remaining.reason
  }
}

private struct NewNodeBody: Decodable {
  var name: String
  var site: String
}

private struct NodeView: Encodable {
  var name: String
  var site: String
  var createdAt: Timestamp
  /// Whether it is linked to the replica that answers.
  var linked: Bool
  /// Which of its processes was linked last: another after each start.
  @Nullable var process: String?
  /// Whether it is to be emptied; nil: that cannot be read now.
  @Nullable var draining: Bool?
  @Nullable var beatAgeMilliseconds: Int64?
  @Nullable var load: LoadView?

  init(_ node: Node, _ status: NodeStatus?, isDraining: Bool?) {
    draining = isDraining
    name = node.name.text
    site = node.site.text
    createdAt = Timestamp(node.createdAt)
    linked = status?.isLinked ?? false
    process = status?.process?.description
    beatAgeMilliseconds = status?.beatAge.map { $0.nanoseconds / 1_000_000 }
    load = status?.load.map(LoadView.init)
  }

  static func path(_ node: Node) -> String { "/v1/nodes/\(node.name)" }
}

private struct LoadView: Encodable {
  var calls: UInt32
  var openTransactions: UInt32
  var bindings: UInt32
  var residentBytes: UInt64
  var unacknowledgedFacts: UInt64
  var datagramsReceived: UInt64
  var datagramsDropped: UInt64
  var packetsRelayed: UInt64
  var messagesQuarantined: UInt64

  init(_ load: NodeLoad) {
    calls = load.calls
    openTransactions = load.openTransactions
    bindings = load.bindings
    residentBytes = load.residentBytes
    unacknowledgedFacts = load.unacknowledgedFacts
    datagramsReceived = load.datagramsReceived
    datagramsDropped = load.datagramsDropped
    packetsRelayed = load.packetsRelayed
    messagesQuarantined = load.messagesQuarantined
  }
}
