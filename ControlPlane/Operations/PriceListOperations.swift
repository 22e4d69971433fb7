public import NodeContract
public import Persistence
public import Rating
public import Tenancy

/// What somebody says of a new price list.
public struct NewPriceList: Sendable {
  public var reseller: ResellerID
  public var name: String
  public var currency: String
  /// `half-even`, `half-up`, `up` or `down`.
  public var rounding: String
  /// Of an amount, 0 to 6.
  public var decimals: Int

  public init(
    reseller: ResellerID, name: String, currency: String, rounding: String = "half-even",
    decimals: Int = 6
  ) {
    self.reseller = reseller
    self.name = name
    self.currency = currency
    self.rounding = rounding
    self.decimals = decimals
  }
}

/// One row of a price list as somebody wrote it.
public struct NewRate: Hashable, Sendable {
  public var prefix: String
  public var description: String
  public var perMinute: String
  public var connection: String
  public var initial: Int
  public var increment: Int

  public init(
    prefix: String, description: String, perMinute: String, connection: String = "0",
    initial: Int = 1, increment: Int = 1
  ) {
    self.prefix = prefix
    self.description = description
    self.perMinute = perMinute
    self.connection = connection
    self.initial = initial
    self.increment = increment
  }
}

/// Price lists of resellers.
public struct PriceListOperations: Sendable {
  /// Rows of one import.
  public static let rateLimit = 300_000

  private let store: Store
  private let clock: Clock

  public init(_ store: Store, clock: Clock = .system) { (self.store, self.clock) = (store, clock) }

  public func create(_ new: NewPriceList, in scope: AccessScope) async throws -> PriceList {
    let list = try priceList(new)
    return try await making(list) {
      try await store.priceLists.insert($0, in: scope)
    } find: {
      try await store.priceLists.find(named: list.name, of: list.reseller, in: scope)
    }
  }

  private func priceList(_ new: NewPriceList) throws(InvalidField) -> PriceList {
    guard let currency = Currency(new.currency) else {
      throw InvalidField("currency", .malformed(expected: "three letters of ISO 4217: GBP"))
    }
    guard let mode = Rounding.Mode(rawValue: new.rounding) else {
      let modes = Rounding.Mode.allCases.map(\.rawValue).joined(separator: ", ")
      throw InvalidField("rounding", .malformed(expected: "one of \(modes)"))
    }
    guard let rounding = Rounding(mode, decimals: new.decimals) else {
      throw InvalidField("decimals", .outOfRange(0...Money.decimals))
    }
    return PriceList(
      id: clock.id(), reseller: new.reseller, name: try DisplayName(new.name).text,
      currency: currency, rounding: rounding, createdAt: clock.now())
  }

  public func find(_ id: PriceListID, in scope: AccessScope) async throws -> PriceList {
    try found(await store.priceLists.find(id, in: scope), "price list", id)
  }

  public func list(
    _ page: PageRequest, of reseller: ResellerID?, in scope: AccessScope
  ) async throws -> Page<PriceList> {
    try await store.priceLists.list(page, of: reseller, in: scope)
  }

  /// Replaces all rows from `time` on, from now on without one; calls that began earlier keep
  /// their price. Returns how many rows there are.
  public func importRates(
    _ rates: [NewRate], to id: PriceListID, from time: WallTime? = nil, in scope: AccessScope
  ) async throws -> Int {
    guard rates.count <= PriceListOperations.rateLimit else {
      throw InvalidField("rates", .tooMany(limit: PriceListOperations.rateLimit))
    }
    _ = try await find(id, in: scope)
    let start = time ?? clock.now()
    let rows = try rates.enumerated().map { try RateRow($1, validFrom: start, number: $0 + 1) }
    try requireDistinctPrefixes(rows)
    try await store.priceLists.replaceRates(of: id, with: rows, from: start, in: scope)
    return rows.count
  }

  private func requireDistinctPrefixes(_ rows: [RateRow]) throws(InvalidField) {
    var seen: Set<DialPrefix> = []
    for (index, row) in rows.enumerated() where !seen.insert(row.prefix).inserted {
      throw InvalidField("rates.\(index + 1).prefix", .taken)
    }
  }

  /// The rows in force now, by prefix.
  public func rates(
    of id: PriceListID, _ page: PageRequest, in scope: AccessScope
  ) async throws -> Page<RateRow> {
    _ = try await find(id, in: scope)
    return try await store.priceLists.rates(of: id, inForceAt: clock.now(), page, in: scope)
  }
}

extension RateRow {
  /// A row as somebody gave it, the `number`th, counted from 1.
  init(_ rate: NewRate, validFrom: WallTime, number: Int) throws(InvalidField) {
    let field = "rates.\(number)"
    guard let prefix = DialPrefix(rate.prefix) else {
      throw InvalidField("\(field).prefix", .malformed(expected: "1 to 15 digits"))
    }
    let destination = try DisplayName(
      rate.description.isEmpty ? rate.prefix : rate.description, field: "\(field).description")
    self.init(
      prefix: prefix, destination: destination.text, rate: try Rate(rate, field: field),
      validFrom: validFrom)
  }
}

extension Rate {
  fileprivate init(_ rate: NewRate, field: String) throws(InvalidField) {
    let perMinute = try Price(checking: rate.perMinute, field: "\(field).per_minute")
    let connection = try Price(checking: rate.connection, field: "\(field).connection")
    do {
      try self.init(
        perMinute: perMinute, connection: connection, initialSeconds: rate.initial,
        incrementSeconds: rate.increment)
    } catch {
      switch error {
      case .negativePrice, .overflow:
        throw InvalidField("\(field).per_minute", .malformed(expected: "a price of at least 0"))
      case .interval:
        throw InvalidField(
          field, .malformed(expected: "initial 0 to 3600 and increment 1 to 3600 seconds"))
      }
    }
  }
}

extension Price {
  fileprivate init(checking text: String, field: String) throws(InvalidField) {
    do {
      try self.init(text)
    } catch {
      throw InvalidField(
        field, .malformed(expected: "a decimal number of at most \(Price.decimals) decimals"))
    }
  }
}
