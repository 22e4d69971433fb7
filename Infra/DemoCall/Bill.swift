import Foundation
import Support

/// The legs of the demo's calls, priced here a second time from the price list's file.
struct Bill {
  private let legs: [CallRecord]
  private let prices: [PriceRow]

  init(records: [CallRecord], priceListFile: String) throws {
    legs = records.sorted { ($0.startedAt, $0.call, $0.id) < ($1.startedAt, $1.call, $1.id) }
    prices = try PriceRow.read(priceListFile)
  }

  // MARK: - For people

  var table: [String] {
    let header = ["call", "leg", "from", "to", "answered at", "seconds", "outcome", "charge"]
    let rows = legs.map { leg in
      [
        String(leg.call.suffix(8)), "\(leg.direction) \(leg.party.kind)", leg.from, leg.to,
        leg.answeredAt ?? "-", "\(leg.billedSeconds)", leg.outcome ?? "-", Self.text(leg.charge),
      ]
    }
    return Self.aligned([header] + rows)
  }

  private static func text(_ charge: CallRecord.Charge?) -> String {
    guard let charge else { return "free" }
    return "\(charge.amount) \(charge.currency) (prefix \(charge.prefix), \(charge.perMinute)/min)"
  }

  private static func aligned(_ rows: [[String]]) -> [String] {
    let widths = rows[0].indices.map { column in rows.map { $0[column].count }.max() ?? 0 }
    return rows.map { row in
      zip(row, widths).map { $0.padding(toLength: $1, withPad: " ", startingAt: 0) }
        .joined(separator: "  ").trimmingCharacters(in: .whitespaces)
    }
  }

  // MARK: - For the exit status

  /// What is not as it should be.
  func faults(for conversations: [Conversation]) -> [String] {
    let calls = Dictionary(grouping: legs, by: \.call).values.sorted {
      ($0.first?.startedAt ?? "") < ($1.first?.startedAt ?? "")
    }
    guard calls.count == conversations.count else {
      return ["\(conversations.count) calls were placed, \(calls.count) are on the bill"]
    }
    return zip(calls, conversations).flatMap { faults(in: $0, of: $1) }
  }

  private func faults(in legs: [CallRecord], of conversation: Conversation) -> [String] {
    var faults: [String] = []
    if legs.map(\.direction).sorted() != ["incoming", "outgoing"] {
      faults.append("has the legs \(legs.map(\.direction))")
    }
    for leg in legs {
      if leg.outcome != "answered" { faults.append("ended \(leg.outcome ?? "never")") }
      let allowed = conversation.expectedSeconds...conversation.expectedSeconds + 5
      if !allowed.contains(leg.billedSeconds) { faults.append("bills \(leg.billedSeconds) s") }
      if let fault = priceFault(of: leg) { faults.append(fault) }
    }
    return faults.map { "\(conversation.title) \($0)" }
  }

  /// Only what goes out to a carrier has a price.
  private func priceFault(of leg: CallRecord) -> String? {
    guard leg.party.kind == "trunk", leg.direction == "outgoing" else {
      return leg.charge.map { "has a charge of \($0.amount) on a leg that is free" }
    }
    guard let charge = leg.charge else { return "has no charge for its carrier" }
    guard let row = PriceRow.longest(for: leg.to, among: prices) else {
      return "goes to \(leg.to), which no row prices"
    }
    let due = row.millionths(for: leg.billedSeconds)
    guard charge.prefix == row.prefix, Millionths(charge.amount)?.value == due.value else {
      return "costs \(charge.amount) by \(charge.prefix), not \(due) by \(row.prefix)"
    }
    return nil
  }
}

/// An amount in 10⁻⁶ of the currency unit.
struct Millionths: CustomStringConvertible {
  let value: Int

  init(value: Int) { self.value = value }

  /// Reads a decimal of at most six places; nil for anything else.
  init?(_ text: String) {
    guard let scaled = scaled(text, places: 6) else { return nil }
    value = scaled
  }

  var description: String {
    let places = String(value % 1_000_000)
    return "\(value / 1_000_000)." + String(repeating: "0", count: 6 - places.count) + places
  }
}

/// A non-negative decimal times 10 to the power of `places`; nil where that is no integer.
private func scaled(_ text: String, places: Int) -> Int? {
  let parts = text.split(separator: ".", omittingEmptySubsequences: false)
  guard (1...2).contains(parts.count) else { return nil }
  let fraction = parts.count == 2 ? String(parts[1]) : ""
  guard fraction.count <= places else { return nil }
  return Int(parts[0] + fraction + String(repeating: "0", count: places - fraction.count))
}

/// One row of the price list's CSV: `prefix,description,per_minute,connection,initial,increment`.
struct PriceRow {
  let prefix: String
  /// In 10⁻⁹ of the currency unit.
  private let perMinute: Int
  private let connection: Int
  /// In seconds.
  private let initial: Int
  private let increment: Int

  static func read(_ path: String) throws -> [PriceRow] {
    let lines = try String(contentsOfFile: path, encoding: .utf8).split(separator: "\n").dropFirst()
    return lines.compactMap(PriceRow.init)
  }

  private init?(_ line: Substring) {
    let fields = line.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
    guard fields.count == 6, let perMinute = scaled(fields[2], places: 9),
      let connection = scaled(fields[3], places: 9), let initial = Int(fields[4]),
      let increment = Int(fields[5]), increment > 0
    else { return nil }
    prefix = fields[0]
    (self.perMinute, self.connection) = (perMinute, connection)
    (self.initial, self.increment) = (initial, increment)
  }

  /// The row with the longest prefix of `number`, E.164 with plus.
  static func longest(for number: String, among rows: [PriceRow]) -> PriceRow? {
    rows.filter { number.dropFirst().hasPrefix($0.prefix) }
      .max { $0.prefix.count < $1.prefix.count }
  }

  /// What so many seconds cost, rounded half to even.
  func millionths(for seconds: Int) -> Millionths {
    let further = max(0, seconds - initial)
    let billed = initial + (further + increment - 1) / increment * increment
    // In 10⁻⁹ times sixty, so that the only division is the last step.
    let (quotient, rest) = (perMinute * billed + connection * 60).quotientAndRemainder(
      dividingBy: 60_000)
    let up = rest > 30_000 || (rest == 30_000 && quotient % 2 == 1)
    return Millionths(value: quotient + (up ? 1 : 0))
  }
}
