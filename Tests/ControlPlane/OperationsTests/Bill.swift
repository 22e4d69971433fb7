import DatabaseSupport
import Logging
import NodeContract
import Persistence
import Postgres
import Rating
@_spi(Authorization) import Tenancy

/// What a customer's bill says, read the way the API reads it.
struct Bill: Sendable {
  let scratch: ScratchDatabase
  let customer: DemoCustomer

  private var tenant: TenantID { customer.tenant.id }
  private var scope: AccessScope { .tenant(tenant) }

  func call(_ id: CallID) async throws -> CallRecord? {
    try await scratch.store.calls.find(id, of: tenant, in: scope)
  }

  func detail(_ leg: LegID) async throws -> CallDetailRecord? {
    try await scratch.store.cdrs.find(leg, of: tenant, in: scope)
  }

  func details(of call: CallID) async throws -> [CallDetailRecord] {
    try await scratch.store.cdrs.list(of: call, of: tenant, in: scope)
  }

  func balance() async throws -> [String] {
    try await scratch.store.ledger.balance(of: tenant, in: scope).map(\.description)
  }

  func ledger() async throws -> [String] {
    try await scratch.store.ledger.list(.first, of: tenant, in: scope).items
      .map { "\($0.posting) \($0.amount.amount)" }
  }

  /// Adds up the charges that the CDRs show, as whole numbers.
  func sumOfCDRs() async throws -> [String] {
    let details = try await scratch.store.cdrs.list(
      PageRequest(limit: 500), of: tenant, in: scope
    ).items
    let sum = details.compactMap(\.charge?.amount.microUnits).reduce(0, +)
    return [Money(microUnits: sum, customer.priceList.currency).description]
  }

  /// Rows of a table, which only the superuser sees all of.
  func count(_ table: String) async throws -> Int {
    let query = Query(stringLiteral: "SELECT count(*) AS count FROM \(table)")
    return try await Database(scratch.superuser).transaction { transaction in
      try transaction.query(query).first { try $0.value("count", as: Int.self) } ?? 0
    }
  }
}

extension Logger {
  /// What tests provoke on purpose need not be read.
  static var silent: Logger { Logger(label: "test") { _ in SwiftLogNoOpLogHandler() } }
}

extension SpoolRecord {
  /// The same record about another tenant.
  func told(of tenant: TenantID) -> SpoolRecord {
    SpoolRecord(
      spool: spool, sequence: sequence,
      fact: Fact(
        tenant: tenant, call: fact.call, leg: fact.leg, time: fact.time, observer: fact.observer,
        epoch: fact.epoch, event: fact.event))
  }

  /// The same record with both clocks at an end of their range.
  func told(at extreme: Int64, sequence: UInt64) -> SpoolRecord {
    SpoolRecord(
      spool: spool, sequence: sequence,
      fact: Fact(
        tenant: fact.tenant, call: fact.call, leg: fact.leg,
        time: FactTime(
          boot: fact.time.boot, instant: BootInstant(nanoseconds: extreme),
          wall: WallTime(milliseconds: extreme)),
        observer: fact.observer, epoch: Epoch(generation: .max, revision: extreme),
        event: fact.event))
  }
}
