import NodeContract
import Testing

@Suite struct TenantSoundsTests {
  private func sound(_ number: UInt64) -> SoundReference {
    SoundReference(
      id: SoundID(UUIDv7(high: 2, low: number)),
      digest: Array(repeating: UInt8(number), count: SoundReference.digestLength))
  }

  /// What is not fetched before is heard by nobody.
  @Test func allThatCallersMayHearIsNamed() {
    let owner = ExtensionID(UUIDv7(high: 1, low: 1))
    var tenant = LinkSamples.tenant
    tenant.extensions = [
      ExtensionEntry(
        id: owner, number: "101", displayName: "", outsideNumber: nil, credentials: [],
        answering: [
          AnsweringRule(name: "", on: .busy, .voicemail(greeting: sound(1))),
          AnsweringRule(name: "", on: .always, .ring),
        ], mailbox: VoiceMailbox(longestMessage: .seconds(60), greeting: sound(2)),
        menu: VoiceMenu(prompt: sound(3), choices: [:])),
      ExtensionEntry(
        id: owner, number: "102", displayName: "", outsideNumber: nil, credentials: [],
        flow: CallFlow(
          start: "say",
          steps: [
            "say": .init(.announcement(sound(4)), then: "menu"),
            "menu": .init(.menu(.init(prompt: sound(5), choices: [:])), otherwise: "box"),
            "box": .init(.mailbox(owner, greeting: sound(6))),
          ])),
    ]
    #expect(tenant.sounds == Set((1...6).map { sound($0) }))
  }
}
