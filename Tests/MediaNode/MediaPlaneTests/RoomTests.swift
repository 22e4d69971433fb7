import Audio
import Codecs
import Epoll
import Gates
import Logging
import MediaPlane
import NodeContract
import Recording
import Support
import Synchronization
import Testing

/// Parties of as many sessions, whose other sides stay empty: 440, 620 and 880 Hz.
private final class Conference {
  static let tones = [440.0, 620, 880]
  let plane: MediaPlane
  let parties: [SpeakingParty]
  private let tones: [Double]
  private var sockets: [UDPSocket] = []

  init(
    _ codecs: [AudioCodec] = [.g711(.muLaw), .g711(.aLaw), .g711(.muLaw)],
    tones: [Double] = Conference.tones
  ) throws {
    self.tones = tones
    plane = try MediaPlane(log: Logger(label: "test"))
    plane.start()
    var parties: [SpeakingParty] = []
    for (index, codec) in codecs.enumerated() {
      let type = codec.staticPayloadType ?? 111
      let pairs = try (0..<4).map { _ in try PortPair.free(at: "127.0.0.1").even }
      let socket = try UDPSocket(binding: pairs[0])
      let id = UInt64(index + 1)
      try plane.open(
        RelaySession(
          id: id, localA: pairs[1], localB: pairs[2], expectedA: pairs[0]))
      parties.append(
        try SpeakingParty(
          codec, as: type, tone: tones[index], at: socket, to: pairs[1], ssrc: UInt32(id)))
      plane.decode(
        id,
        as: AudioPlan(a: PartyAudio(codec, as: type), b: PartyAudio(codec, as: type)))
    }
    self.parties = parties
  }

  deinit { plane.stop() }

  /// All speak; whoever sits in no room hears nobody.
  func converse(_ frames: Int, seated: Int = 3) async throws {
    _ = await plane.statistics(of: 1)
    for party in parties { try party.ignoreWhatWaits() }
    for _ in 0..<frames {
      for party in parties { party.speak() }
      for party in parties[..<seated] { try party.listen() }
    }
  }

  func heard(by index: Int) -> [Double] { parties[index].tones(of: tones) }
}

@Suite(.serialized, .timeLimit(.minutes(2))) struct RoomTests {
  @Test func threePartiesHearEachOther() async throws {
    let room = try Conference()
    for id in 1...3 as ClosedRange<UInt64> { room.plane.seat(RoomSeat(9), .a, of: id) }
    try await room.converse(100)
    #expect(room.heard(by: 0) == [620, 880])
    #expect(room.heard(by: 1) == [440, 880])
    #expect(room.heard(by: 2) == [440, 620])
  }

  @Test(arguments: [AudioCodec.g722, .opus])
  func widebandPartiesHearEachOthersHighTonesAndAPlainOneHearsTheRest(codec: AudioCodec)
    async throws
  {
    let room = try Conference([.g711(.aLaw), codec, codec], tones: [440, 620, 5_000])
    for id in 1...3 as ClosedRange<UInt64> { room.plane.seat(RoomSeat(9), .a, of: id) }
    try await room.converse(100)
    #expect(room.heard(by: 0) == [620])
    #expect(room.heard(by: 1) == [440, 5_000])
    #expect(room.heard(by: 2) == [440, 620])
  }

  @Test func aRoomGoesOnWhenItsOnlyWidebandPartyComesAndLeaves() async throws {
    let room = try Conference([.g711(.muLaw), .g711(.aLaw), .g722], tones: [440, 620, 1_500])
    for id in 1...2 as ClosedRange<UInt64> { room.plane.seat(RoomSeat(9), .a, of: id) }
    try await room.converse(30, seated: 2)
    room.plane.seat(RoomSeat(9), .a, of: 3)
    try await room.converse(10)
    for party in room.parties { party.forgetWhatItHeard() }
    try await room.converse(60)
    #expect(room.heard(by: 0) == [620, 1_500] && room.heard(by: 1) == [440, 1_500])
    #expect(room.heard(by: 2) == [440, 620])
    room.plane.seat(nil, .a, of: 3)
    try await room.converse(20, seated: 2)
    for party in room.parties { party.forgetWhatItHeard() }
    try await room.converse(50, seated: 2)
    #expect(room.heard(by: 0) == [620] && room.heard(by: 1) == [440])
  }

  @Test func whoListensIsNotHeardAndWhoWhispersIsHeardByOne() async throws {
    let room = try Conference()
    for id in 1...2 as ClosedRange<UInt64> { room.plane.seat(RoomSeat(9), .a, of: id) }
    room.plane.seat(RoomSeat(9, as: .listener), .a, of: 3)
    try await room.converse(100)
    #expect(room.heard(by: 0) == [620])
    #expect(room.heard(by: 2) == [440, 620])
    room.plane.seat(RoomSeat(9, as: .whisperer(to: 1, .a)), .a, of: 3)
    try await room.converse(10)
    for party in room.parties { party.forgetWhatItHeard() }
    try await room.converse(50)
    #expect(room.heard(by: 0) == [620, 880])
    #expect(room.heard(by: 1) == [440])
  }

  @Test func whoeverWhispersIsHeardByOneThatComesLater() async throws {
    let room = try Conference()
    room.plane.seat(RoomSeat(9, as: .whisperer(to: 1, .a)), .a, of: 3)
    for id in 1...2 as ClosedRange<UInt64> { room.plane.seat(RoomSeat(9), .a, of: id) }
    try await room.converse(100)
    #expect(room.heard(by: 0) == [620, 880])
    #expect(room.heard(by: 1) == [440])
  }

  @Test func whoLeavesIsHeardNoMore() async throws {
    let room = try Conference()
    for id in 1...3 as ClosedRange<UInt64> { room.plane.seat(RoomSeat(9), .a, of: id) }
    try await room.converse(25)
    await withCheckedContinuation { closed in room.plane.close(3) { _ in closed.resume() } }
    for party in room.parties {
      party.forgetWhatItHeard()
      try party.ignoreWhatWaits()
    }
    for _ in 0..<50 {
      for party in room.parties[..<2] { party.speak() }
      for party in room.parties[..<2] { try party.listen() }
    }
    #expect(room.heard(by: 0) == [620] && room.heard(by: 1) == [440])
  }
}

@Suite(.serialized, .timeLimit(.minutes(2))) struct RecordedSessionTests {
  @Test func bothPartiesAreRecordedWhileTheyTalk() async throws {
    let call = try DecodedCall(.g711(.muLaw), as: 0, .g722, as: 9)
    await call.decode(
      AudioPlan(a: PartyAudio(.g711(.muLaw), as: 0), b: PartyAudio(.g722, as: 9)))
    call.plane.record(6, as: .opus)
    try call.converse(300)
    #expect(call.segments.all.count == 1, "five seconds have left while they talk")
    await withCheckedContinuation { closed in call.plane.close(6) { _ in closed.resume() } }
    call.plane.stop()
    let segments = call.segments.all
    #expect(segments.map(\.number) == [0, 1] && segments.last?.isLast == true)
    let raw = try await IndependentCoder.convert(
      segments.flatMap(\.bytes), [], ["-f", "s16le", "-ar", "8000"])
    let samples = IndependentCoder.samples(raw)
    let recognizer = ToneRecognizer(frequencies: [440, 620, 880])
    let left = stride(from: 0, to: samples.count, by: 2).map { samples[$0] }
    let right = stride(from: 1, to: samples.count, by: 2).map { samples[$0] }
    #expect(recognizer.tones(in: left, forAtLeast: 0.5) == [440])
    #expect(recognizer.tones(in: right, forAtLeast: 0.5) == [620])
    #expect(left.count > 5 * 8_000)
  }

  @Test func whatIsSaidWhileAnotherNodeMayHaveTheCallIsNotRecorded() async throws {
    let here = try #require(IPAddress("127.0.0.1"))
    let gates = AddressGates([here])
    let gate = gates.gate(of: here)
    let never = BootInstant(nanoseconds: .max)
    gate.set(relaysUntil: never, beginsUntil: nil, knownUntil: never)
    let call = try DecodedCall(.g711(.muLaw), as: 0, .g711(.muLaw), as: 0, gates: gates)
    await call.decode(
      AudioPlan(a: PartyAudio(.g711(.muLaw), as: 0), b: PartyAudio(.g711(.muLaw), as: 0)))
    call.plane.record(6, as: .mp3)
    try call.converse(50)
    gate.set(relaysUntil: nil, beginsUntil: nil, knownUntil: nil)
    for _ in 0..<100 {
      call.a.speak()
      call.b.speak()
      try await Task.sleep(for: .milliseconds(20))
    }
    gate.set(relaysUntil: never, beginsUntil: nil, knownUntil: never)
    try call.converse(25)
    await withCheckedContinuation { closed in call.plane.close(6) { _ in closed.resume() } }
    call.plane.stop()
    // 1.5 s of 3.5, at 64 kbit a second, and less than a second that a busy machine may add.
    let seconds = Double(call.segments.all.reduce(0) { $0 + $1.bytes.count }) / 8_000
    #expect(seconds > 1.2 && seconds < 2.5)
  }

  /// As in a site that is cut off: calls that cannot be moved go on there, others are silent.
  @Test func whoHasOnlyProofOfTheAddressRecordsWhatIsHeard() async throws {
    let here = try #require(IPAddress("127.0.0.1"))
    let gates = AddressGates([here])
    let never = BootInstant(nanoseconds: .max)
    gates.gate(of: here).set(relaysUntil: never, beginsUntil: never, knownUntil: nil)
    let call = try DecodedCall(.g711(.muLaw), as: 0, .g711(.muLaw), as: 0, gates: gates)
    await call.decode(
      AudioPlan(a: PartyAudio(.g711(.muLaw), as: 0), b: PartyAudio(.g711(.muLaw), as: 0)))
    call.plane.record(6, as: .mp3)
    try call.converse(75)
    try await Task.sleep(for: .seconds(4))
    await withCheckedContinuation { closed in call.plane.close(6) { _ in closed.resume() } }
    call.plane.stop()
    // 1.5 s of 5.5, and a second after the last packet.
    let seconds = Double(call.segments.all.reduce(0) { $0 + $1.bytes.count }) / 8_000
    #expect(seconds > 2 && seconds < 4)
  }

  @Test func whoSaysNothingMoreIsNoticedOnce() async throws {
    let call = try DecodedCall(.g711(.muLaw), as: 0, .g711(.muLaw), as: 0)
    await call.decode(
      AudioPlan(a: PartyAudio(.g711(.muLaw), as: 0), b: PartyAudio(.g711(.muLaw), as: 0)))
    call.plane.record(6, as: .mp3, of: .one, on: .a, silence: .seconds(2))
    try call.converse(150)
    #expect(call.silenced.now == 0)
    for _ in 0..<190 {
      call.a.speak(Array(repeating: 0, count: 160))
      call.b.speak()
      _ = (try call.a.listen(), try call.b.listen())
    }
    #expect(call.silenced.now == 1)
  }

  @Test func whoeverSpeaksToNobodyAndIsRecordedHearsSilence() async throws {
    let call = try DecodedCall(.g711(.muLaw), as: 0, .g711(.muLaw), as: 0, tones: (440, nil))
    await call.decode(
      AudioPlan(a: PartyAudio(.g711(.muLaw), as: 0), b: PartyAudio(.g711(.muLaw), as: 0)))
    call.plane.record(6, as: .mp3, of: .one, on: .a)
    for _ in 0..<50 {
      call.a.speak()
      try call.a.listen()
    }
    #expect(call.a.heard.count >= 40)
    #expect(call.a.sound.allSatisfy { abs(Int($0)) < 16 })
  }
}
