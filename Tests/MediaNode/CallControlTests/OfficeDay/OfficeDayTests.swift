import NodeContract
import Rating
import Testing

@testable import CallControl

/// A day in an office, from eight in the morning to seven in the evening of a Friday in January, on virtual time.
@Suite("A day in an office") struct OfficeDayTests {
  private static let opening = 8 * 3_600
  private static let closing = 19 * 3_600

  /// All offices have the same day in one exchange, at the same time.
  private func day(of count: Int) throws -> (World, [(Office, OfficeDay)]) {
    let world = World(limits: ExchangeLimits(), relayPorts: 20_000...29_999)
    world.announcementLength = .seconds(2)
    let script = try OfficeScript(OfficeDay.script)
    let offices = (0..<count).map { Office($0, in: world) }
    for office in offices { office.switchOn() }
    world.run(for: .seconds(5))
    for office in offices { office.lightLamps() }
    for halfHour in 1...22 {
      world.after(.seconds(1_800 * halfHour)) { for office in offices { office.refresh() } }
    }
    let days = offices.map { ($0, OfficeDay(of: $0, by: script)) }
    for (_, day) in days { day.begin(at: Self.opening + 5) }
    world.run(for: .seconds(Self.closing - Self.opening - 5))
    return (world, days)
  }

  @Test("Every call is on record, costs and lights up what the table says")
  func table() throws {
    let (world, days) = try day(of: 1)
    for (office, day) in days { expectNoDifference(day, office) }
    try expectAllIsUsed(in: world)
  }

  /// With the same extensions, places, rooms, codes and queues at the same times, and even the same Call-IDs.
  @Test("Three offices have the same day side by side, and nothing crosses")
  func sideBySide() throws {
    for (office, day) in try day(of: 3).1 { expectNoDifference(day, office) }
  }

  private func expectNoDifference(_ day: OfficeDay, _ office: Office) {
    let bill = OfficeBill(of: office)
    let differences = day.differences(in: bill)
    #expect(
      differences.isEmpty,
      "\(office.domain):\n\(differences.map(\.description).joined(separator: "\n"))")
    #expect(bill.total.amount == OfficeDay.total, "\(office.domain) pays another sum")
  }

  /// The day is worth as much as happens in it.
  private func expectAllIsUsed(in world: World) throws {
    let calls = try OfficeScript(OfficeDay.script).lines.compactMap { line in
      if case .call(let call) = line.content { call } else { nil }
    }
    #expect(calls.count >= 200)
    let codes = Feature.allCases.filter { feature in
      !calls.contains { $0.dialled.hasPrefix(feature.usualCode) }
    }
    #expect(codes.isEmpty, "nobody dials these")
    #expect(
      world.soundsUsed.isSuperset(of: [
        "announced", "conference", "supervised", "recorded", "message left", "mailbox called",
        "menu", "chosen in a menu",
      ]))
  }
}
