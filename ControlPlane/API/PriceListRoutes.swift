import HTTP
import Hummingbird
import NodeContract
import Operations
import Rating
import Tenancy

/// Price lists of resellers. Their rows come as JSON or as a CSV file, all at once.
struct PriceListRoutes: Sendable {
  /// Enough for 300,000 rows.
  private static let importLimit = 32 << 20

  let keys: Authorization
  let priceLists: PriceListOperations

  func register(on routes: inout RouteGroup) {
    routes.get("/price-lists", list)
    routes.post("/price-lists", create)
    routes.get("/price-lists/{price_list}", show)
    routes.get("/price-lists/{price_list}/rates", rates)
    routes.post(
      "/price-lists/{price_list}/rates", bodyLimit: PriceListRoutes.importLimit, importRates)
  }

  private func list(_ request: IncomingRequest) async throws -> Response {
    let scope = try await keys.scope(of: request, toDo: .readPriceLists)
    let page = try await priceLists.list(request.page(), of: request.reseller(), in: scope)
    return .json(PageView(page, PriceListView.init))
  }

  private func create(_ request: IncomingRequest) async throws -> Response {
    let principal = try await keys.principal(of: request, toDo: .managePriceLists)
    let body: NewPriceListBody = try await request.json()
    let new = try body.list(of: principal.reseller(named: body.reseller))
    let list = try await naming(PriceListView.path) {
      try await priceLists.create(new, in: principal.scope)
    }
    return .created(PriceListView(list), at: PriceListView.path(list))
  }

  private func show(_ request: IncomingRequest) async throws -> Response {
    let scope = try await keys.scope(of: request, toDo: .readPriceLists)
    return .json(PriceListView(try await priceLists.find(request.id("price_list"), in: scope)))
  }

  private func rates(_ request: IncomingRequest) async throws -> Response {
    let scope = try await keys.scope(of: request, toDo: .readPriceLists)
    let page = try await priceLists.rates(
      of: request.id("price_list"), request.page(), in: scope)
    return .json(PageView(page, RateView.init))
  }

  private func importRates(_ request: IncomingRequest) async throws -> Response {
    let scope = try await keys.scope(of: request, toDo: .managePriceLists)
    let start = try request.query("valid_from") { Timestamp($0) }
    let count = try await priceLists.importRates(
      sentRates(request), to: request.id("price_list"),
      from: start.map { WallTime(milliseconds: $0.milliseconds) }, in: scope)
    return .json(["imported": count])
  }

  private func sentRates(_ request: IncomingRequest) async throws -> [NewRate] {
    guard request.contentType == "text/csv" else {
      return try await request.json(RatesBody.self).rates.map(\.rate)
    }
    return try RateSheet.parse(await request.body())
  }
}

private struct NewPriceListBody: Decodable {
  var reseller: String?
  var name: String
  var currency: String
  var rounding: String?
  var decimals: Int?

  func list(of reseller: ResellerID) -> NewPriceList {
    NewPriceList(
      reseller: reseller, name: name, currency: currency, rounding: rounding ?? "half-even",
      decimals: decimals ?? Money.decimals)
  }
}

private struct RatesBody: Decodable {
  struct Row: Decodable {
    var prefix: String
    var description: String?
    /// A decimal string, as all money.
    var perMinute: String
    var connection: String?
    var initial: Int?
    var increment: Int?

    var rate: NewRate {
      NewRate(
        prefix: prefix, description: description ?? "", perMinute: perMinute,
        connection: connection ?? "0", initial: initial ?? 1, increment: increment ?? 1)
    }
  }

  var rates: [Row]
}

private struct PriceListView: Encodable {
  var id: String
  var reseller: String
  var name: String
  var currency: String
  var rounding: String
  var decimals: Int
  var createdAt: Timestamp

  init(_ list: PriceList) {
    id = list.id.description
    reseller = list.reseller.description
    name = list.name
    currency = list.currency.code
    rounding = list.rounding.mode.rawValue
    decimals = list.rounding.decimals
    createdAt = Timestamp(list.createdAt)
  }

  static func path(_ list: PriceList) -> String { "/v1/price-lists/\(list.id)" }
}

private struct RateView: Encodable {
  var prefix: String
  var description: String
  var perMinute: String
  var connection: String
  var initial: Int
  var increment: Int
  var validFrom: Timestamp
  @Nullable var validUntil: Timestamp?

  init(_ row: RateRow) {
    prefix = row.prefix.digits
    description = row.destination
    perMinute = row.rate.perMinute.description
    connection = row.rate.connection.description
    initial = row.rate.initialSeconds
    increment = row.rate.incrementSeconds
    validFrom = Timestamp(row.validFrom)
    validUntil = row.validUntil.map { Timestamp($0) }
  }
}
