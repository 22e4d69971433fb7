import NodeContract
import Rating
import Testing

struct MoneyTests {
  @Test(arguments: [
    ("0", 0), ("0.0123", 12_300), ("-0.000001", -1), ("1.000000", 1_000_000), ("007", 7_000_000),
    ("0.1230000000", 123_000), ("9223372036854.775807", Int64.max),
    ("-9223372036854.775808", Int64.min),
  ])
  func decimalsAreReadExactly(text: String, microUnits: Int64) throws {
    #expect(try Money(text, try #require(Currency("GBP"))).microUnits == microUnits)
  }

  @Test(arguments: [
    (0, "0"), (12_300, "0.0123"), (-1, "-0.000001"), (1_000_000, "1"), (10_500_000, "10.5"),
    (Int64.max, "9223372036854.775807"), (Int64.min, "-9223372036854.775808"),
  ])
  func amountsAreWrittenWithAsFewDigitsAsTellThemExactly(microUnits: Int64, text: String) throws {
    #expect(Money(microUnits: microUnits, try #require(Currency("GBP"))).amount == text)
  }

  @Test(arguments: [
    ("", DecimalError.malformed), (".5", .malformed), ("1.", .malformed), ("1e3", .malformed),
    ("+1", .malformed), ("1,5", .malformed), ("٣", .malformed), ("1.2.3", .malformed),
    ("-", .malformed), ("0.0000001", .tooPrecise(decimals: 6)),
    ("9223372036854.775808", .outOfRange), ("99999999999999999999999", .outOfRange),
  ])
  func whatIsNotThatDecimalIsRefused(text: String, error: DecimalError) throws {
    let pounds = try #require(Currency("GBP"))
    #expect(throws: error) { try Money(text, pounds) }
  }

  @Test func aCurrencyIsThreeCapitals() {
    #expect(Currency("EUR")?.code == "EUR")
    for code in ["", "eur", "EU", "EURO", "E€R"] { #expect(Currency(code) == nil) }
  }
}
