import NodeContract
import Rating
import Testing

struct RateTests {
  private static func rate(
    _ perMinute: String, connection: String = "0", _ initial: Int = 1, _ increment: Int = 1
  ) throws -> Rate {
    try Rate(
      perMinute: try Price(perMinute), connection: try Price(connection), initialSeconds: initial,
      incrementSeconds: increment)
  }

  @Test(arguments: [
    // initial/increment, milliseconds of talk, paid seconds
    (1, 1, 0, 1), (1, 1, 1, 1), (1, 1, 1000, 1), (1, 1, 1001, 2), (60, 1, 1, 60),
    (60, 1, 60_001, 61), (60, 60, 60_001, 120), (30, 6, 30_001, 36), (30, 6, 36_000, 36),
    (0, 6, 0, 0), (0, 6, 1, 6),
  ])
  func begunStepsArePaidWhole(initial: Int, increment: Int, talk: Int, paid: Int64) throws {
    let rate = try RateTests.rate("1", initial, increment)
    #expect(rate.billedSeconds(for: .milliseconds(talk)) == paid)
  }

  @Test(arguments: [
    // price a minute, connection, milliseconds, mode, decimals, 10⁻⁶ units
    ("0.0019", "0", 61_000, Rounding.Mode.halfEven, 6, 1932),
    ("0.0019", "0", 60_000, .halfEven, 6, 1900),
    ("0.00003", "0", 1000, .halfEven, 6, 0),  // 0.5 of the last digit: to the even 0
    ("0.00009", "0", 1000, .halfEven, 6, 2),  // 1.5: to the even 2
    ("0.00003", "0", 1000, .halfUp, 6, 1),
    ("0.000000001", "0", 1000, .up, 6, 1),
    ("0.00009", "0", 1000, .down, 6, 1),
    ("0.005", "0.01", 60_000, .halfEven, 2, 20_000),  // 0.015 to two decimals: the even 0.02
    ("0.015", "0.01", 60_000, .halfEven, 2, 20_000),  // 0.025: the even 0.02
  ])
  func aChargeIsRoundedOnceAtTheEnd(
    perMinute: String, connection: String, talk: Int, mode: Rounding.Mode, decimals: Int,
    microUnits: Int64
  ) throws {
    let rate = try RateTests.rate(perMinute, connection: connection)
    let rounding = try #require(Rounding(mode, decimals: decimals))
    #expect(try rate.charge(for: .milliseconds(talk), rounding: rounding) == microUnits)
  }

  @Test func theDearestCallForACenturyOverflowsAsAnErrorNotAsAWrongSum() throws {
    let rate = try Rate(
      perMinute: Price(nanoUnits: .max), connection: Price(nanoUnits: .max), initialSeconds: 3600,
      incrementSeconds: 3600)
    #expect(throws: InvalidRate.overflow) { try rate.charge(for: .seconds(3_162_240_000)) }
    #expect(rate.billedSeconds(for: .seconds(Int64.max)) > 0)
  }

  @Test func pricesBelowZeroAndStepsOfNothingAreRefused() {
    #expect(throws: InvalidRate.negativePrice) { try RateTests.rate("-0.1") }
    #expect(throws: InvalidRate.interval) { try RateTests.rate("1", 1, 0) }
    #expect(throws: InvalidRate.interval) { try RateTests.rate("1", 3601, 1) }
  }

  private static func row(
    _ prefix: String, from: Int64 = 0, until: Int64? = nil
  ) throws -> RateRow {
    RateRow(
      prefix: try #require(DialPrefix(prefix)), destination: "\(prefix) from \(from)",
      rate: try rate("1"), validFrom: WallTime(milliseconds: from),
      validUntil: until.map(WallTime.init(milliseconds:)))
  }

  @Test(arguments: [
    ("+442079460000", "44"), ("+447800900123", "447"), ("+447400900123", "4474"),
    ("+4474", "4474"), ("+4930123", nil), ("442079460000", nil), ("112", nil), ("", nil),
  ])
  func theLongestPrefixApplies(number: String, prefix: String?) throws {
    let table = RateTable(try ["44", "447", "4474"].map { try RateTests.row($0) })
    #expect(table.row(for: number, at: WallTime(milliseconds: 5))?.prefix.digits == prefix)
  }

  @Test(arguments: [
    (9, "44 from 0"), (10, "447 from 10"), (19, "447 from 10"), (20, "447 from 20"),
    (29, "447 from 20"), (30, "44 from 0"),
  ])
  func onlyRowsInForceApplyAndOfTwoTheLaterOne(time: Int64, row: String) throws {
    let table = RateTable([
      try RateTests.row("44"), try RateTests.row("447", from: 10, until: 30),
      try RateTests.row("447", from: 20, until: 30),
    ])
    let found = table.row(for: "+447400900123", at: WallTime(milliseconds: time))
    #expect(found?.destination == row)
  }
}
