import HTTP
import Hummingbird
import NodeContract
import Operations
import Persistence
import Tenancy

/// Queues in which callers of an extension wait for agents.
struct QueueRoutes: Sendable {
  private static let queue = "/tenants/{tenant}/extensions/{extension}/queue"

  let keys: Authorization
  let queues: QueueOperations
  let installation: any InstallationMonitor
  let clock: Clock

  func register(on routes: inout RouteGroup) {
    routes.get(Self.queue, show)
    routes.put(Self.queue, replace)
    routes.delete(Self.queue, remove)
    routes.get(Self.queue + "/live", live)
    routes.delete(Self.queue + "/callbacks/{callback}", callOff)
  }

  private func show(_ request: IncomingRequest) async throws -> Response {
    let scope = try await keys.scope(of: request, toDo: .readExtensions)
    return .json(
      QueueView(
        try await queues.find(request.id("extension"), of: request.id("tenant"), in: scope)))
  }

  private func replace(_ request: IncomingRequest) async throws -> Response {
    let scope = try await keys.scope(of: request, toDo: .manageExtensions)
    let body: QueueBody = try await request.json()
    let queue = try await queues.replace(
      try body.queue(), of: request.id("extension"), of: request.id("tenant"), in: scope)
    return .json(QueueView(queue))
  }

  /// 503 while no node has told of the queue, which it does within half a second.
  private func live(_ request: IncomingRequest) async throws -> Response {
    let scope = try await keys.scope(of: request, toDo: .readExtensions)
    let id: ExtensionID = try request.id("extension")
    let tenant: TenantID = try request.id("tenant")
    _ = try await queues.find(id, of: tenant, in: scope)
    guard let figures = await installation.figures(ofQueue: id, of: tenant) else {
      throw StoreError.unavailable("no node has told of the queue yet")
    }
    return .json(LiveQueueView(figures, at: clock.now()))
  }

  /// Who is being called already, is. 404 where nobody by that id is to be called back, as far as a node told.
  private func callOff(_ request: IncomingRequest) async throws -> Response {
    let scope = try await keys.scope(of: request, toDo: .manageExtensions)
    let (id, tenant): (ExtensionID, TenantID) = (
      try request.id("extension"), try request.id("tenant")
    )
    let callback: CallID = try request.id("callback")
    _ = try await queues.find(id, of: tenant, in: scope)
    let figures = await installation.figures(ofQueue: id, of: tenant)
    guard figures?.callbacks.contains(where: { $0.id == callback }) ?? true else {
      throw NotFound("callback", callback)
    }
    try await queues.callOff(callback, of: id, of: tenant, in: scope)
    return .noContent
  }

  private func remove(_ request: IncomingRequest) async throws -> Response {
    let scope = try await keys.scope(of: request, toDo: .manageExtensions)
    try await queues.remove(request.id("extension"), of: request.id("tenant"), in: scope)
    return .noContent
  }
}

/// How a queue is now.
private struct LiveQueueView: Encodable {
  var waiting: Int
  /// Seconds; null: nobody waits.
  @Nullable var longestWait: Int64?
  var agents: [LiveAgentView]
  /// In the order of their places.
  var callbacks: [LiveCallbackView]

  init(_ figures: QueueFigures, at now: WallTime) {
    waiting = figures.waiting
    longestWait = figures.waitingSince.map {
      max(0, (now.milliseconds - $0.milliseconds) / 1_000)
    }
    agents = figures.agents.map(LiveAgentView.init)
    callbacks = figures.callbacks.map { LiveCallbackView($0, at: now) }
  }
}

private struct LiveCallbackView: Encodable {
  /// call_…, of no call.
  var id: String
  var number: String
  /// Seconds since the caller came to the queue.
  var wait: Int64
  /// Calls in vain so far.
  var attempts: Int
  /// An agent is rung for it, or it is being called.
  var isUnderWay: Bool

  init(_ callback: QueueFigures.Callback, at now: WallTime) {
    id = callback.id.description
    number = callback.number
    wait = max(0, (now.milliseconds - callback.since.milliseconds) / 1_000)
    attempts = callback.attempts
    isUnderWay = callback.isUnderWay
  }
}

private struct LiveAgentView: Encodable {
  /// ext_…
  var `extension`: String
  /// `free`, `busy`, `wrapping-up`, `resting`, `away`, `paused` or `logged-out`.
  var state: String
  /// Why it is paused; null: it is not.
  @Nullable var pause: String?

  init(_ agent: QueueFigures.Agent) {
    self.extension = agent.extension.description
    state = agent.state.rawValue
    pause = agent.state == .paused ? agent.reason : nil
  }
}

private struct AgentView: Codable {
  /// ext_…
  var `extension`: String
  /// 1 to 9; 1 is rung first, and what goes without saying.
  var tier: Int?

  func agent() throws -> CallQueue.Agent {
    guard let tier = UInt8(exactly: tier ?? 1) else {
      throw InvalidField("agents", .malformed(expected: "of tiers from 1 to 9"))
    }
    return CallQueue.Agent(try reference(self.extension, field: "agents"), tier: tier)
  }
}

private struct QueueBody: Decodable {
  private enum CodingKeys: String, CodingKey {
    case strategy, agents, ringsFor, wrapUp, restsFor, pausesAfter, mostWaiting, longestWait
    case needsAgents, putsVipsFirst, announcesEvery, announcesWait, language, finally, callback
  }

  var strategy: String
  var agents: [AgentView]
  /// Seconds.
  var ringsFor: Int?
  var wrapUp: Int?
  var restsFor: Int?
  var pausesAfter: Int?
  var mostWaiting: Int?
  var longestWait: Int?
  var needsAgents: Bool?
  var putsVipsFirst: Bool?
  /// Absent: every minute; null: never.
  var announcesEvery: Int?
  var announcesWait: Bool?
  var language: String?
  var finally: DestinationView?
  /// Absent or null: nobody is called back.
  var callback: CallbackBody?

  init(from decoder: any Decoder) throws {
    let body = try decoder.container(keyedBy: CodingKeys.self)
    strategy = try body.decode(String.self, forKey: .strategy)
    agents = try body.decode([AgentView].self, forKey: .agents)
    ringsFor = try body.decodeIfPresent(Int.self, forKey: .ringsFor)
    wrapUp = try body.decodeIfPresent(Int.self, forKey: .wrapUp)
    restsFor = try body.decodeIfPresent(Int.self, forKey: .restsFor)
    pausesAfter = try body.decodeIfPresent(Int.self, forKey: .pausesAfter)
    mostWaiting = try body.decodeIfPresent(Int.self, forKey: .mostWaiting)
    longestWait = try body.decodeIfPresent(Int.self, forKey: .longestWait)
    needsAgents = try body.decodeIfPresent(Bool.self, forKey: .needsAgents)
    putsVipsFirst = try body.decodeIfPresent(Bool.self, forKey: .putsVipsFirst)
    announcesEvery =
      body.contains(.announcesEvery)
      ? try body.decodeIfPresent(Int.self, forKey: .announcesEvery) : 60
    announcesWait = try body.decodeIfPresent(Bool.self, forKey: .announcesWait)
    language = try body.decodeIfPresent(String.self, forKey: .language)
    finally = try body.decodeIfPresent(DestinationView.self, forKey: .finally)
    callback = try body.decodeIfPresent(CallbackBody.self, forKey: .callback)
  }

  func queue() throws -> NewQueue {
    NewQueue(
      strategy: strategy, agents: try agents.map { try $0.agent() }, ringsFor: ringsFor ?? 15,
      wrapUp: wrapUp ?? 0, restsFor: restsFor ?? 10, pausesAfter: pausesAfter,
      mostWaiting: mostWaiting ?? 100, longestWait: longestWait, needsAgents: needsAgents ?? true,
      putsVIPsFirst: putsVipsFirst ?? true, announcesEvery: announcesEvery,
      announcesWait: announcesWait ?? false, language: language,
      last: finally?.destination ?? NewMenu.Destination("hang-up"),
      callback: callback?.callback)
  }
}

/// What is left out is usual.
private struct CallbackBody: Decodable {
  var key: String?
  /// Seconds.
  var offeredAfter: Int?
  var offeredFrom: Int?
  var takesOtherNumbers: Bool?
  var attempts: Int?
  var pause: Int?
  var keepsFor: Int?
  /// `18:00`
  var endsAt: String?

  var callback: NewQueue.Callback {
    let usual = NewQueue.Callback()
    return NewQueue.Callback(
      key: key ?? usual.key, offeredAfter: offeredAfter ?? usual.offeredAfter,
      offeredFrom: offeredFrom ?? usual.offeredFrom,
      takesOtherNumbers: takesOtherNumbers ?? usual.takesOtherNumbers,
      attempts: attempts ?? usual.attempts, pause: pause ?? usual.pause,
      keepsFor: keepsFor ?? usual.keepsFor, endsAt: endsAt)
  }
}

private struct CallbackView: Encodable {
  /// What a caller presses.
  var key: String
  /// Seconds.
  var offeredAfter: Int
  /// Who stands nearer to the front is not told.
  var offeredFrom: Int
  var takesOtherNumbers: Bool
  /// Calls at most.
  var attempts: Int
  /// Seconds between them.
  var pause: Int
  /// Seconds.
  var keepsFor: Int
  /// `18:00` by the tenant's clock; null: the day does not matter.
  @Nullable var endsAt: String?

  init(_ callback: NewQueue.Callback) {
    key = callback.key
    offeredAfter = callback.offeredAfter
    offeredFrom = callback.offeredFrom
    takesOtherNumbers = callback.takesOtherNumbers
    attempts = callback.attempts
    pause = callback.pause
    keepsFor = callback.keepsFor
    endsAt = callback.endsAt
  }
}

private struct QueueView: Encodable {
  var strategy: String
  var agents: [AgentView]
  /// Seconds.
  var ringsFor: Int
  var wrapUp: Int
  var restsFor: Int
  /// Calls in a row that an agent did not answer; null: it is never paused.
  @Nullable var pausesAfter: Int?
  var mostWaiting: Int
  /// Null: for ever.
  @Nullable var longestWait: Int?
  var needsAgents: Bool
  var putsVipsFirst: Bool
  /// Null: never.
  @Nullable var announcesEvery: Int?
  var announcesWait: Bool
  /// Null: as to all callers of the tenant's.
  @Nullable var language: String?
  var finally: DestinationView
  /// Null: nobody is called back.
  @Nullable var callback: CallbackView?

  init(_ queue: CallQueue) {
    let given = NewQueue(queue)
    strategy = given.strategy
    agents = given.agents.map {
      AgentView(extension: $0.extension.description, tier: Int($0.tier))
    }
    ringsFor = given.ringsFor
    wrapUp = given.wrapUp
    restsFor = given.restsFor
    pausesAfter = given.pausesAfter
    mostWaiting = given.mostWaiting
    longestWait = given.longestWait
    needsAgents = given.needsAgents
    putsVipsFirst = given.putsVIPsFirst
    announcesEvery = given.announcesEvery
    announcesWait = given.announcesWait
    language = given.language
    finally = DestinationView(given.last)
    callback = given.callback.map(CallbackView.init)
  }
}
