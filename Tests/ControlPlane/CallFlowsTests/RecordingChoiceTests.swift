import CallFlows
import NodeContract
import Testing

/// Which rule of a tenant's decides whether a call is recorded.
@Suite struct RecordingChoiceTests {
  private static func id<Kind>(_ number: UInt64) -> TypedID<Kind> {
    TypedID(UUIDv7(high: 1, low: number))
  }

  private func rule(
    _ number: UInt64, _ calls: RecordingRule.Calls,
    _ direction: RecordingRule.Direction? = nil, share: Int = 100, records: Bool = true
  ) -> RecordingRule {
    RecordingRule(
      id: Self.id(number), calls: calls, direction: direction, share: share, records: records)
  }

  private func call(
    _ number: UInt64 = 1, _ direction: RecordingRule.Direction = .fromOutside,
    _ extensions: [UInt64] = [5], to called: String? = nil
  ) -> RecordableCall {
    RecordableCall(
      call: Self.id(number), direction: direction, extensions: Set(extensions.map { Self.id($0) }),
      number: called)
  }

  @Test func theFirstRuleThatACallFitsDecides() {
    let rules = [
      rule(1, .of(Self.id(6)), records: false), rule(2, .to("+442079460103")),
      rule(3, .all, .toOutside), rule(4, .all, .fromOutside),
    ]
    #expect(rules.rule(for: call(1, .inside)) == nil)
    #expect(rules.rule(for: call()) == rules[3])
    #expect(rules.rule(for: call(1, .toOutside)) == rules[2])
    #expect(rules.rule(for: call(1, .inside, [5], to: "+442079460103")) == rules[1])
    #expect(rules.rule(for: call(1, .inside, [5, 6], to: "+442079460103")) == rules[0])
    #expect(
      rules.fits(of: call(1, .toOutside)) == [
        .otherCalls, .otherCalls, .decides, .notAsked,
      ])
    #expect(
      rules.fits(of: call(1, .inside)) == [
        .otherCalls, .otherCalls, .otherDirection, .otherDirection,
      ])
  }

  @Test func aShareOfCallsIsToldByTheCallAloneAndTheOthersAreAskedOfTheNextRule() {
    let rules = [rule(1, .all, share: 10), rule(2, .all, share: 50), rule(3, .all, records: false)]
    var random = SystemRandomNumberGenerator()
    var taken: [RecordingRule: Int] = [:]
    for _ in 0..<20_000 {
      let call = RecordableCall(
        call: CallID(UUIDv7(at: WallTime(milliseconds: 1_800_000_000_000), using: &random)),
        direction: .inside, extensions: [])
      guard let rule = rules.rule(for: call) else { continue }
      #expect(rules.rule(for: call) == rule)
      #expect(rules.fits(of: call).firstIndex(of: .decides) == rules.firstIndex(of: rule))
      taken[rule, default: 0] += 1
    }
    // 10 % of all, half of the other 90 %, and the rest.
    #expect((1_700...2_300).contains(taken[rules[0], default: 0]))
    #expect((8_500...9_500).contains(taken[rules[1], default: 0]))
    #expect((8_500...9_500).contains(taken[rules[2], default: 0]))
    #expect([rule(1, .all, share: 0)].rule(for: call()) == nil)
    #expect([rule(1, .all, share: 0)].fits(of: call()) == [.notInShare])
  }
}
