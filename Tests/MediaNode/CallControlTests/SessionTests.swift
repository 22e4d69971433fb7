import NodeContract
import SIP
import SeededRandom
import Testing

@testable import CallControl

@Suite struct Sessions {
  private let here = Fixture.endpoint("127.0.1.1:20000")
  private let party = Fixture.endpoint("192.0.2.7:4000").address

  private func audio(
    _ formats: [String], port: UInt16 = 4000, profile: String = "RTP/AVP",
    attributes: [SessionAttribute] = []
  ) -> MediaDescription {
    MediaDescription(
      kind: "audio", port: port, profile: profile, formats: formats, attributes: attributes)
  }

  private func video() -> MediaDescription {
    MediaDescription(kind: "video", port: 4002, profile: "RTP/AVP", formats: ["96"])
  }

  private func session(_ media: MediaDescription..., connection: IPAddress? = nil)
    -> SessionDescription
  {
    SessionDescription(
      origin: SessionOrigin(sessionID: 9, version: 9, address: party),
      connection: connection ?? party, media: media)
  }

  private func side() -> SessionSide { SessionSide(local: here, sessionID: 1) }

  @Test func onlyOurCodecsAreKept() throws {
    let rtpmap = [
      SessionAttribute("rtpmap", "0 PCMU/8000"), SessionAttribute("rtpmap", "18 G729/8000"),
      SessionAttribute("rtpmap", "101 telephone-event/8000"),
      SessionAttribute("fmtp", "101 0-16"), SessionAttribute("fmtp", "18 annexb=no"),
      SessionAttribute("rtpmap", "9 G722/8000"), SessionAttribute("ptime", "20"),
      SessionAttribute("rtcp", "4001"), SessionAttribute("crypto", "1 AES inline:x"),
    ]
    var side = side()
    let offer = session(audio(["9", "18", "0", "8", "101"], attributes: rtpmap))
    let taken = side.takeOffer(offer, limit: 16)
    let terms = try #require(taken)
    #expect(terms.formats.map(\.name) == ["9", "0", "8", "101"])
    #expect(
      terms.attributes.map(\.value) == [
        "0 PCMU/8000", "101 telephone-event/8000", "101 0-16", "9 G722/8000", "20",
      ])
    #expect(side.remote == IPEndpoint(party, port: 4000))
  }

  @Test(arguments: [["18", "101"], ["101"], ["18"], []])
  func withoutAVoiceCodecNothingIsLeft(formats: [String]) {
    let events = [SessionAttribute("rtpmap", "101 telephone-event/8000")]
    var side = side()
    let before = side
    #expect(side.takeOffer(session(audio(formats, attributes: events)), limit: 16) == nil)
    #expect(side == before)
  }

  @Test func aPayloadTypeMeansWhatItsRtpmapSays() throws {
    var side = side()
    let reused = [SessionAttribute("rtpmap", "0 L16/8000")]
    #expect(side.takeOffer(session(audio(["0"], attributes: reused)), limit: 16) == nil)
    let dynamic = [SessionAttribute("rtpmap", "97 PCMA/8000")]
    #expect(
      side.takeOffer(session(audio(["97"], attributes: dynamic)), limit: 16)?.formats.map(\.name)
        == ["97"])
  }

  @Test func secureOrRefusedAudioIsNotTaken() {
    var side = side()
    #expect(side.takeOffer(session(audio(["0"], profile: "RTP/SAVP")), limit: 16) == nil)
    #expect(side.takeOffer(session(audio(["0"], port: 0)), limit: 16) == nil)
  }

  @Test func otherMediaAreRefusedAtTheirPlace() throws {
    var caller = side()
    let offer = session(video(), audio(["0"]), audio(["8"]))
    #expect(caller.takeOffer(offer, limit: 16) != nil)
    var callee = side()
    let terms = try #require(AudioTerms(audio(["0"]), in: session(audio(["0"]))))
    #expect(callee.describe(terms).media.map(\.kind) == ["audio"])
    let answer = caller.describe(terms)
    #expect(answer.media.map(\.kind) == ["video", "audio", "audio"])
    #expect(answer.media.map(\.port) == [0, 20_000, 0])
    #expect(answer.connection == here.address)
    #expect(answer.origin.address == here.address)
  }

  @Test func theDirectionOfTheSessionHoldsForItsMedia() throws {
    var offer = session(audio(["0"]))
    offer.attributes = [SessionAttribute("sendonly")]
    var side = side()
    let taken = side.takeOffer(offer, limit: 16)
    let terms = try #require(taken)
    #expect(terms.direction == .send)
    #expect(side.isHolding)
    #expect(side.describe(terms).media[0].attributes == [SessionAttribute("sendonly")])
  }

  @Test func anOldPhonesHoldIsUnderstood() throws {
    var side = side()
    _ = side.takeOffer(session(audio(["0"])), limit: 16)
    let hold = session(audio(["0"]), connection: IPAddress("0.0.0.0"))
    let taken = side.takeOffer(hold, limit: 16)
    let terms = try #require(taken)
    #expect(terms.direction == .send)
    #expect(side.isHolding)
    #expect(side.remote == IPEndpoint(party, port: 4000), "nobody listens at 0.0.0.0")
  }

  @Test func tooManyMediaAreRefused() {
    var offer = session(audio(["0"]))
    offer.media += Array(repeating: video(), count: 20)
    var side = side()
    #expect(side.takeOffer(offer, limit: 16) == nil)
  }

  @Test func anAnswerIsReadAtTheAudiosPlace() throws {
    var side = side()
    let terms = try #require(AudioTerms(audio(["0"]), in: session(audio(["0"]))))
    _ = side.takeOffer(session(video(), audio(["0"])), limit: 16)
    _ = side.describe(terms)
    #expect(side.takeAnswer(session(audio(["0"]))) == nil)
    #expect(side.takeAnswer(session(video(), audio(["0"], port: 5000)))?.remote?.port == 5000)
    #expect(side.takeAnswer(session(video(), audio(["0"], port: 0))) == nil)
  }

  @Test func aVersionThatThePartySawIsNeverUsedAgain() throws {
    let terms = try #require(AudioTerms(audio(["0"]), in: session(audio(["0"]))))
    var other = terms
    other.direction = .send
    var side = side()
    let first = side.describe(terms)
    let before = side
    let refused = side.describe(other)
    side.rollBack(to: before)
    let again = side.describe(other)
    #expect(first.origin.version < refused.origin.version)
    #expect(refused.origin.version < again.origin.version)
  }
}

@Suite struct PortsAndDeadlines {
  @Test func relayPortsAreEvenAndComeBackLast() {
    var pool = PortPool(20_001...20_007)
    let ports = (1...3).compactMap { _ in pool.take() }
    #expect(ports == [20_002, 20_004, 20_006])
    #expect(pool.take() == nil)
    pool.giveBack(20_004)
    pool.giveBack(20_002)
    #expect([pool.take(), pool.take(), pool.take()] == [20_004, 20_002, nil])
    #expect(pool.inUse == 3)
  }

  @Test func aRangeWithoutRoomForAPairIsEmpty() {
    var pool = PortPool(20_000...20_000)
    #expect(pool.take() == nil)
    #expect(pool.capacity == 0)
  }

  @Test(arguments: UInt64(1)...50)
  func deadlinesComeInTheirOrderAndOnlyTheLatestOfEachCounts(seed: UInt64) {
    var random = SeededGenerator(seed: seed)
    var queue = DeadlineQueue<Int>()
    var expected: [Int: Int64] = [:]
    for _ in 0..<500 {
      let key = Int.random(in: 0..<20, using: &random)
      let instant = Int64.random(in: 0..<1000, using: &random)
      let isRemoved = Int.random(in: 0..<4, using: &random) == 0
      expected[key] = isRemoved ? nil : instant
      queue.set(isRemoved ? nil : BootInstant(nanoseconds: instant), for: key)
      #expect(queue.next?.nanoseconds == expected.values.min())
    }
    var popped: [Int] = []
    while let key = queue.popDue(at: BootInstant(nanoseconds: 500)) { popped.append(key) }
    let due = expected.filter { $0.value <= 500 }
    #expect(popped == due.sorted { ($0.value, $0.key) < ($1.value, $1.key) }.map(\.key))
    #expect(queue.next.map { $0.nanoseconds > 500 } ?? true)
  }
}
