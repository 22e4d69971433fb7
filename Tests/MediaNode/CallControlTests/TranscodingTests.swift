import Digits
import NodeContract
import SIP
import Testing

@testable import CallControl

/// Calls between parties that do not speak alike: what each is told, and what the relay makes of it.
@Suite struct Transcoding {
  private func terms(_ session: SessionDescription?) throws -> AudioTerms {
    let session = try #require(session)
    return try #require(AudioTerms(session.media[0], in: session))
  }

  private func relay(in scene: Scene) throws -> World.RelayState {
    try #require(scene.world.relays.values.first { $0.isOpen })
  }

  @Test func theCalledPhoneIsOfferedTheCallersCodecsFirstAndThenWhatWeCanMake() throws {
    let scene = try Scene()
    scene.alice.formats = ["9", "101"]
    let (_, callee) = try scene.talking()
    let offered = try terms(callee.theirSession)
    #expect(offered.formats.compactMap(\.voice) == [.g722, .aLaw, .muLaw, .opus])
    #expect(offered.formats.first?.name == "9")
    #expect(offered.events == 101)
  }

  @Test func aCarrierIsOfferedNothingMoreThanG711() throws {
    let scene = try Scene()
    scene.alice.formats = ["9", "101"]
    scene.alice.call("07700900123")
    scene.world.run { scene.carrier.lastCall?.isAcknowledged == true }
    let offered = try terms(scene.carrier.lastCall?.theirSession)
    #expect(offered.formats.compactMap(\.voice) == [.g722, .aLaw, .muLaw])
  }

  @Test func partiesWithACommonCodecAreRelayedAsTheyAre() throws {
    let scene = try Scene()
    scene.alice.formats = ["9", "8", "101"]
    scene.bob.formats = ["8", "101"]
    let (caller, _) = try scene.talking()
    #expect(try relay(in: scene).passage == .relayed)
    #expect(try terms(caller.theirSession).formats.map(\.name) == ["8", "101"])
  }

  @Test(
    arguments: [
      (nil, nil, 20), ("20", nil, 20), ("10", nil, 10), ("30", nil, 30), ("40", nil, 40),
      ("60", nil, 60), ("25", nil, 20), ("2", nil, 10), ("70", nil, 60), ("99999", nil, 60),
      ("40", "30", 30), (nil, "10", 10), (nil, "150", 20), ("20", "5", 10), ("20.5", nil, 20),
      ("soon", nil, 20), ("-10", "", 20),
    ] as [(String?, String?, UInt8)])
  func aPhoneHearsPacketsAsLongAsItAsksFor(wanted: String?, longest: String?, made: UInt8) throws {
    let scene = try Scene()
    scene.alice.formats = ["9", "101"]
    scene.bob.formats = ["8", "101"]
    (scene.bob.packetTime, scene.bob.longestPacketTime) = (wanted, longest)
    let (caller, _) = try scene.talking()
    let decoded = try #require(try relay(in: scene).decoded)
    #expect(decoded.callee.packetTime == made && decoded.caller.packetTime == 20)
    scene.world.die()
    scene.world.run(for: .seconds(1))
    #expect(try relay(in: scene).decoded == decoded, "the next process makes the same")
    caller.hangUp()
    scene.calmDown()
  }

  @Test func opusHasNoPacketOf30() throws {
    let scene = try Scene()
    scene.alice.formats = ["111", "101"]
    scene.alice.maps = ["111 opus/48000/2"]
    scene.alice.packetTime = "30"
    scene.bob.formats = ["8", "101"]
    _ = try scene.talking()
    #expect(try relay(in: scene).decoded?.caller.packetTime == 20)
  }

  @Test(arguments: [true, false])
  func aWidebandPhoneAndAPlainOneAreTranscoded(callerIsWide: Bool) throws {
    let scene = try Scene()
    let (wide, plain) = callerIsWide ? (scene.alice, scene.bob) : (scene.bob, scene.alice)
    wide.formats = ["9", "101"]
    plain.formats = ["8", "0", "101"]
    let (caller, callee) = try scene.talking()
    let decoded = try #require(try relay(in: scene).decoded)
    let (atWide, atPlain) =
      callerIsWide ? (decoded.caller, decoded.callee) : (decoded.callee, decoded.caller)
    #expect(atWide.codec == .g722 && atWide.payloadType == 9 && atWide.events == 101)
    #expect(atPlain.codec == .aLaw && atPlain.payloadType == 8 && atPlain.events == 101)
    #expect(atWide.hears == .partner && atPlain.hears == .partner)
    // Whoever called is answered with its own codec and no other.
    let answered = try terms(caller.theirSession)
    #expect(answered.formats.compactMap(\.voice) == [callerIsWide ? .g722 : .aLaw])
    #expect(atPlain.spoken.contains(SpokenCodec(payloadType: 8, codec: .aLaw)))
    caller.hangUp()
    scene.world.run { callee.state == .ended }
    scene.calmDown()
  }

  @Test func opusIsSpokenUnderTheNumbersThatEachPartyChose() throws {
    let scene = try Scene()
    scene.alice.maps = ["107 opus/48000/2"]
    scene.alice.formats = ["107", "101"]
    scene.bob.formats = ["0", "96"]
    scene.bob.events = "96"
    _ = try scene.talking()
    let decoded = try #require(try relay(in: scene).decoded)
    #expect(decoded.caller.codec == .opus && decoded.caller.payloadType == 107)
    #expect(decoded.caller.spoken == [SpokenCodec(payloadType: 107, codec: .opus)])
    #expect(decoded.callee.codec == .muLaw && decoded.callee.events == 96)
    // B presses keys under the number that it was told of.
    #expect(decoded.callee.spokenEvents == 101 && decoded.caller.spokenEvents == 101)
  }

  @Test func anOfferLeftToTheOtherIsTranscodedToo() throws {
    let scene = try Scene()
    scene.alice.formats = ["9", "101"]
    let call = scene.alice.call("102", offer: false)
    scene.world.run { call.state == .talking && scene.bob.lastCall?.isAcknowledged == true }
    let decoded = try #require(try relay(in: scene).decoded)
    #expect(decoded.caller.codec == .g722 && decoded.callee.codec == .muLaw)
    #expect(try terms(scene.bob.lastCall?.theirSession).formats.compactMap(\.voice) == [.muLaw])
  }

  @Test func anotherOfferMayEndTheTranscoding() throws {
    let scene = try Scene()
    scene.alice.formats = ["9", "101"]
    let (caller, _) = try scene.talking()
    scene.world.run(for: .seconds(1))
    #expect(try relay(in: scene).decoded != nil)
    scene.alice.formats = ["0", "101"]
    caller.offer()
    scene.world.run { caller.renegotiations == [200] }
    #expect(try relay(in: scene).passage == .relayed)
  }

  @Test func whoTakesACallOverMaySpeakAnotherCodec() throws {
    let scene = try Scene()
    let carol = try scene.device("103", at: "127.0.5.5:5065")
    carol.formats = ["9", "101"]
    let (caller, callee) = try scene.talking()
    scene.world.run(for: .seconds(1))
    _ = Referring(caller, to: "103")
    scene.world.run(for: .seconds(5))
    #expect(carol.lastCall?.state == .talking && callee.state == .talking)
    let decoded = try #require(try relay(in: scene).decoded)
    #expect(Set([decoded.caller.codec, decoded.callee.codec]) == [.g722, .aLaw])
    callee.hangUp()
    scene.calmDown()
  }

  @Test func whoPicksUpMaySpeakAnotherCodec() throws {
    let scene = try Scene()
    let carol = try scene.device("103", at: "127.0.5.5:5065")
    carol.formats = ["9", "101"]
    scene.bob.habit = .ring
    let call = scene.alice.call("102")
    scene.world.run { call.heard.contains(180) }
    let picking = carol.call("*8102")
    scene.world.run { picking.state == .talking && call.state == .talking }
    let decoded = try #require(try relay(in: scene).decoded)
    #expect(decoded.caller.codec == .muLaw && decoded.callee.codec == .g722)
  }
}

/// Who is held hears music.
@Suite struct MusicOnHold {
  private func decoded(in scene: Scene) throws -> DecodedPassage? {
    try #require(scene.world.relays.values.first { $0.isOpen }).decoded
  }

  @Test(arguments: ["sendonly", "inactive"])
  func whoIsHeldHearsMusicUntilTheyTalkAgain(direction: String) throws {
    let scene = try Scene()
    let (caller, callee) = try scene.talking()
    scene.world.run(for: .seconds(1))
    caller.offer(direction: direction)
    scene.world.run { caller.renegotiations == [200] }
    let held = try #require(try decoded(in: scene))
    #expect(held.callee.hears == .music && held.caller.hears == .nothing)
    let told = try #require(callee.theirSession)
    #expect(MediaDirection(of: told.media[0], in: told) == .send, "it expects to hear music")
    let answered = try #require(caller.theirSession)
    #expect(
      MediaDirection(of: answered.media[0], in: answered)
        == (direction == "sendonly" ? .receive : .none))
    caller.offer()
    scene.world.run { caller.renegotiations == [200, 200] }
    #expect(try decoded(in: scene) == nil)
  }

  @Test func nobodyHearsMusicWhileBothHold() throws {
    let scene = try Scene()
    let (caller, callee) = try scene.talking()
    for party in [caller, callee] {
      scene.world.run(for: .seconds(1))
      party.offer(direction: "sendonly")
      scene.world.run { party.renegotiations == [200] }
    }
    #expect(try decoded(in: scene) == nil)
  }

  @Test func theMusicGoesOnWhenTheProcessDies() throws {
    let scene = try Scene()
    let (caller, _) = try scene.talking()
    scene.world.run(for: .seconds(1))
    caller.offer(direction: "sendonly")
    scene.world.run { caller.renegotiations == [200] }
    let before = try decoded(in: scene)
    scene.world.die()
    scene.world.run(for: .seconds(1))
    #expect(try decoded(in: scene) == before && before != nil)
  }

  @Test func whoIsHandedOnHearsMusicAsLongAsNobodyAnswers() throws {
    let scene = try Scene()
    let carol = try scene.device("103", at: "127.0.5.5:5065")
    carol.habit = .ring
    let (caller, callee) = try scene.talking()
    scene.world.run(for: .seconds(1))
    _ = Referring(caller, to: "103")
    scene.world.run { carol.lastCall != nil }
    caller.hangUp()
    scene.world.run(for: .seconds(1))
    #expect(try #require(try decoded(in: scene)).callee.hears == .music)
    carol.lastCall?.pickUp()
    scene.world.run(for: .seconds(5))
    #expect(callee.state == .talking && carol.lastCall?.state == .talking)
    #expect(try decoded(in: scene) == nil)
  }
}

/// Keys reach a party the way that it knows.
@Suite struct KeysBetweenWays {
  private let five = SIPBody.other(
    contentType: "application/dtmf-relay", bytes: Array("Signal=5\r\nDuration=160\r\n".utf8))

  private func relay(in scene: Scene) throws -> World.RelayState {
    try #require(scene.world.relays.values.first { $0.isOpen })
  }

  @Test func aKeyToldByINFOIsATelephoneEventForWhoKnowsThose() throws {
    let scene = try Scene()
    let (caller, callee) = try scene.talking()
    var status: Int?
    caller.send(.info, body: five) { status = $0 }
    scene.world.run { status != nil }
    #expect(status == 200)
    let key = DigitInfo(try #require(Digit("5")), milliseconds: 160)
    #expect(try relay(in: scene).told == [World.ToldKey(side: .callee, key: key)])
    #expect(!callee.received.contains { $0.method == .info })
  }

  @Test func betweenPartiesWithoutTelephoneEventsINFOIsPassedOn() throws {
    let scene = try Scene()
    (scene.alice.formats, scene.bob.formats) = (["0"], ["0"])
    let (caller, callee) = try scene.talking()
    caller.send(.info, body: five) { _ in }
    #expect(scene.world.run { callee.received.contains { $0.method == .info } })
    #expect(try relay(in: scene).passage == .relayed)
  }

  @Test func whoOffersTelephoneEventsIsHeardByWhoKnowsNone() throws {
    let scene = try Scene()
    scene.bob.formats = ["0"]
    let (caller, _) = try scene.talking()
    let decoded = try #require(try relay(in: scene).decoded)
    #expect(decoded.caller.spokenEvents == 101 && decoded.caller.events == 101)
    #expect(decoded.callee.events == nil && decoded.callee.spokenEvents == nil)
    #expect(caller.theirSession?.media[0].formats == ["0", "101"])
  }

  @Test func whoPressesKeysByINFOIsToldOfThemByINFO() throws {
    let scene = try Scene()
    scene.bob.formats = ["0"]
    let (_, callee) = try scene.talking()
    callee.send(.info, body: five) { _ in }
    scene.world.run(for: .seconds(1))
    let state = try relay(in: scene)
    #expect(state.decoded?.callee.isTold == true)
    #expect(state.told.map(\.side) == [.caller])
    let key = DigitInfo(try #require(Digit("#")), milliseconds: 200)
    scene.world.perform(
      scene.world.exchange.keyHeard(key, for: .callee, of: state.plan.id, at: scene.world.now))
    #expect(scene.world.run { callee.received.contains { $0.method == .info } })
    let info = try #require(callee.received.first { $0.method == .info })
    #expect(DigitInfo(info.body) == key)
  }

  @Test func aKeyForSomebodyWhoHungUpIsNobodys() throws {
    let scene = try Scene()
    let (caller, callee) = try scene.talking()
    let relay = try relay(in: scene).plan.id
    caller.hangUp()
    scene.world.run { callee.state == .ended }
    let key = DigitInfo(try #require(Digit("1")), milliseconds: 100)
    #expect(
      scene.world.exchange.keyHeard(key, for: .callee, of: relay, at: scene.world.now).isEmpty)
    scene.calmDown()
  }
}
