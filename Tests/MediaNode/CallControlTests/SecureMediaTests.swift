import NodeContract
import SIP
import Testing

@testable import CallControl

/// Calls of phones whose media is protected.
@Suite struct SecureMedia {
  /// Alice and Bob talk in the clear; Carol signals by TLS.
  private func scene(_ media: PartyMedia?, over transport: SIPTransport = .tls) throws
    -> (scene: Scene, carol: Party)
  {
    let scene = try Scene()
    return (
      scene, try scene.device("103", at: "127.0.5.5:5065", over: transport, with: media)
    )
  }

  private func plan(of scene: Scene) throws -> RelayPlan {
    try #require(scene.world.relays.values.first { $0.isOpen }?.plan)
  }

  private func keys(_ transport: MediaTransport) throws -> MediaKeys {
    guard case .keys(let keys) = transport.protection else {
      throw Unexpected(transport: transport)
    }
    return keys
  }

  private struct Unexpected: Error { let transport: MediaTransport }

  // MARK: - Keys in the description

  @Test func aPhoneThatOffersKeysIsAnsweredWithOursAndTalksToAPlainOne() throws {
    let (scene, carol) = try scene(PartyMedia(suites: [.aesGCM256, .aesCounter128HMAC80], seed: 5))
    let call = carol.call("102")
    #expect(scene.world.run { call.state == .talking })
    let answer = try #require(call.theirSession)
    #expect(answer.media[0].profile == "RTP/SAVP")
    #expect(answer.crypto.map(\.tag) == [1])
    let plan = try plan(of: scene)
    #expect(plan.calleeTransport == .plain)
    let keys = try keys(plan.callerTransport)
    #expect(keys.inbound == carol.media?.key(.aesGCM256))
    #expect(keys.outbound == answer.crypto[0].key)
    let offered = try #require(scene.bob.lastCall?.theirSession)
    #expect(offered.media[0].profile == "RTP/AVP" && offered.crypto.isEmpty)
    call.hangUp()
    scene.calmDown()
  }

  @Test func aPhoneThatSignalsByTLSIsOfferedKeysAndNothingPassesBeforeItAnswers() throws {
    let (scene, carol) = try scene(PartyMedia(suites: [.aesCounter128HMAC32], seed: 9))
    let call = scene.alice.call("103")
    #expect(scene.world.run { carol.lastCall != nil })
    #expect(try plan(of: scene).calleeTransport.protection == .awaited)
    #expect(scene.world.run { call.state == .talking })
    let offer = try #require(carol.lastCall?.theirSession)
    #expect(offer.media[0].profile == "RTP/SAVP")
    #expect(offer.crypto.map(\.key.suite) == CryptoSuite.allCases)
    let keys = try keys(plan(of: scene).calleeTransport)
    #expect(keys.inbound == carol.media?.key(.aesCounter128HMAC32))
    #expect(keys.outbound == offer.crypto.first { $0.key.suite == .aesCounter128HMAC32 }?.key)
    #expect(call.theirSession?.media[0].profile == "RTP/AVP")
    #expect(call.theirSession?.crypto.isEmpty == true)
    call.hangUp()
    scene.calmDown()
  }

  @Test func twoProtectedPhonesHaveKeysOfTheirOwn() throws {
    let (scene, carol) = try scene(PartyMedia(seed: 5))
    scene.bob.transport = .tls
    scene.bob.media = PartyMedia(suites: [.aesGCM128], seed: 77)
    try scene.register(scene.bob)
    let call = carol.call("102")
    #expect(scene.world.run { call.state == .talking })
    let plan = try plan(of: scene)
    let (caller, callee) = (try keys(plan.callerTransport), try keys(plan.calleeTransport))
    #expect(Set([caller.inbound, caller.outbound, callee.inbound, callee.outbound]).count == 4)
    #expect(caller.inbound == carol.media?.key(.aesCounter128HMAC80))
    #expect(callee.inbound == scene.bob.media?.key(.aesGCM128))
  }

  /// RFC 8643: many phones call it optional.
  @Test func keysBesidePlainMediaAreHeeded() throws {
    let (scene, carol) = try scene(PartyMedia(profile: .plain, takes: [.plain], seed: 3))
    let call = carol.call("102")
    #expect(scene.world.run { call.state == .talking })
    #expect(call.theirSession?.media[0].profile == "RTP/AVP")
    #expect(call.theirSession?.crypto.count == 1)
    #expect(
      try keys(plan(of: scene).callerTransport).inbound == carol.media?.key(.aesCounter128HMAC80))
  }

  @Test func keysThatAnybodyCouldReadAreNotTaken() throws {
    let (scene, carol) = try scene(PartyMedia(), over: .tcp)
    let refused = carol.call("102")
    #expect(scene.world.run { refused.finalStatus == 488 })
    carol.media = PartyMedia(profile: .plain, takes: [.plain])
    let call = carol.call("102")
    #expect(scene.world.run { call.state == .talking })
    #expect(call.theirSession?.crypto.isEmpty == true)
    #expect(try plan(of: scene).callerTransport == .plain)
  }

  @Test func anOfferWithoutASuiteOfOursIsRefused() throws {
    var media = PartyMedia(suites: [])
    media.others = [
      SessionAttribute(
        "crypto", "1 AES_CM_128_HMAC_SHA1_96 inline:MTIzNDU2Nzg5QUJDREUwMTIzNDU2Nzg5QUJjZGVm")
    ]
    let (scene, carol) = try scene(media)
    let call = carol.call("102")
    #expect(scene.world.run { call.finalStatus == 488 })
    #expect(scene.bob.lastCall == nil)
    scene.calmDown()
  }

  // MARK: - Phones that refuse

  @Test func aPhoneThatTakesNoProtectionIsAskedAgainWithout() throws {
    let (scene, carol) = try scene(.plain)
    let call = scene.alice.call("103")
    #expect(scene.world.run { call.state == .talking })
    #expect(
      carol.calls.compactMap { $0.theirSession?.media[0].profile }
        == ["RTP/SAVP", "UDP/TLS/RTP/SAVP", "RTP/AVP"])
    #expect(Set(carol.calls.map(\.invite.headers.callID)).count == 1)
    #expect(carol.calls.map(\.invite.headers.cseq.number) == [1, 2, 3])
    #expect(call.heard.allSatisfy { $0 < 300 })
    #expect(try plan(of: scene).calleeTransport == .plain)
    call.hangUp()
    scene.calmDown()
  }

  @Test func aPhoneThatTakesNothingAtAllIsOut() throws {
    let (scene, carol) = try scene(PartyMedia(takes: []))
    let call = scene.alice.call("103")
    #expect(scene.world.run { call.finalStatus == 488 })
    #expect(carol.calls.count == 3)
    scene.calmDown()
  }

  @Test func aTransferTargetThatTakesNoProtectionIsAskedAgainToo() throws {
    let (scene, carol) = try scene(.plain)
    let (caller, callee) = try scene.talking()
    let refer = try #require(callee.request(.refer))
    var wish = refer
    wish.headers["Refer-To"] = "<sip:103@\(Fixture.domain)>"
    scene.bob.send(wish) { _ in }
    #expect(scene.world.run { carol.lastCall?.state == .talking })
    scene.world.run(for: .seconds(2))
    #expect(try plan(of: scene).calleeTransport == .plain)
    caller.hangUp()
    scene.calmDown()
  }

  // MARK: - New offers

  @Test func holdKeepsTheKeys() throws {
    let (scene, carol) = try scene(PartyMedia(seed: 5))
    let call = carol.call("102")
    #expect(
      scene.world.run { call.state == .talking && scene.bob.lastCall?.isAcknowledged == true })
    let before = try plan(of: scene)
    call.offer(direction: "sendonly")
    #expect(scene.world.run { call.renegotiations == [200] })
    #expect(try plan(of: scene) == before)
    #expect(call.theirSession?.crypto[0].key == (try keys(before.callerTransport)).outbound)
    scene.world.run(for: .seconds(1))
    scene.bob.lastCall?.offer(direction: "sendonly")
    #expect(scene.world.run { scene.bob.lastCall?.renegotiations == [200] })
    #expect(try plan(of: scene) == before)
    call.hangUp()
    scene.calmDown()
  }

  @Test func aPartyThatChangesItsKeyIsUnderstoodFromThenOn() throws {
    let (scene, carol) = try scene(PartyMedia(seed: 5))
    let call = carol.call("102")
    #expect(
      scene.world.run { call.state == .talking && scene.bob.lastCall?.isAcknowledged == true })
    let before = try keys(plan(of: scene).callerTransport)
    carol.media?.seed = 99
    call.offer()
    #expect(scene.world.run { call.renegotiations == [200] })
    let after = try keys(plan(of: scene).callerTransport)
    #expect(after.inbound == carol.media?.key(.aesCounter128HMAC80))
    #expect(after.outbound == before.outbound)
    call.hangUp()
    scene.calmDown()
  }

  @Test func aRefusedOfferChangesNoKeys() throws {
    let (scene, carol) = try scene(PartyMedia(seed: 5))
    let call = carol.call("102")
    #expect(
      scene.world.run { call.state == .talking && scene.bob.lastCall?.isAcknowledged == true })
    let before = try plan(of: scene)
    scene.bob.lastCall?.refusesOffers = 488
    carol.media?.seed = 99
    call.offer()
    #expect(scene.world.run { call.renegotiations == [488] })
    #expect(try plan(of: scene) == before)
  }

  @Test func anInviteWithoutOfferIsAnsweredWithKeysBesidePlainMedia() throws {
    let (scene, carol) = try scene(PartyMedia(profile: .plain, takes: [.plain], seed: 4))
    let call = carol.call("102", offer: false)
    #expect(
      scene.world.run { call.state == .talking && scene.bob.lastCall?.isAcknowledged == true })
    #expect(call.theirSession?.media[0].profile == "RTP/AVP")
    #expect(call.theirSession?.crypto.count == CryptoSuite.allCases.count)
    scene.world.run(for: .seconds(1))
    #expect(
      try keys(plan(of: scene).callerTransport).inbound == carol.media?.key(.aesCounter128HMAC80))
  }

  // MARK: - Handshakes

  @Test func aPhoneThatOffersAHandshakeIsAnsweredByWhoWaits() throws {
    let (scene, carol) = try scene(.handshake(), over: .udp)
    let call = carol.call("102")
    #expect(scene.world.run { call.state == .talking })
    let answer = try #require(call.theirSession)
    #expect(answer.media[0].profile == "UDP/TLS/RTP/SAVP")
    #expect(answer.value("setup") == "passive")
    #expect(answer.fingerprint?.bytes == Array(repeating: 0xAB, count: 32))
    #expect(answer.media[0].attributes.contains(SessionAttribute("rtcp-mux")))
    let transport = try plan(of: scene).callerTransport
    #expect(transport.isMultiplexed)
    let theirs = try #require(carol.media?.fingerprint)
    #expect(
      transport.protection
        == .handshake(MediaHandshake(fingerprints: [theirs], isClient: false)))
    call.hangUp()
    scene.calmDown()
  }

  @Test func whoOnlyWaitsIsBegunWith() throws {
    let (scene, carol) = try scene(.handshake(as: .passive), over: .udp)
    let call = carol.call("102")
    #expect(scene.world.run { call.state == .talking })
    #expect(call.theirSession?.value("setup") == "active")
    guard case .handshake(let handshake) = try plan(of: scene).callerTransport.protection else {
      Issue.record("no handshake")
      return
    }
    #expect(handshake.isClient)
  }

  @Test func aPhoneThatRefusesKeysInDescriptionsIsOfferedAHandshake() throws {
    let (scene, carol) = try scene(.handshake(seed: 8))
    let call = scene.alice.call("103")
    #expect(scene.world.run { call.state == .talking })
    let offer = try #require(carol.lastCall?.theirSession)
    #expect(offer.value("setup") == "actpass" && offer.attributes.map(\.name) == ["ice-lite"])
    let theirs = try #require(carol.media?.fingerprint)
    #expect(
      try plan(of: scene).calleeTransport.protection
        == .handshake(MediaHandshake(fingerprints: [theirs], isClient: false)))
    call.hangUp()
    scene.calmDown()
  }

  @Test func aPhoneMayHeedTheCertificateBesideTheKeys() throws {
    var media = PartyMedia.handshake(seed: 8)
    media.takes = [.secure]
    let (scene, carol) = try scene(media)
    let call = scene.alice.call("103")
    #expect(scene.world.run { call.state == .talking })
    #expect(carol.calls.count == 1)
    let theirs = try #require(media.fingerprint)
    #expect(
      try plan(of: scene).calleeTransport.protection
        == .handshake(MediaHandshake(fingerprints: [theirs], isClient: false)))
  }

  @Test func aPhoneThatAnswersWithoutAWordOfProtectionSpeaksInTheClear() throws {
    let (scene, carol) = try scene(nil)
    let call = scene.alice.call("103")
    #expect(scene.world.run { call.state == .talking })
    #expect(carol.calls.count == 1)
    #expect(try plan(of: scene).calleeTransport == .plain)
    call.hangUp()
    scene.calmDown()
  }

  @Test func aPhoneThatAnswersWithAKeyOfItsOwnKindIsNoParty() throws {
    var media = PartyMedia(suites: [])
    media.others = [SessionAttribute("crypto", "1 AES_CM_128_HMAC_SHA1_96 inline:AAAA")]
    let (scene, carol) = try scene(media)
    let call = scene.alice.call("103")
    #expect(scene.world.run { call.finalStatus == 488 })
    scene.world.run(for: .seconds(1))
    #expect(carol.lastCall?.state == .ended)
    scene.calmDown()
  }

  @Test func whatAHandshakeBroughtOutlivesTheProcess() throws {
    let (scene, carol) = try scene(.handshake(), over: .udp)
    let call = carol.call("102")
    #expect(
      scene.world.run { call.state == .talking && scene.bob.lastCall?.isAcknowledged == true })
    let id = try plan(of: scene).id
    let keys = MediaKeys(
      inbound: try #require(PartyMedia(seed: 1).key(.aesGCM256)),
      outbound: try #require(PartyMedia(seed: 2).key(.aesGCM256)))
    scene.world.perform(
      scene.world.exchange.mediaSecured(id, side: .caller, keys: keys, at: scene.world.now))
    scene.world.die()
    scene.world.run(for: .seconds(1))
    guard case .handshake(let handshake) = try plan(of: scene).callerTransport.protection else {
      Issue.record("no handshake")
      return
    }
    #expect(handshake.keys == keys)
    // A hold afterwards asks for no other handshake.
    call.offer(direction: "sendonly")
    #expect(scene.world.run { call.renegotiations == [200] })
    #expect(call.theirSession?.value("setup") == "passive")
    #expect(try plan(of: scene).callerTransport.protection == .handshake(handshake))
    call.hangUp()
    scene.calmDown()
  }

  @Test func keysInDescriptionsOutliveTheProcess() throws {
    let (scene, carol) = try scene(PartyMedia(seed: 5))
    let call = carol.call("102")
    #expect(
      scene.world.run { call.state == .talking && scene.bob.lastCall?.isAcknowledged == true })
    let before = try plan(of: scene)
    scene.world.die()
    scene.world.run(for: .seconds(1))
    #expect(try plan(of: scene).callerTransport == before.callerTransport)
  }

  // MARK: - Checks of the way

  private let fragment = SessionAttribute("ice-ufrag", "8hhY")
  private let password = SessionAttribute("ice-pwd", "asd88fgpdd777uzjYhagZg")

  @Test func aPhoneThatChecksTheWayIsToldWhereWeAreAndHowToAsk() throws {
    var media = PartyMedia.plain
    media.others = [fragment, password]
    let (scene, carol) = try scene(media, over: .udp)
    let call = carol.call("102")
    #expect(scene.world.run { call.state == .talking })
    let answer = try #require(call.theirSession)
    let plan = try plan(of: scene)
    let connectivity = try #require(plan.callerTransport.connectivity)
    #expect(connectivity.theirFragment == "8hhY")
    #expect(answer.attributes.map(\.name) == ["ice-lite"])
    #expect(answer.value("ice-ufrag") == connectivity.ours.fragment)
    #expect(answer.value("ice-pwd") == connectivity.ours.password)
    #expect(
      answer.value("candidate")
        == "1 1 UDP 2130706431 \(plan.callerLocal.address) \(plan.callerLocal.port) typ host")
    #expect(answer.media[0].attributes.count { $0.name == "candidate" } == 2)
    #expect(scene.bob.lastCall?.theirSession?.attributes == [])

    // Another name of the party's begins all anew (RFC 8445 section 9).
    carol.media?.others = [SessionAttribute("ice-ufrag", "9uB6"), password]
    scene.world.run(for: .seconds(1))
    call.offer()
    #expect(scene.world.run { call.renegotiations == [200] })
    let renewed = try #require(try self.plan(of: scene).callerTransport.connectivity)
    #expect(renewed.theirFragment == "9uB6")
    #expect(renewed.ours.fragment != connectivity.ours.fragment)
    #expect(renewed.ours.password != connectivity.ours.password)
    call.hangUp()
    scene.calmDown()
  }

  @Test func aPhoneThatHidesItsAddressBehindItsChecksDoesNotHold() throws {
    var media = PartyMedia.plain
    media.others = [fragment, password]
    let (scene, carol) = try scene(media, over: .udp)
    let call = carol.call("102") { request in
      guard case .session(var offer) = request.body else { return }
      offer.connection = .v4(0)
      request.body = .session(offer)
    }
    #expect(scene.world.run { call.state == .talking })
    #expect(scene.bob.lastCall?.theirSession?.directions == ["sendrecv"])
  }
}
