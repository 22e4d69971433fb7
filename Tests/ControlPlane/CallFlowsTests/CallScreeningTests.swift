import CallFlows
import NodeContract
import Testing

@Suite struct CallScreeningTests {
  private static let desk = ExtensionID(UUIDv7(high: 1, low: 1))
  private static let hall = ExtensionID(UUIDv7(high: 1, low: 2))

  private func line(
    _ verdict: ScreeningEntry.Verdict, _ callers: ScreeningEntry.Callers,
    to owner: ExtensionID? = nil
  ) -> ScreeningEntry {
    ScreeningEntry(
      id: ScreeningID(UUIDv7(high: 2, low: 1)),
      extension: owner, callers: callers, verdict: verdict)
  }

  private func blocked(_ lines: [ScreeningEntry], _ number: String?, isDisproven: Bool = false)
    -> Bool
  {
    CallScreening(lines).blocks(
      ScreenedCaller(number: number, isDisproven: isDisproven), to: Self.desk)
  }

  @Test func whoeverNobodySpeaksOfIsWanted() {
    #expect(!blocked([], "+442079460101") && !blocked([], nil))
    let lines = [line(.block, .number("+442079460199")), line(.block, .withheld)]
    #expect(!blocked(lines, "+442079460101") && blocked(lines, "+442079460199"))
    #expect(blocked(lines, nil))
  }

  @Test func aNumberGoesBeforeItsRangesAndTheNarrowestBeforeTheOthers() {
    let lines = [
      line(.block, .range("+44")), line(.allow, .range("+4420")), line(.block, .range("+442079")),
      line(.allow, .number("+442079460101")),
    ]
    #expect(blocked(lines, "+441632960001"))
    #expect(!blocked(lines, "+442012345678"))
    #expect(blocked(lines, "+442079460102"))
    #expect(!blocked(lines, "+442079460101"))
    #expect(!blocked(lines, "+4930123456") && !blocked(lines, "anything") && !blocked(lines, ""))
  }

  @Test func whatAUserSaysGoesBeforeWhatTheTenantSays() {
    let number = "+442079460101"
    let tenant = line(.block, .number(number))
    #expect(!blocked([tenant, line(.allow, .range("+44"), to: Self.desk)], number))
    #expect(blocked([tenant, line(.allow, .range("+44"), to: Self.hall)], number))
    #expect(!blocked([line(.block, .number(number), to: Self.hall)], number))
  }

  @Test func aNumberThatIsSomebodyElsesSaysNothingOfTheCaller() {
    let lines = [line(.allow, .number("+442079460101")), line(.block, .disproven)]
    #expect(blocked(lines, "+442079460101", isDisproven: true))
    #expect(!blocked(lines, "+442079460101"))
    #expect(!blocked([lines[0]], "+442079460101", isDisproven: true))
    #expect(!blocked(lines, nil, isDisproven: true))
  }
}
