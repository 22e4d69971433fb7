import NodeContract
import SIP
import Testing

@testable import CallControl

extension Scene {
  /// A carrier that knows us by a password.
  init(account password: String?, registrar: String? = nil, door: CarrierDoor?) throws {
    try self.init()
    world.change {
      $0.trunks[0].account = TrunkAccount(
        username: "tandem", realm: "carrier.example",
        credentials: password.map { CarrierDoor.credentials("tandem", "carrier.example", $0) }
          ?? [],
        registrar: registrar)
    }
    carrier.door = door
  }
}

@Suite("Carriers that want a password")
struct TrunkPasswordTests {
  @Test(
    "Calls, hold and hanging up are proven, whether a server or a proxy asks",
    arguments: [401, 407])
  func everythingIsProven(status: Int) throws {
    let door = CarrierDoor()
    door.status = status
    let scene = try Scene(account: "open", door: door)
    let call = scene.alice.call("07700900123")
    #expect(scene.world.run { call.state == .talking })
    #expect(door.challenges == 1)
    call.offer(direction: "sendonly")
    #expect(scene.world.run { call.renegotiations == [200] })
    call.hangUp()
    #expect(scene.world.run { scene.carrier.lastCall?.state == .ended })
    #expect(door.challenges == 1, "what follows brings its credentials along")
    #expect(door.shown.map { $0.quality?.count } == [1, 2, 3])
    #expect(door.shown.allSatisfy { $0.algorithm == .sha256 && $0.username == "tandem" })
    scene.calmDown()
    #expect(scene.world.carrierFacts.compactMap(\.outcome) == [.answered])
  }

  @Test("The ACK of a proven call is proven too")
  func acknowledgementsAreProven() throws {
    let door = CarrierDoor()
    door.status = 407
    let scene = try Scene(account: "open", door: door)
    let call = scene.alice.call("07700900123")
    #expect(scene.world.run { scene.carrier.lastCall?.isAcknowledged == true })
    let acks = scene.world.sent(to: scene.carrier).filter { $0.isRequest(.ack) }
    #expect(acks.last?.headers["Proxy-Authorization"] != nil)
    call.hangUp()
    scene.calmDown()
  }

  @Test("Of a call that is over only the BYE is proven, so that nothing overtakes it")
  func onlyTheByeIsProvenAfterTheEnd() throws {
    let door = CarrierDoor()
    door.methods = [.info, .bye]
    let scene = try Scene(account: "open", door: door)
    let call = scene.alice.call("07700900123")
    try #require(scene.world.run { call.state == .talking })
    scene.world.run(for: .seconds(1))
    call.send(.info, body: .other(contentType: "text/plain", bytes: [33])) { _ in }
    call.hangUp()
    #expect(scene.world.run { scene.carrier.lastCall?.state == .ended })
    scene.calmDown()
    #expect(door.challenges == 2)
    #expect(scene.carrier.requests.filter { $0.method == .info }.count == 1)
    #expect(scene.carrier.requests.filter { $0.method == .bye }.count == 2)
  }

  @Test("A carrier that asks only within the call is answered there")
  func challengesWithinTheCall() throws {
    let door = CarrierDoor()
    door.methods = [.bye]
    let scene = try Scene(account: "open", door: door)
    let call = scene.alice.call("07700900123")
    #expect(scene.world.run { call.state == .talking })
    call.offer(direction: "sendonly")
    #expect(scene.world.run { call.renegotiations == [200] })
    call.hangUp()
    #expect(scene.world.run { scene.carrier.lastCall?.state == .ended })
    #expect(door.challenges == 1)
    scene.calmDown()
  }

  @Test("A re-INVITE that is challenged is made again, and its ACK fits")
  func renegotiationsAreProven() throws {
    let door = CarrierDoor()
    door.methods = []
    let scene = try Scene(account: "open", door: door)
    let call = scene.alice.call("07700900123")
    #expect(scene.world.run { call.state == .talking })
    door.methods = [.invite]
    for hold in [true, false, true] {
      call.offer(direction: hold ? "sendonly" : "sendrecv")
      let count = call.renegotiations.count
      #expect(scene.world.run { call.renegotiations.count == count + 1 })
    }
    #expect(call.renegotiations == [200, 200, 200])
    call.hangUp()
    scene.calmDown()
  }

  @Test("An old nonce costs one more round, not the call")
  func staleNonces() throws {
    let door = CarrierDoor(nonceLifetime: .seconds(10))
    let scene = try Scene(account: "open", door: door)
    let call = scene.alice.call("07700900123")
    #expect(scene.world.run { call.state == .talking })
    scene.world.run(for: .seconds(60))
    call.hangUp()
    #expect(scene.world.run { scene.carrier.lastCall?.state == .ended })
    #expect(door.challenges == 2)
    let again = scene.alice.call("07700900123")
    #expect(scene.world.run { again.state == .talking })
    again.hangUp()
    scene.calmDown()
  }

  @Test("A carrier with an old algorithm only is answered by it")
  func oldAlgorithm() throws {
    let door = CarrierDoor(algorithms: [.md5])
    let scene = try Scene(account: "open", door: door)
    let call = scene.alice.call("07700900123")
    #expect(scene.world.run { call.state == .talking })
    #expect(door.shown.allSatisfy { $0.algorithm == .md5 })
    call.hangUp()
    scene.calmDown()
  }

  @Test("A wrong password ends the call as the carrier's refusal, after few tries")
  func wrongPassword() throws {
    let door = CarrierDoor()
    let scene = try Scene(account: "wrong", door: door)
    let call = scene.alice.call("07700900123")
    #expect(scene.world.run { call.state == .ended })
    #expect(scene.carrier.requests.count { $0.method == .invite } <= 3)
    scene.calmDown()
  }

  @Test("Whoever asks for a realm that is not the account's gets nothing")
  func otherRealms() throws {
    let door = CarrierDoor(realm: "phisher.example")
    let scene = try Scene(account: "open", door: door)
    let call = scene.alice.call("07700900123")
    #expect(scene.world.run { call.state == .ended })
    #expect(door.shown.isEmpty && door.challenges == 1)
    #expect(scene.world.notes.contains { $0.level == .warning })
    scene.calmDown()
  }

  @Test("A phone that asks for the carrier's password gets nothing")
  func phonesAreNotAnswered() throws {
    let door = CarrierDoor()
    let scene = try Scene(account: "open", door: nil)
    scene.bob.door = door
    let call = scene.alice.call("102")
    #expect(scene.world.run { call.state == .ended })
    #expect(door.shown.isEmpty && door.challenges == 1)
    scene.calmDown()
  }

  @Test("A dialog that leads to another address than the carrier's is not followed by our password")
  func otherAddresses() throws {
    let door = CarrierDoor()
    let scene = try Scene(account: "open", door: door)
    let call = scene.alice.call("07700900123")
    #expect(scene.world.run { call.state == .talking })
    var credentials = TrunkCredentials(hashing: NoHashing())
    var challenge = scene.carrier.requests[0].response(401)
    challenge.headers["WWW-Authenticate"] =
      DigestChallenge(realm: "carrier.example", nonce: "n", algorithm: .md5).description
    let trunk = try #require(
      scene.world.exchange.directory[Fixture.tenant]?.snapshot.trunks.first)
    let elsewhere = Flow(local: Fixture.trunks, remote: Fixture.endpoint("127.0.9.77:5060"))
    let isTakenElsewhere = credentials.take(challenge, from: trunk, over: elsewhere)
    #expect(!isTakenElsewhere)
    let home = Flow(local: Fixture.trunks, remote: Fixture.endpoint("127.0.9.9:5999"))
    let isTakenAtHome = credentials.take(challenge, from: trunk, over: home)
    #expect(isTakenAtHome)
    call.hangUp()
    scene.calmDown()
  }
}

/// Hashes nothing.
private struct NoHashing: Hashing {
  func md5(_ message: [UInt8]) -> [UInt8] { [] }
  func sha256(_ message: [UInt8]) -> [UInt8] { [] }
  func hmacSHA256(key: [UInt8], _ message: [UInt8]) -> [UInt8] { [] }
}

@Suite("Carriers that prove who they are")
struct TrunkVisitorTests {
  private func scene() throws -> (Scene, Party) {
    let scene = try Scene()
    scene.world.change {
      $0.trunks[0].visitor = TrunkVisitor(
        username: "carrier",
        credentials: CarrierDoor.credentials(
          "carrier", Fixture.trunksAddress.text, Fixture.password(of: "carrier")))
    }
    let elsewhere = Party("carrier", at: "127.0.77.7:5060", server: Fixture.trunks)
    scene.world.add(elsewhere)
    return (scene, elsewhere)
  }

  @Test("A carrier may call from anywhere with its password")
  func fromAnywhere() throws {
    let (scene, elsewhere) = try scene()
    let uri = SIPURI(user: "+442079460102", host: Fixture.trunks.address.description)
    var status: Int?
    elsewhere.sendWithPassword(elsewhere.request(.invite, to: uri)) { status = $0?.status }
    #expect(scene.world.run { !scene.bob.requests.isEmpty })
    #expect(elsewhere.challenges == [401])
    #expect(scene.world.run { status == 200 })
    #expect(scene.world.offers.first?.party == .trunk(Fixture.trunk))
  }

  @Test("Without it, or with a wrong one, nobody calls")
  func strangers() throws {
    let (scene, elsewhere) = try scene()
    elsewhere.password = "wrong"
    let uri = SIPURI(user: "+442079460102", host: Fixture.trunks.address.description)
    var status: Int?
    elsewhere.sendWithPassword(elsewhere.request(.invite, to: uri)) { status = $0?.status }
    #expect(scene.world.run { status == 403 })
    #expect(scene.bob.requests.isEmpty && scene.world.facts.isEmpty)
    let known = scene.carrier.call("+442079460102")
    #expect(scene.world.run { known.state == .talking }, "its own address still will do")
    known.hangUp()
    scene.calmDown()
  }
}

@Suite("Our own registration at a carrier")
struct TrunkRegistrationTests {
  /// A carrier that registers us for so long.
  private func registering(
    _ scene: Scene, expires: Int = 300, contacts: [NameAddress] = []
  ) {
    scene.carrier.registers = { request in
      var response = request.response(200, toTag: "registrar")
      var contact = request.headers.contacts.addresses[0]
      contact.parameters["expires"] = "\(expires)"
      response.headers.contacts = .addresses(contacts + [contact])
      return response
    }
  }

  private func registers(at party: Party) -> [SIPRequest] {
    party.requests.filter { $0.method == .register }
  }

  @Test("We register with our password, and again in time, for ever")
  func registersAndRefreshes() throws {
    let door = CarrierDoor()
    let scene = try Scene(account: "open", registrar: "sip:carrier.example", door: door)
    registering(scene)
    let world = scene.world
    #expect(world.run { world.exchange.census.registeredTrunks == 1 })
    let first = try #require(registers(at: scene.carrier).last)
    #expect(first.uri == SIPURI(host: "carrier.example"))
    #expect(first.headers.to.uri == SIPURI(user: "tandem", host: "carrier.example"))
    #expect(first.headers.contacts.addresses.first?.uri.host == "127.0.1.10")
    world.run(for: .seconds(3600))
    let all = registers(at: scene.carrier)
    #expect((15...30).contains(all.count), "\(all.count) in an hour, for 300 s each")
    #expect(Set(all.map(\.headers.callID)).count == 1)
    #expect(all.map(\.headers.cseq.number) == Array(1...UInt32(all.count)))
    #expect(world.exchange.census.registeredTrunks == 1)
  }

  @Test("A carrier that is down is asked less and less often, and never given up")
  func neverGivesUp() throws {
    let scene = try Scene(account: "open", registrar: "sip:carrier.example", door: nil)
    scene.carrier.registers = { $0.response(500, toTag: "down") }
    let world = scene.world
    world.run(for: .seconds(600))
    let early = registers(at: scene.carrier).count
    #expect((5...12).contains(early), "\(early)")
    world.run(for: .seconds(24 * 3600))
    let late = registers(at: scene.carrier).count - early
    #expect((288...580).contains(late), "\(late) in a day")
    #expect(world.exchange.census.registeredTrunks == 0)
    registering(scene)
    world.run(for: .seconds(301))
    #expect(world.exchange.census.registeredTrunks == 1)
  }

  @Test("A silent carrier is asked at its next address")
  func nextPeer() throws {
    let scene = try Scene(account: "open", registrar: "sip:carrier.example", door: nil)
    let other = Party("carrier", at: "127.0.9.10:5060", server: Fixture.trunks)
    scene.world.add(other)
    scene.world.change { $0.trunks[0].peers.append(other.endpoint) }
    scene.carrier.isUnplugged = true
    other.registers = { request in
      var response = request.response(200, toTag: "registrar")
      response.headers["Expires"] = "300"
      return response
    }
    let world = scene.world
    #expect(world.run(within: .seconds(45)) { world.exchange.census.registeredTrunks == 1 })
  }

  @Test("Too short a wish is made longer, a Retry-After is heeded")
  func heedsTheRegistrar() throws {
    let scene = try Scene(account: "open", registrar: "sip:carrier.example", door: nil)
    scene.carrier.registers = { request in
      var response = request.response(423, toTag: "brief")
      response.headers["Min-Expires"] = "1800"
      if request.headers["Expires"] == "1800" {
        response = request.response(503, toTag: "busy")
        response.headers["Retry-After"] = "120 (soon)"
      }
      return response
    }
    let world = scene.world
    #expect(world.run { registers(at: scene.carrier).count == 2 })
    world.run(for: .seconds(119))
    #expect(registers(at: scene.carrier).count == 2)
    world.run(for: .seconds(5))
    #expect(registers(at: scene.carrier).count == 3)
  }

  @Test("A wrong password is not tried without end")
  func wrongPassword() throws {
    let door = CarrierDoor()
    let scene = try Scene(account: "wrong", registrar: "sip:carrier.example", door: door)
    scene.world.run(for: .seconds(3600))
    #expect(registers(at: scene.carrier).count < 60)
  }

  @Test("A call to our Contact reaches the number in To, over the trunk that registered")
  func inboundCalls() throws {
    let scene = try Scene(account: "open", registrar: "sip:carrier.example", door: nil)
    registering(scene)
    let world = scene.world
    #expect(world.run { world.exchange.census.registeredTrunks == 1 })
    // Another trunk at the same carrier, which is first in every list.
    world.change {
      $0.trunks.insert(
        TrunkEntry(
          id: TrunkID(UUIDv7(high: 1, low: 99)), name: "another", address: Fixture.trunksAddress,
          peers: [Fixture.carrier]),
        at: 0)
    }
    let contact = try #require(registers(at: scene.carrier).last?.headers.contacts.addresses.first)
    var invite = scene.carrier.request(.invite, to: contact.uri)
    invite.headers.to = NameAddress(uri: SIPURI(user: "+442079460102", host: "carrier.example"))
    scene.carrier.send(invite) { _ in }
    #expect(world.run { !scene.bob.requests.isEmpty })
    #expect(world.offers.first?.party == .trunk(Fixture.trunk))
    #expect(world.offers.first?.to == "+442079460102")
  }

  @Test("A trunk that is gone says goodbye; an address that is not ours any more says nothing")
  func endings() throws {
    let scene = try Scene(account: "open", registrar: "sip:carrier.example", door: nil)
    registering(scene)
    let world = scene.world
    #expect(world.run { world.exchange.census.registeredTrunks == 1 })
    world.change { $0.trunks[0].account?.registrar = nil }
    world.run(for: .seconds(1))
    #expect(registers(at: scene.carrier).last?.headers["Expires"] == "0")
    world.change { $0.trunks[0].account?.registrar = "sip:carrier.example" }
    #expect(world.run { world.exchange.census.registeredTrunks == 1 })
    let count = registers(at: scene.carrier).count
    world.perform(world.exchange.release(Fixture.trunksAddress, at: world.now))
    world.run(for: .seconds(3600))
    #expect(registers(at: scene.carrier).count == count)
    #expect(world.exchange.census.registeredTrunks == 0)
    world.perform(
      world.exchange.adopt(Fixture.trunksAddress, epoch: Fixture.epoch, at: world.now))
    #expect(world.run { world.exchange.census.registeredTrunks == 1 })
  }

  @Test("Settings that mean nothing are tried again and again, and trap nobody")
  func badSettings() throws {
    for registrar in ["", "nonsense", "mailto:x@y", "sip:"] {
      let scene = try Scene(account: "open", registrar: registrar, door: nil)
      scene.world.run(for: .seconds(600))
      scene.world.change { $0.trunks[0].peers = [] }
      scene.world.run(for: .seconds(600))
      #expect(scene.world.exchange.census.registeredTrunks == 0)
    }
  }
}
