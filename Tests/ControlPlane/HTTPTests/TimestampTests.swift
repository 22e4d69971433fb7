import HTTP
import Testing

@Suite struct TimestampTests {
  @Test(arguments: [
    (0, "1970-01-01T00:00:00.000Z"), (-1, "1969-12-31T23:59:59.999Z"),
    (951_782_400_000, "2000-02-29T00:00:00.000Z"), (1_767_323_045_678, "2026-01-02T03:04:05.678Z"),
    (4_102_444_799_999, "2099-12-31T23:59:59.999Z"),
    (-62_167_219_200_000, "0000-01-01T00:00:00.000Z"),
  ])
  func aTimeIsWrittenInUTCWithMillisecondsAndReadBack(milliseconds: Int64, text: String) {
    #expect(Timestamp(milliseconds: milliseconds).description == text)
    #expect(Timestamp(text)?.milliseconds == milliseconds)
  }

  @Test(arguments: [
    ("2026-01-02T04:04:05.678+01:00", 1_767_323_045_678),
    ("2026-01-01T21:34:05.678999-05:30", 1_767_323_045_678),
    ("2026-01-02t03:04:05z", 1_767_323_045_000),
    ("2026-01-02T03:04:05.6Z", 1_767_323_045_600),
  ])
  func otherFormsOfRFC3339AreUnderstood(text: String, milliseconds: Int64) {
    #expect(Timestamp(text)?.milliseconds == milliseconds)
  }

  @Test(arguments: [
    "", "now", "2026-01-02", "2026-02-29T00:00:00Z", "2026-13-01T00:00:00Z", "2026-01-02T24:00:00Z",
    "2026-01-02T03:04:05", "2026-01-02T03:04:05.Z", "2026-01-02T03:04:05+0100",
    "2026-01-02T03:04:05Zx", "2026-01-0aT03:04:05Z", "2026-01-02T03:04:05.1234567890Z",
  ])
  func whatIsNoTimeIsRefused(text: String) { #expect(Timestamp(text) == nil) }

  @Test func everyDayOfFourCenturiesSurvivesTheRoundTrip() {
    for day in stride(from: Int64(-50_000), to: 100_000, by: 1) {
      let time = Timestamp(milliseconds: day * 86_400_000)
      guard Timestamp(time.description) == time else {
        Issue.record("day \(day) is written as \(time)")
        return
      }
    }
  }
}
