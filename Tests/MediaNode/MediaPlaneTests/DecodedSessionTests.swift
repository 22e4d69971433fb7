import Audio
import Codecs
import Digits
import Epoll
import Logging
import MediaPlane
import NodeContract
import RTP
import SRTP
import Testing

private let muLaw = AudioCodec.g711(.muLaw)
private let tones = [440.0, 620, 880]

@Suite(.serialized, .timeLimit(.minutes(2))) struct DecodedSessionTests {
  @Test(arguments: [AudioCodec.g711(.aLaw), .g722, .opus])
  func partiesOfDifferentCodecsHearEachOther(codec: AudioCodec) async throws {
    let call = try DecodedCall(muLaw, as: 0, codec, as: codec.staticPayloadType ?? 111)
    await call.decode(
      AudioPlan(
        a: PartyAudio(muLaw, as: 0), b: PartyAudio(codec, as: codec.staticPayloadType ?? 111)))
    try call.converse(75)
    #expect(call.a.tones(of: tones) == [620])
    #expect(call.b.tones(of: tones) == [440])
    #expect(Set(call.b.heard.map(\.payloadType)) == [codec.staticPayloadType ?? 111])
    let step = UInt32(codec.clockRate / 50)
    for (earlier, later) in zip(call.b.heard, call.b.heard.dropFirst()) {
      #expect(later.sequence == earlier.sequence &+ 1 && later.ssrc == earlier.ssrc)
      #expect(later.timestamp == earlier.timestamp &+ step)
    }
  }

  @Test func aProtectedPartyAndAPlainOneOfAnotherCodecHearEachOther() async throws {
    let keys = LegKeys(inbound: key(3), outbound: key(4))
    let call = try DecodedCall(.opus, as: 111, muLaw, as: 0, keysOfA: keys)
    let plan = AudioPlan(a: PartyAudio(.opus, as: 111), b: PartyAudio(muLaw, as: 0))
    await call.decode(plan)
    try call.converse(75)
    #expect(call.a.tones(of: tones) == [620])
    #expect(call.b.tones(of: tones) == [440])
  }

  private func key(_ seed: UInt8) -> SRTPKey {
    let profile = SRTPProfile.aesCounter128HMAC80
    return SRTPKey(profile, [UInt8](repeating: seed, count: profile.keyLength))!
  }

  @Test func aSessionIsDecodedAndRelayedAgainAndItsStreamsGoOn() async throws {
    let call = try DecodedCall(muLaw, as: 0, muLaw, as: 0)
    try call.converse(3)
    let plan = AudioPlan(a: PartyAudio(muLaw, as: 0), b: PartyAudio(muLaw, as: 0))
    for plan in [plan, nil, plan, nil] {
      await call.decode(plan)
      try call.converse(10)
    }
    try expectOneStream(call.a.heard, named: 2)
    try expectOneStream(call.b.heard, named: 1)
  }

  /// Every number is higher than the one before, whoever made the packet.
  private func expectOneStream(_ heard: [RTPHeader], named ssrc: UInt32) throws {
    #expect(heard.count >= 40)
    #expect(Set(heard.map(\.ssrc)) == [ssrc])
    for (earlier, later) in zip(heard, heard.dropFirst()) {
      #expect(1..<100 ~= later.sequence &- earlier.sequence)
      #expect(1..<16_000 ~= later.timestamp &- earlier.timestamp)
    }
  }

  @Test func anotherProcessRelaysOnUnderTheNumbersThatThePartyKnows() async throws {
    let call = try DecodedCall(muLaw, as: 0, muLaw, as: 0)
    try call.converse(3)
    await call.decode(AudioPlan(a: PartyAudio(muLaw, as: 0), b: PartyAudio(muLaw, as: 0)))
    try call.converse(20)
    await call.decode(nil)
    try call.converse(10)
    let checkpoint = try #require(await call.plane.checkpoint(of: 6))
    await withCheckedContinuation { closed in call.plane.close(6) { _ in closed.resume() } }
    let heir = try MediaPlane(log: Logger(label: "heir"))
    heir.start()
    defer { heir.stop() }
    try heir.restore(try #require(RelayCheckpoint(checkpoint.bytes)))
    _ = await heir.statistics(of: 6)
    try call.converse(10)
    try expectOneStream(call.b.heard, named: 1)
  }

  @Test func whoIsHeldHearsMusicAndTheOtherNothing() async throws {
    let call = try DecodedCall(muLaw, as: 0, .g722, as: 9, tones: (nil, 620))
    var music = ToneGenerator(frequencies: [880], sampleRate: 8_000)
    call.plane.wait(with: [SoundPlayer.Clip(name: "waltz", samples: music.samples(8_000))])
    await call.decode(
      AudioPlan(
        a: PartyAudio(muLaw, as: 0, hears: .nothing),
        b: PartyAudio(.g722, as: 9, hears: .music)))
    for _ in 0..<75 {
      call.b.speak()
      try call.b.listen()
    }
    #expect(call.b.tones(of: tones) == [880])
    #expect(try !call.a.listen(within: 1))
  }

  @Test func aPromptTakesTheOthersPlaceAndItsEndIsReported() async throws {
    let call = try DecodedCall(muLaw, as: 0, muLaw, as: 0)
    await call.decode(AudioPlan(a: PartyAudio(muLaw, as: 0), b: PartyAudio(muLaw, as: 0)))
    try call.converse(10)
    var prompt = ToneGenerator(frequencies: [880], sampleRate: 8_000)
    call.plane.play(
      [SoundPlayer.Clip(name: "prompt", samples: prompt.samples(8_000))], to: .a, of: 6)
    // A packet each way may have been under way.
    try call.converse(3)
    call.a.forgetWhatItHeard()
    try call.converse(40)
    #expect(call.a.tones(of: tones) == [880])
    #expect(call.reports.all.isEmpty)
    try call.converse(20)
    #expect(call.reports.all == [SoundReport(session: 6, side: .a, event: .played(0))])
    call.a.forgetWhatItHeard()
    try call.converse(20)
    #expect(call.a.tones(of: tones) == [620])
  }

  @Test func keysAsEventsAreTonesForWhoKnowsNoEvents() async throws {
    let call = try DecodedCall(muLaw, as: 0, muLaw, as: 0, tones: (nil, 620))
    await call.decode(
      AudioPlan(
        a: PartyAudio(muLaw, as: 0, spokenEvents: 101, keys: .telephoneEvent, events: 101),
        b: PartyAudio(muLaw, as: 0)))
    call.a.press("5")
    while try call.b.listen(within: 500) {}
    let keys = ToneRecognizer(frequencies: [770, 1_336, 941], sampleRate: 8_000)
    let told = keys.presence(in: call.b.sound)
    #expect(told[0].share > 0.2 && told[1].share > 0.2 && told[2].share == 0)
  }

  @Test func keysWithinTheSoundAreEventsForWhoKnowsThem() async throws {
    let call = try DecodedCall(muLaw, as: 0, .g722, as: 9, tones: (nil, nil))
    await call.decode(
      AudioPlan(
        a: PartyAudio(muLaw, as: 0, spokenEvents: 101, keys: .telephoneEvent, events: 101),
        b: PartyAudio(.g722, as: 9)))
    var key = ToneGenerator(frequencies: [770, 1_336], amplitude: 0.2, sampleRate: 16_000)
    let rest = [Int16](repeating: 0, count: 320)
    for frame in 0..<30 {
      call.b.speak(5..<11 ~= frame ? key.samples(320) : rest)
      try call.a.listen()
    }
    #expect(call.a.keys.count == 2 && call.a.keys.first == .began(Digit("5")!))
  }

  @Test func aKeyThatAPartyMustBeToldBySignallingIsReported() async throws {
    let call = try DecodedCall(muLaw, as: 0, muLaw, as: 0)
    await call.decode(
      AudioPlan(
        a: PartyAudio(muLaw, as: 0, spokenEvents: 101, keys: .telephoneEvent, events: 101),
        b: PartyAudio(muLaw, as: 0, keys: .info)))
    try call.converse(5)
    call.a.press("#")
    try call.converse(10)
    let key = DigitInfo(Digit("#")!, milliseconds: 100)
    #expect(call.reports.all.contains(SoundReport(session: 6, side: .b, event: .inform(key))))
    #expect(call.reports.all.contains(SoundReport(session: 6, side: .a, event: .pressed(key))))
  }

  @Test func aKeyFromSignallingIsAnEventForWhoKnowsThem() async throws {
    let call = try DecodedCall(muLaw, as: 0, muLaw, as: 0, tones: (440, 620))
    await call.decode(
      AudioPlan(
        a: PartyAudio(muLaw, as: 0, spokenEvents: 101, keys: .telephoneEvent, events: 101),
        b: PartyAudio(muLaw, as: 0, keys: .info)))
    try call.converse(5)
    call.plane.tell(DigitInfo(Digit("9")!, milliseconds: 100), to: .a, of: 6)
    try call.converse(15)
    #expect(call.a.keys == [.began(Digit("9")!), .ended(Digit("9")!, milliseconds: 100)])
  }

  @Test func anotherProcessGoesOnWithItsOwnPacketsFiveHundredNumbersLater() async throws {
    let call = try DecodedCall(muLaw, as: 0, .opus, as: 111)
    let plan = AudioPlan(a: PartyAudio(muLaw, as: 0), b: PartyAudio(.opus, as: 111))
    await call.decode(plan)
    try call.converse(20)
    let checkpoint = try #require(await call.plane.checkpoint(of: 6))
    let read = try #require(RelayCheckpoint(checkpoint.bytes))
    #expect(read == checkpoint)
    await withCheckedContinuation { closed in call.plane.close(6) { _ in closed.resume() } }
    while try call.b.listen(within: 1) {}
    let last = try #require(call.b.heard.last)

    let heir = try MediaPlane(log: Logger(label: "heir"))
    heir.start()
    defer { heir.stop() }
    try heir.restore(read)
    heir.decode(6, as: plan)
    call.b.forgetWhatItHeard()
    try call.converse(40)
    let next = try #require(call.b.heard.first)
    #expect(next.ssrc == last.ssrc)
    #expect(500..<5_000 ~= next.sequence &- last.sequence)
    #expect((next.timestamp &- last.timestamp) == UInt32(next.sequence &- last.sequence) * 960)
    #expect(call.b.tones(of: tones) == [440])
  }
}
