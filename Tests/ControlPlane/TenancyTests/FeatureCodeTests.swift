import NodeContract
import Tenancy
import Testing

/// What is dialled to have something done, and what may be.
@Suite struct FeatureCodeTests {
  private func changed(
    _ entries: [(feature: String, code: String?)], extensions: [String] = []
  ) throws -> [Feature: String?] {
    try FeatureCodes.changed(
      entries, extensions: try extensions.map { try ExtensionNumber($0) },
      emergencyNumbers: ["112", "999"])
  }

  @Test func theUsualCodesAreClearOfEachOther() {
    #expect(FeatureCodes.usual.codes.count == Feature.allCases.count)
    for feature in Feature.allCases {
      for other in Feature.allCases where other != feature {
        #expect(
          !feature.isUnclear(at: feature.usualCode, beside: other, at: other.usualCode),
          "\(feature) and \(other)")
      }
    }
  }

  @Test func whatIsDialledMeansAFeatureAndWhatComesAfterIt() {
    let codes = FeatureCodes.usual
    #expect(codes.meaning(of: "*97") == .init(.voicemail))
    #expect(codes.meaning(of: "*98103") == .init(.voicemailOf, "103"))
    #expect(codes.meaning(of: "*8") == .init(.pickup))
    #expect(codes.meaning(of: "*8102") == .init(.pickup, "102"))
    #expect(codes.meaning(of: "*72+447700900123") == .init(.forwardAlways, "+447700900123"))
    #expect(codes.meaning(of: "*70") == .init(.park))
    #expect(codes.meaning(of: "*703") == .init(.park, "3"))
    // A number has to come, or must not.
    #expect(codes.meaning(of: "*6") == nil)
    #expect(codes.meaning(of: "*781") == nil)
    #expect(codes.meaning(of: "102") == nil)
    #expect(codes.meaning(of: "*72" + String(repeating: "1", count: 33)) == nil)
  }

  @Test func aTenantHasItsOwnCodesAndSomeFeaturesNot() throws {
    let codes = FeatureCodes(
      changed: try changed([("park", "*5"), ("listen", nil), ("whisper", nil), ("join", nil)]))
    #expect(codes.meaning(of: "*51") == .init(.park, "1"))
    #expect(codes.meaning(of: "*52") == .init(.park, "2"))
    #expect(codes.meaning(of: "*70") == nil)
    #expect(codes.meaning(of: "*78") == .init(.doNotDisturb))
  }

  @Test func twoFeaturesMayChangePlaces() throws {
    let codes = FeatureCodes(
      changed: try changed([("do-not-disturb", "*79"), ("stop-do-not-disturb", "*78")]))
    #expect(codes.meaning(of: "*79") == .init(.doNotDisturb))
  }

  @Test(arguments: [
    // feature, code, what the refusal names
    ("park", "*72", "forward-always"),  // another's
    ("park", "*7", "do-not-disturb"),  // the begin of another's, and something may come after it
    ("voicemail", "*612", "room"),  // begun like one after which a number comes
    ("voicemail", "101", "101"),  // an extension
    ("voicemail", "999", "999"),  // help
  ])
  func whatCouldMeanTwoThingsIsRefused(feature: String, code: String, named: String) throws {
    let error = #expect(throws: InvalidField.self) {
      try changed([(feature, code)], extensions: ["101", "102"])
    }
    #expect(error?.field == "items.0.code")
    #expect(error?.description.contains(named) == true, "\(error?.description ?? "")")
  }

  @Test(arguments: ["", "*", "*123456789", "*#1", "abc", "5"])
  func whatIsNoCodeIsRefused(code: String) {
    #expect(throws: InvalidField.self) { try changed([("park", code)]) }
    #expect(throws: InvalidField.self) { try changed([("voicemail", code)]) }
  }

  @Test func afterDigitsAloneNoNumberComes() throws {
    #expect(throws: InvalidField.self) { try changed([("hide-caller", "31")]) }
    let codes = FeatureCodes(changed: try changed([("voicemail", "500")], extensions: ["501"]))
    #expect(codes.meaning(of: "500") == .init(.voicemail))
    #expect(codes.meaning(of: "501") == nil)
  }

  @Test func nobodyNamesAFeatureTwiceOrOneThatIsNone() {
    #expect(throws: InvalidField.self) { try changed([("park", "*5"), ("park", "*50")]) }
    #expect(throws: InvalidField.self) { try changed([("coffee", "*5")]) }
  }

  // MARK: - Switches

  private func state(_ isOn: Bool, _ target: String?, at time: Int64) -> AnsweringSwitches.State {
    .init(
      isOn: isOn, target: target, patience: nil, changedAt: WallTime(milliseconds: time))
  }

  @Test func theLaterOfTwoCountsInWhateverOrderTheyAreHeard() {
    let changes = [
      state(true, "102", at: 1), state(false, "102", at: 2), state(true, "103", at: 3),
    ]
    for order in [[0, 1, 2], [2, 1, 0], [1, 2, 0], [2, 0, 1]] {
      var switches = AnsweringSwitches()
      for index in order { switches.merge(.forwardAlways, changes[index]) }
      #expect(switches[.forwardAlways] == changes[2])
    }
  }

  @Test func whatIsSwitchedOnStandsBeforeTheList() {
    let list = [AnsweringRule(name: "mine", on: .always, .ring)]
    var entry = ExtensionEntry(
      id: ExtensionID(UUIDv7(high: 1, low: 1)), number: "101", displayName: "", outsideNumber: nil,
      credentials: [], answering: list)
    #expect(entry.rules == list)
    entry.switches.merge(.forwardBusy, state(true, "102", at: 1))
    entry.switches.merge(.doNotDisturb, state(true, nil, at: 1))
    entry.switches.merge(.forwardAlways, state(false, "103", at: 1))
    #expect(
      entry.rules.map(\.action) == [.busy, .forward(to: "102"), .ring])
  }

  @Test func whatIsTurnedLaterIsLaterWhateverTheClockSays() throws {
    let switches = AnsweringSwitches([.doNotDisturb: state(true, nil, at: 100)])
    let turned = try switches.turned(
      [.init(.doNotDisturb, isOn: false)], at: WallTime(milliseconds: 50))
    #expect(turned[.doNotDisturb]?.changedAt.milliseconds == 101)
  }

  @Test func forwardingNeedsSomewhereToGo() throws {
    #expect(throws: InvalidField.self) {
      try AnsweringSwitches().turned(
        [.init(.forwardBusy, isOn: true)], at: WallTime(milliseconds: 1))
    }
    for (target, after) in [("x", nil), ("102", 0), ("102", 301)] as [(String, Int?)] {
      #expect(throws: InvalidField.self) {
        try AnsweringSwitches().turned(
          [.init(.forwardNoAnswer, isOn: true, target: target, after: after)],
          at: WallTime(milliseconds: 1))
      }
    }
  }
}
