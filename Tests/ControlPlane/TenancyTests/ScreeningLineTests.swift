import NodeContract
import Tenancy
import Testing

@Suite struct ScreeningLineTests {
  private func callers(_ text: String) throws -> ScreeningEntry.Callers {
    try NewScreeningLine(callers: text, verdict: "block") {
      $0 == "020 7946 0101" ? "+442079460101" : nil
    }
    .callers
  }

  @Test func peopleNameCallersAsTheyWrite() throws {
    #expect(try callers("020 7946 0101") == .number("+442079460101"))
    #expect(try callers("+44 20-79*") == .range("+442079"))
    #expect(try callers("withheld") == .withheld)
    #expect(try callers("disproven") == .disproven)
  }

  @Test(arguments: ["", "*", "+*", "44*", "+0*", "+44a*", "nobody", "+1234567890123456*"])
  func whatNamesNobodyIsRefused(text: String) {
    #expect(throws: InvalidField.self) { try callers(text) }
  }

  @Test func anotherVerdictIsRefused() {
    #expect {
      try NewScreeningLine(callers: "withheld", verdict: "maybe") { _ in nil }
    } throws: {
      ($0 as? InvalidField)?.field == "verdict"
    }
  }
}
