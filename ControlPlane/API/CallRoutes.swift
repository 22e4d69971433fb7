import HTTP
import Hummingbird
import NodeContract
import Operations
import Rating
import Tenancy

/// Calls, what each leg costs, and what the tenant owes.
struct CallRoutes: Sendable {
  let keys: Authorization
  let calls: CallOperations

  func register(on routes: inout RouteGroup) {
    routes.get("/tenants/{tenant}/calls", list)
    routes.get("/tenants/{tenant}/calls/{call}", show)
    routes.get("/tenants/{tenant}/cdrs", listCDRs)
    routes.get("/tenants/{tenant}/cdrs/{cdr}", showCDR)
    routes.get("/tenants/{tenant}/balance", balance)
  }

  private func list(_ request: IncomingRequest) async throws -> Response {
    let scope = try await keys.scope(of: request, toDo: .readCalls)
    let page = try await calls.list(request.page(), of: request.id("tenant"), in: scope)
    return .json(PageView(page) { CallView($0) })
  }

  private func show(_ request: IncomingRequest) async throws -> Response {
    let scope = try await keys.scope(of: request, toDo: .readCalls)
    let found = try await calls.find(request.id("call"), of: request.id("tenant"), in: scope)
    return .json(CallView(found.call, legs: found.legs.map(CDRView.init)))
  }

  private func listCDRs(_ request: IncomingRequest) async throws -> Response {
    let scope = try await keys.scope(of: request, toDo: .readCalls)
    let page = try await calls.cdrs(request.page(), of: request.id("tenant"), in: scope)
    return .json(PageView(page, CDRView.init))
  }

  private func showCDR(_ request: IncomingRequest) async throws -> Response {
    let scope = try await keys.scope(of: request, toDo: .readCalls)
    return .json(
      CDRView(try await calls.cdr(request.id("cdr"), of: request.id("tenant"), in: scope)))
  }

  private func balance(_ request: IncomingRequest) async throws -> Response {
    let scope = try await keys.scope(of: request, toDo: .readCalls)
    let sums = try await calls.balance(of: request.id("tenant"), in: scope)
    return .json(["owed": sums.map(MoneyView.init)])
  }
}

private struct CallView: Encodable {
  var id: String
  var tenant: String
  var direction: String
  var from: String
  var to: String
  var startedAt: Timestamp
  @Nullable var answeredAt: Timestamp?
  @Nullable var endedAt: Timestamp?
  @Nullable var outcome: String?
  /// Where one call is shown: its ended legs.
  var legs: [CDRView]?

  init(_ call: CallRecord, legs: [CDRView]? = nil) {
    id = call.call.description
    tenant = call.tenant.description
    direction = call.direction.rawValue
    from = call.from
    to = call.to
    startedAt = Timestamp(call.startedAt)
    answeredAt = call.answeredAt.map { Timestamp($0) }
    endedAt = call.endedAt.map { Timestamp($0) }
    outcome = call.outcome?.rawValue
    self.legs = legs
  }
}

private struct CDRView: Encodable {
  var id: String
  var call: String
  var tenant: String
  var direction: String
  var party: PartyView
  var from: String
  var to: String
  var startedAt: Timestamp
  @Nullable var rungAt: Timestamp?
  @Nullable var answeredAt: Timestamp?
  var endedAt: Timestamp
  var billedSeconds: Int64
  var outcome: String
  var evidence: String
  var endedBy: String
  var node: String
  /// What was measured of the party's audio.
  @Nullable var media: MediaView?
  @Nullable var charge: ChargeView?
  /// Why a leg that should be charged is not.
  @Nullable var unrated: String?

  init(_ cdr: CallDetailRecord) {
    id = cdr.leg.description
    call = cdr.call.description
    tenant = cdr.tenant.description
    direction = cdr.offer.direction.rawValue
    party = PartyView(cdr.offer.party)
    from = cdr.offer.from
    to = cdr.offer.to
    startedAt = Timestamp(cdr.startedAt)
    rungAt = cdr.rungAt.map { Timestamp($0) }
    answeredAt = cdr.answeredAt.map { Timestamp($0) }
    endedAt = Timestamp(cdr.endedAt)
    billedSeconds = cdr.billedSeconds
    outcome = cdr.end.outcome.rawValue
    evidence = cdr.end.evidence.rawValue
    endedBy = cdr.end.endedBy.rawValue
    node = cdr.node.text
    media = cdr.media.map(MediaView.init)
    charge = cdr.charge.map(ChargeView.init)
    unrated = cdr.unrated?.rawValue
  }
}

private struct MediaView: Encodable {
  var packets: UInt64
  var packetsLost: UInt64
  var jitterMilliseconds: Double
  @Nullable var roundTripMilliseconds: Double?
  /// The mean opinion score, 1 to 4.5, by the E-model.
  @Nullable var opinionScore: Double?

  init(_ media: LegMedia) {
    packets = media.packets
    packetsLost = media.lost
    jitterMilliseconds = Double(media.jitter) / 1_000
    roundTripMilliseconds = media.roundTrip.map { Double($0) / 1_000 }
    opinionScore = media.opinion.map { Double($0) / 100 }
  }
}

private struct PartyView: Encodable {
  var kind: String
  var id: String
  @Nullable var number: String?

  init(_ party: LegParty) {
    switch party {
    case .extension(let id, let number):
      kind = "extension"
      self.id = id.description
      self.number = number
    case .trunk(let id):
      kind = "trunk"
      self.id = id.description
      self.number = nil
    }
  }
}

private struct ChargeView: Encodable {
  var amount: String
  var currency: String
  var priceList: String
  var prefix: String
  var perMinute: String
  var connection: String

  init(_ charge: Charge) {
    amount = charge.amount.amount
    currency = charge.amount.currency.code
    priceList = charge.priceList.description
    prefix = charge.prefix.digits
    perMinute = charge.rate.perMinute.description
    connection = charge.rate.connection.description
  }
}

private struct MoneyView: Encodable {
  var amount: String
  var currency: String

  init(_ money: Money) {
    amount = money.amount
    currency = money.currency.code
  }
}
