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

  @Test(
    arguments: [
      (.g711(.aLaw), 10), (.g711(.aLaw), 30), (.g722, 40), (.opus, 60), (.opus, 10),
    ] as [(AudioCodec, Int)])
  func aPartyHearsPacketsAsLongAsItAsksForAndMaySendAnyLength(
    codec: AudioCodec, packetTime: Int
  ) async throws {
    let type = codec.staticPayloadType ?? 111
    let call = try DecodedCall(muLaw, as: 0, codec, as: type)
    call.b.packetTime = packetTime
    await call.decode(
      AudioPlan(
        a: PartyAudio(muLaw, as: 0), b: PartyAudio(codec, as: type, packetTime: packetTime)))
    var owed = 0
    for _ in 0..<90 {
      call.a.speak()
      owed += 20
      while owed >= packetTime {
        call.b.speak()
        owed -= packetTime
      }
      // Before B's first packet there is nothing to be heard.
      try call.a.listen(within: call.a.heard.isEmpty ? 20 : 2_000)
      while try call.b.listen(within: 0) {}
    }
    #expect(call.a.tones(of: tones) == [620])
    #expect(call.b.tones(of: tones) == [440])
    let step = UInt32(codec.clockRate / 1_000 * packetTime)
    for (earlier, later) in zip(call.b.heard, call.b.heard.dropFirst()) {
      #expect(later.sequence == earlier.sequence &+ 1)
      #expect(later.timestamp == earlier.timestamp &+ step)
    }
    #expect(abs(call.b.heard.count - 1_800 / packetTime) <= 1_800 / packetTime / 5)
  }

  @Test(arguments: [10, 30, 60])
  func aKeyIsOneKeyWhateverTheLengthOfPackets(packetTime: Int) async throws {
    let call = try DecodedCall(muLaw, as: 0, muLaw, as: 0)
    await call.decode(
      AudioPlan(
        a: PartyAudio(
          muLaw, as: 0, packetTime: packetTime, spokenEvents: 101, keys: .telephoneEvent,
          events: 101), b: PartyAudio(muLaw, as: 0, keys: .info)))
    call.plane.tell(DigitInfo(Digit("9")!, milliseconds: 120), to: .a, of: 6)
    for _ in 0..<40 {
      call.a.speak()
      try call.b.listen()
      while try call.a.listen(within: 0) {}
    }
    #expect(call.a.keys == [.began(Digit("9")!), .ended(Digit("9")!, milliseconds: 120)])
  }

  @Test func aPartyThatAsksForOtherPacketsMeanwhileHearsOneStream() async throws {
    let call = try DecodedCall(muLaw, as: 0, muLaw, as: 0)
    for packetTime in [20, 60, 10, 40] {
      await call.decode(
        AudioPlan(
          a: PartyAudio(muLaw, as: 0), b: PartyAudio(muLaw, as: 0, packetTime: packetTime)))
      for _ in 0..<30 {
        call.a.speak()
        try call.a.listen(within: 40)
        call.b.speak()
        while try call.b.listen(within: 0) {}
      }
    }
    try expectOneStream(call.b.heard, named: #require(call.b.heard.first).ssrc)
    #expect(call.b.tones(of: tones) == [440])
  }

  @Test func anotherProcessGoesOnWithPacketsOfTheSameLength() async throws {
    let call = try DecodedCall(muLaw, as: 0, muLaw, as: 0)
    let plan = AudioPlan(
      a: PartyAudio(muLaw, as: 0), b: PartyAudio(muLaw, as: 0, packetTime: 40))
    await call.decode(plan)
    for _ in 0..<10 {
      for _ in 0..<2 { call.a.speak() }
      try call.b.listen()
    }
    let (heir, last) = try await call.carriedOn()
    defer { heir.stop() }
    heir.decode(6, as: plan)
    // What comes before it is known that audio is decoded is dropped.
    _ = await heir.statistics(of: 6)
    call.a.speak()
    try call.b.listen()
    let next = try #require(call.b.heard.last)
    #expect(500..<600 ~= next.sequence &- last.sequence)
    #expect((next.timestamp &- last.timestamp) == UInt32(next.sequence &- last.sequence) * 320)
  }

  @Test(arguments: [true, false])
  func nothingIsPassedOnAsItIsBeforeAnotherProcessKnowsThatItIsDecoded(isRelayed: Bool) async throws
  {
    let call = try DecodedCall(muLaw, as: 0, muLaw, as: 0)
    let plan = AudioPlan(a: PartyAudio(muLaw, as: 0), b: PartyAudio(muLaw, as: 0))
    await call.decode(plan)
    for _ in 0..<10 {
      call.a.speak()
      try call.b.listen()
    }
    let (heir, last) = try await call.carriedOn()
    defer { heir.stop() }
    for _ in 0..<5 { call.a.speak() }
    #expect(try !call.b.listen(within: 100))
    // The call's own checkpoint may be newer than its audio's.
    heir.decode(6, as: isRelayed ? nil : plan)
    _ = await heir.checkpoint(of: 6)
    call.a.speak()
    try call.b.listen()
    let next = try #require(call.b.heard.last)
    #expect(next.ssrc == last.ssrc)
    #expect(500..<1_100 ~= next.sequence &- last.sequence)
  }

  @Test func partiesOfADecodedSessionAreToldWhatWeSendAndWhatWeHear() async throws {
    let call = try DecodedCall(muLaw, as: 0, .g722, as: 9)
    let sockets = [call.a, call.b].map { $0.socket.local }
    let controls = try sockets.map {
      try UDPSocket(binding: IPEndpoint($0.address, port: $0.port + 1))
    }
    await call.decode(AudioPlan(a: PartyAudio(muLaw, as: 0), b: PartyAudio(.g722, as: 9)))
    try call.converse(10)
    // B's sender report, of which ours speaks.
    let report: [UInt8] = [
      0x80, 200, 0, 6, 0, 0, 0, 2, 1, 2, 3, 4, 5, 6, 7, 8, 0, 0, 0, 0, 0, 0, 0, 9, 0, 0, 0, 99,
    ]
    let relay = call.session.localB
    controls[1].send(report, to: IPEndpoint(relay.address, port: relay.port + 1))
    var told: [Int: [UInt8]] = [:]
    for _ in 0..<250 where told.count < 2 {
      try call.converse(1)
      for place in 0...1 {
        if let heard = try Party.hear(on: controls[place], within: 0) { told[place] = heard.bytes }
      }
    }
    for (place, ssrc) in [(0, UInt32(1)), (1, 2)] {
      let datagram = try #require(told[place], "nothing within five seconds")
      #expect(datagram.withUnsafeBytes { RTCPHeader.isCompound($0) })
      let reports = try #require(datagram.withUnsafeBytes { RTCPReports($0) })
      #expect(reports.senderReport != nil)
      let block = try #require(reports.block)
      #expect(block.ssrc == ssrc && block.fractionLost == 0)
      #expect(block.lastSenderReport == (place == 1 ? 0x0304_0506 : 0))
      #expect(place == 0 || block.delay > 0)
    }
    // What A says of it tells how far away it is.
    let reports = try #require(told[0]?.withUnsafeBytes { RTCPReports($0) })
    var answer: [UInt8] = [0x81, 201, 0, 7, 0, 0, 0, 1] + Array(repeating: 0, count: 16)
    answer += withUnsafeBytes(of: try #require(reports.senderReport).bigEndian) { Array($0) }
    answer += [0, 0, 0, 0]
    let relayOfA = call.session.localA
    controls[0].send(answer, to: IPEndpoint(relayOfA.address, port: relayOfA.port + 1))
    try call.converse(3)
    let statistics = try #require(await call.plane.statistics(of: 6))
    #expect(try #require(statistics.a.roundTrip) < .seconds(5))
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
    let (heir, last) = try await call.carriedOn()
    defer { heir.stop() }
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
