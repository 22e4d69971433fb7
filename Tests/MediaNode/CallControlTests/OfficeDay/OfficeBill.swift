import NodeContract
import Rating

@testable import CallControl

/// What an office's calls are on record, and cost: derived from facts as the control plane does it.
struct OfficeBill {
  private let office: Office
  /// By the Call-IDs of their legs.
  private(set) var calls: [String: CallID] = [:]
  private var legs: [CallID: [LegRecord]] = [:]
  private var kept: [CallID: [String]] = [:]

  init(of office: Office) {
    self.office = office
    var records: [LegID: LegRecord] = [:]
    for fact in office.world.facts where fact.tenant == office.tenant {
      records[fact.leg, default: LegRecord(identity: LegIdentity(fact))].merge(fact)
    }
    for leg in records.values { leg.offered.map { calls[$0.event.sipCallID] = leg.identity.call } }
    legs = Dictionary(grouping: records.values.filter { $0.offered != nil }, by: \.identity.call)
    for sound in office.world.ended where sound.tenant == office.tenant {
      switch sound.kind {
      case .message(let message):
        let number = office.extensionNumber(message.mailbox)
        kept[message.call, default: []].append(
          "message for \(number) \(message.ending?.rawValue ?? "without end")")
      case .recording(let recorded):
        kept[recorded.call, default: []].append(
          "recording \(recorded.ending?.rawValue ?? "without end")")
      }
    }
  }

  /// The calls that the exchange made itself, for extensions that have no telephone.
  var made: [CallID] {
    legs.filter { entry in
      entry.value.contains { leg in
        guard case .extension(_, let number)? = leg.offered?.event.party,
          leg.offered?.event.direction == .incoming
        else { return false }
        return office.phones[number] == nil
      }
    }.keys.sorted()
  }

  /// All that the office pays, as its price list has it.
  var total: Money {
    let charges = legs.values.joined().compactMap { try? Self.charge($0) }
    return Money(
      microUnits: charges.reduce(0) { $0 + $1.amount.microUnits }, Self.currency)
  }

  /// A call's legs and what was kept of it, sorted.
  /// - Parameter others: whoever came into the call by one of these `Call-ID`s has a line of its own.
  func lines(of call: CallID, without others: Set<String>) -> [String] {
    let legs = (legs[call] ?? []).filter { !others.contains($0.offered?.event.sipCallID ?? "") }
    return (legs.map(text) + (kept[call] ?? [])).sorted()
  }

  /// The leg that has this `Call-ID`, of whichever call it is by now.
  func line(ofDialog name: String) -> String? {
    legs.values.joined().first { $0.offered?.event.sipCallID == name }.map(text)
  }

  private func text(_ leg: LegRecord) -> String {
    guard let offer = leg.offered?.event else { return "" }
    var text = who(offer)
    if let record = CallDetailRecord(leg) {
      let seconds = (record.talkTime + .milliseconds(500)).components.seconds
      text += record.end.outcome == .answered ? " \(seconds)s" : " \(record.end.outcome.rawValue)"
    } else {
      text += " without end"
    }
    do {
      if let charge = try Self.charge(leg) { text += " £\(charge.amount.amount)" }
    } catch { text += " \(error.rawValue)" }
    return text
  }

  private func who(_ offer: LegOffer) -> String {
    let to = office.localized(offer.to)
    switch (offer.party, offer.direction) {
    case (.extension(_, let number), .incoming): return "\(number)>\(to)"
    // A flow's stops and keys follow its number.
    case (.extension(_, let number), .outgoing):
      let isStop = to.hasPrefix("\(number)/") || to.hasPrefix("\(number),")
      return isStop ? to : number
    case (.trunk, .incoming): return "carrier>\(to)"
    case (.trunk, .outgoing): return "carrier:\(to)"
    }
  }

  // MARK: - The price list

  private static let currency = Currency("GBP")!

  private static func charge(_ leg: LegRecord) throws(UnratedReason) -> Charge? {
    try Charge(for: leg, list: list, rates: rates)
  }

  private static let list = PriceList(
    id: PriceListID(UUIDv7(high: 500, low: 1)), reseller: ResellerID(UUIDv7(high: 500, low: 2)),
    name: "Offices", currency: currency, createdAt: WallTime(milliseconds: 0))

  /// A penny a minute to the country's own, six pence and by whole minutes to its mobiles, and four pence each time and
  /// thirty a minute to the other side of the world.
  private static let rates = RateTable(
    [
      row("44", "United Kingdom", nano: 10_000_000),
      row("447", "United Kingdom, mobile", nano: 60_000_000, initial: 60, increment: 60),
      row("64", "New Zealand", nano: 300_000_000, connection: 40_000_000),
    ].compactMap(\.self))

  private static func row(
    _ prefix: String, _ destination: String, nano: Int64, connection: Int64 = 0, initial: Int = 1,
    increment: Int = 1
  ) -> RateRow? {
    guard let prefix = DialPrefix(prefix),
      let rate = try? Rate(
        perMinute: Price(nanoUnits: nano), connection: Price(nanoUnits: connection),
        initialSeconds: initial, incrementSeconds: increment)
    else { return nil }
    return RateRow(
      prefix: prefix, destination: destination, rate: rate, validFrom: WallTime(milliseconds: 0))
  }
}
