import NodeContract
import SIP
import Testing

@testable import CallControl

@Suite struct Registrations {
  private func world() -> (World, Party) {
    let world = World()
    let phone = Party("101", at: "127.0.5.1:5061")
    world.add(phone)
    return (world, phone)
  }

  private func register(
    _ phone: Party, in world: World, expires: Int? = nil, contacts: ContactList? = nil
  ) -> SIPResponse? {
    var answer: SIPResponse??
    phone.register(expires: expires, contacts: contacts) { answer = $0 }
    world.run { answer != nil }
    return answer ?? nil
  }

  @Test func aPhoneIsChallengedAndThenRegistered() throws {
    let (world, phone) = world()
    let answer = try #require(register(phone, in: world, expires: 600))
    #expect(answer.status == 200)
    #expect(phone.challenges == [401])
    #expect(answer.headers.contacts.addresses.first?.parameters["expires"] == "600")
    #expect(world.exchange.census.bindings == 1)
    let change = try #require(world.bindingChanges.first)
    #expect(change.extension == Fixture.extensionID("101"))
    #expect(change.source == phone.endpoint)
    #expect(change.local == Fixture.phones)
    #expect(change.expiresIn == .seconds(600))
  }

  @Test func theStrongerDigestIsOfferedFirst() throws {
    let (world, phone) = world()
    _ = register(phone, in: world)
    let challenge = try #require(
      world.sent(to: phone).first { $0.isResponse(401, to: .register) })
    let offered = challenge.headers.values(of: "WWW-Authenticate")
      .compactMap { DigestChallenge($0) }
    #expect(offered.map(\.algorithm) == [.sha256, .md5])
    #expect(offered.allSatisfy { $0.realm == Fixture.domain })
  }

  @Test func anOldPhoneRegistersWithMD5() throws {
    let (world, phone) = world()
    phone.usesMD5 = true
    #expect(register(phone, in: world)?.status == 200)
  }

  @Test func aWrongPasswordIsChallengedAndRefused() throws {
    let (world, phone) = world()
    phone.password = "wrong"
    #expect(register(phone, in: world)?.status == 403)
    #expect(phone.challenges == [401])
    #expect(world.exchange.census.bindings == 0)
  }

  @Test func anUnknownUserIsTreatedLikeAWrongPassword() throws {
    let world = World()
    let stranger = Party("999", at: "127.0.5.1:5061")
    world.add(stranger)
    #expect(register(stranger, in: world)?.status == 403)
    #expect(stranger.challenges == [401])
  }

  @Test func anUnknownDomainIsNotFoundWithoutAChallenge() throws {
    let (world, phone) = world()
    var status: Int?
    phone.send(phone.request(.register, to: SIPURI(host: "nowhere.example"))) {
      status = $0?.status
    }
    world.run { status != nil }
    #expect(status == 404)
  }

  @Test func nobodyRegistersForAnother() throws {
    let (world, phone) = world()
    var request = phone.request(.register, to: SIPURI(host: Fixture.domain))
    request.headers.to = NameAddress(uri: SIPURI(user: "102", host: Fixture.domain))
    var status: Int?
    phone.sendWithPassword(request) { status = $0?.status }
    world.run { status != nil }
    #expect(status == 403)
    #expect(world.exchange.census.bindings == 0)
  }

  @Test func tooShortARegistrationIsToldTheShortest() throws {
    let (world, phone) = world()
    let answer = try #require(register(phone, in: world, expires: 5))
    #expect(answer.status == 423)
    #expect(answer.headers["Min-Expires"] == "60")
  }

  @Test func tooLongARegistrationIsCut() throws {
    let (world, phone) = world()
    let answer = try #require(register(phone, in: world, expires: 1_000_000))
    #expect(answer.headers.contacts.addresses.first?.parameters["expires"] == "3600")
  }

  @Test func aRegistrationEndsByItself() throws {
    let (world, phone) = world()
    _ = register(phone, in: world, expires: 60)
    world.run(for: .seconds(59))
    #expect(world.exchange.census.bindings == 1)
    world.run(for: .seconds(2))
    #expect(world.exchange.census.bindings == 0)
    #expect(world.bindingChanges.last?.expiresIn == .zero)
  }

  @Test func aPhoneThatLeavesSaysSo() throws {
    let (world, phone) = world()
    _ = register(phone, in: world)
    #expect(register(phone, in: world, expires: 0)?.status == 200)
    #expect(world.exchange.census.bindings == 0)
    #expect(world.bindingChanges.last?.expiresIn == .zero)
  }

  @Test func aStarRemovesAllDevices() throws {
    let (world, phone) = world()
    let second = Party("101", at: "127.0.5.2:5062")
    world.add(second)
    _ = register(phone, in: world)
    let answer = try #require(register(second, in: world))
    #expect(answer.headers.contacts.addresses.count == 2)
    #expect(register(phone, in: world, expires: 60, contacts: .wildcard)?.status == 400)
    #expect(world.exchange.census.bindings == 2)
    #expect(register(phone, in: world, expires: 0, contacts: .wildcard)?.status == 200)
    #expect(world.exchange.census.bindings == 0)
  }

  @Test func aRegisterWithoutContactOnlyAsks() throws {
    let (world, phone) = world()
    _ = register(phone, in: world)
    let answer = try #require(register(phone, in: world, contacts: .addresses([])))
    #expect(answer.status == 200)
    #expect(answer.headers.contacts.addresses.map(\.uri) == [phone.contact.uri])
    #expect(world.bindingChanges.count == 1)
  }

  @Test func anOldRegisterDoesNotUndoANewerOne() throws {
    let key = BindingKey(tenant: Fixture.tenant, extension: Fixture.extensionID("101"))
    var registrar = Registrar(limits: ExchangeLimits())
    let now = BootInstant(nanoseconds: 0)
    func source(_ sequence: UInt32) -> Registrar.Source {
      Registrar.Source(
        flow: Flow(local: Fixture.phones, remote: Fixture.carrier),
        address: Fixture.phonesAddress, userAgent: "",
        order: RegisterOrder(callID: "one", sequence: sequence))
    }
    func wish(_ lifetime: Duration) -> RegistrationWish {
      .update([.init(uri: SIPURI(host: "a.example"), preference: 1000, lifetime: lifetime)])
    }
    _ = try registrar.apply(wish(.seconds(600)), to: key, from: source(5), at: now)
    for sequence in [UInt32(4), 5] {
      #expect(throws: RegistrationRefusal(status: 500)) {
        try registrar.apply(wish(.zero), to: key, from: source(sequence), at: now)
      }
      #expect(throws: RegistrationRefusal(status: 500)) {
        try registrar.apply(.removeAll, to: key, from: source(sequence), at: now)
      }
    }
    #expect(registrar.count == 1)
    _ = try registrar.apply(wish(.zero), to: key, from: source(6), at: now)
    #expect(registrar.count == 0)
  }

  @Test func anExtensionHasOnlySoManyDevices() throws {
    var limits = ExchangeLimits()
    limits.bindingsPerExtension = 2
    let world = World(limits: limits)
    let phones = (1...3).map { Party("101", at: "127.0.5.\($0):506\($0)") }
    for phone in phones { world.add(phone) }
    #expect(phones.map { register($0, in: world)?.status } == [200, 200, 503])
    #expect(register(phones[0], in: world)?.status == 200, "a refresh is no new device")
    #expect(world.exchange.census.bindings == 2)
  }

  @Test func callsGoWhereTheRegisterCameFrom() throws {
    let scene = try Scene()
    let behindNAT = Party("103", at: "127.0.5.9:5069")
    scene.world.add(behindNAT)
    let hidden = NameAddress(uri: SIPURI(user: "103", host: "10.0.0.5", port: 5060))
    #expect(register(behindNAT, in: scene.world, contacts: .addresses([hidden]))?.status == 200)
    let call = scene.alice.call("103")
    #expect(scene.world.run { call.state == .talking })
    #expect(behindNAT.requests.first?.uri == hidden.uri)
  }

  @Test func bindingsComeBackAfterARestart() throws {
    let before = try Scene()
    let world = World()
    let bob = Party("102", at: "127.0.5.2:5062")
    let alice = Party("101", at: "127.0.5.1:5061")
    world.add(bob)
    world.add(alice)
    world.perform(world.exchange.restore(before.world.bindingChanges, at: world.now))
    #expect(world.exchange.census.bindings == 2)
    let call = alice.call("102")
    #expect(world.run { call.state == .talking })
    // What the phone says itself is newer than what a replica remembers.
    #expect(register(bob, in: world, expires: 100)?.status == 200)
    world.perform(world.exchange.restore(before.world.bindingChanges, at: world.now))
    world.run(for: .seconds(101))
    #expect(world.exchange.census.bindings == 1)
  }

  @Test func devicesOfAnExtensionThatIsGoneEnd() throws {
    let scene = try Scene()
    var snapshot = Fixture.snapshot
    snapshot.revision = 2
    snapshot.extensions.removeAll { $0.number == "102" }
    scene.world.perform(scene.world.exchange.install(snapshot, at: scene.world.now))
    #expect(scene.world.exchange.census.bindings == 1)
    #expect(scene.world.bindingChanges.last?.extension == Fixture.extensionID("102"))
    #expect(scene.world.bindingChanges.last?.expiresIn == .zero)
    scene.world.perform(
      scene.world.exchange.removeTenant(Fixture.tenant, at: scene.world.now))
    #expect(scene.world.exchange.census.bindings == 0)
  }

  @Test func anOlderRevisionOfATenantChangesNothing() throws {
    let scene = try Scene()
    var snapshot = Fixture.snapshot
    snapshot.revision = 0
    snapshot.extensions = []
    #expect(scene.world.exchange.install(snapshot, at: scene.world.now).isEmpty)
    #expect(scene.world.exchange.census.bindings == 2)
  }
}
