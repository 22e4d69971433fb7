import NodeContract
import SIP
import Testing

@testable import CallControl

@Suite("Phones with two flows")
struct OutboundTests {
  private static let instance = "<urn:uuid:00000000-0000-1000-8000-AABBCCDDEEFF>"

  /// Bob's phone keeps two flows, to two of our addresses; the second was refreshed last.
  private struct TwoFlows {
    let scene: Scene
    let first = Party("103", at: "127.0.5.31:5071")
    let second = Party("103", at: "127.0.5.31:5072", server: Fixture.otherPhones)

    init() throws {
      scene = try Scene()
      let world = scene.world
      world.perform(
        world.exchange.adopt(Fixture.otherPhonesAddress, epoch: Fixture.epoch, at: world.now))
      for (number, flow) in [(1, first), (2, second)] {
        world.add(flow)
        let answer = try #require(register(flow, number, in: world))
        #expect(answer.status == 200)
      }
    }
  }

  private static func contact(of party: Party, number: Int?, expires: Int? = nil) -> NameAddress {
    var contact = NameAddress(
      uri: SIPURI(user: party.number, host: "10.0.0.5"),
      parameters: [SIPParameter("+sip.instance", instance)])
    contact.parameters["reg-id"] = number.map { "\($0)" }
    contact.parameters["expires"] = expires.map { "\($0)" }
    return contact
  }

  @discardableResult
  private static func register(
    _ party: Party, _ number: Int?, expires: Int? = nil, supported: String? = "path, outbound",
    in world: World, change: (inout SIPRequest) -> Void = { _ in }
  ) -> SIPResponse? {
    var answer: SIPResponse?
    party.register(
      contacts: .addresses([contact(of: party, number: number, expires: expires)]),
      change: {
        $0.headers["Supported"] = supported
        change(&$0)
      }, then: { answer = $0 })
    world.run(within: .seconds(40)) { answer != nil }
    return answer
  }

  @Test("Two flows of one phone are two bindings, and the phone is told that we keep both")
  func bothFlowsAreBound() throws {
    let flows = try TwoFlows()
    let world = flows.scene.world
    #expect(world.exchange.census.bindings == 4)
    let answer = try #require(Self.register(flows.second, 2, in: world))
    #expect(answer.headers.values(of: "Require") == ["outbound"])
    #expect(answer.headers.lists("outbound", in: "Supported"))
    #expect(answer.headers["Flow-Timer"] == "120")
    #expect(answer.headers["Service-Route"] == "<sip:127.0.1.2:5060;lr>")
    let listed = answer.headers.contacts.addresses
    #expect(listed.map { $0.parameters["reg-id"] } == ["1", "2"])
    #expect(listed.allSatisfy { $0.parameters["+sip.instance"] == Self.instance })
    #expect(world.exchange.census.bindings == 4, "a refresh of a flow is no new one")
  }

  @Test("A call rings a phone with two flows once")
  func oneFlowIsUsed() throws {
    let flows = try TwoFlows()
    let call = flows.scene.alice.call("103")
    #expect(flows.scene.world.run { call.state == .talking })
    #expect(flows.second.calls.count == 1 && flows.first.calls.isEmpty)
    call.hangUp()
    flows.scene.calmDown()
  }

  @Test("When the first flow tried answers 430 the other is used, and the dead one forgotten")
  func aFailedFlowIsReplaced() throws {
    let flows = try TwoFlows()
    flows.second.habit = .refuse(430)
    let call = flows.scene.alice.call("103")
    let world = flows.scene.world
    #expect(world.run(within: .seconds(3)) { call.state == .talking })
    #expect(flows.first.calls.count == 1)
    #expect(world.exchange.census.bindings == 3)
    #expect(world.bindingChanges.last?.registration == 2)
    #expect(world.bindingChanges.last?.expiresIn == .zero)
    call.hangUp()
    #expect(world.run { flows.first.lastCall?.state == .ended })
    flows.scene.calmDown()
    #expect(world.outcomes(of: "103") == [.answered], "one leg, whatever the way")
  }

  @Test("When the first flow tried is silent the other is used before the caller loses patience")
  func aSilentFlowIsReplaced() throws {
    let flows = try TwoFlows()
    flows.second.isUnplugged = true
    let call = flows.scene.alice.call("103")
    #expect(flows.scene.world.run(within: .seconds(6)) { call.state == .talking })
    #expect(flows.first.lastCall?.isAcknowledged == true)
    call.hangUp()
    flows.scene.calmDown()
  }

  @Test("A phone that answers over the flow that was given up is hung up, not heard twice")
  func aLateAnswerIsEnded() throws {
    let flows = try TwoFlows()
    let world = flows.scene.world
    // Nothing comes back from the second flow until the first has answered.
    flows.second.habit = .answer(after: .zero)
    flows.second.isUnplugged = true
    let call = flows.scene.alice.call("103")
    #expect(
      world.run(within: .seconds(4)) { flows.second.requests.isEmpty && call.state == .calling })
    world.run(for: .seconds(4))
    flows.second.isUnplugged = false
    #expect(world.run { call.state == .talking })
    world.run(for: .seconds(40))
    #expect(call.state == .talking)
    #expect(flows.second.calls.allSatisfy { $0.state == .ended })
    call.hangUp()
    flows.scene.calmDown()
  }

  @Test("Both flows dead: the phone is offline, in time")
  func bothFlowsDead() throws {
    let flows = try TwoFlows()
    flows.first.habit = .refuse(430)
    flows.second.habit = .refuse(430)
    let call = flows.scene.alice.call("103")
    #expect(flows.scene.world.run(within: .seconds(3)) { call.state == .ended })
    #expect(call.finalStatus == CallOutcome.offline.sipStatus)
    #expect(flows.scene.world.exchange.census.bindings == 2)
    flows.scene.calmDown()
  }

  @Test("A call survives the release of the address that its phone was tried over in vain")
  func theAbandonedAddressDoesNotMatter() throws {
    let flows = try TwoFlows()
    flows.second.habit = .refuse(430)
    let call = flows.scene.alice.call("103")
    let world = flows.scene.world
    #expect(world.run { call.state == .talking })
    world.perform(world.exchange.release(Fixture.otherPhonesAddress, at: world.now))
    #expect(call.state == .talking)
    call.hangUp()
    flows.scene.calmDown()
  }

  @Test("One flow signs off, the other stays")
  func oneFlowLeaves() throws {
    let flows = try TwoFlows()
    let world = flows.scene.world
    #expect(Self.register(flows.first, 1, expires: 0, in: world)?.status == 200)
    #expect(world.exchange.census.bindings == 3)
    #expect(world.bindingChanges.last?.registration == 1)
  }

  @Test("Flows come back after a restart")
  func flowsAreRestored() throws {
    let flows = try TwoFlows()
    let world = World()
    world.perform(
      world.exchange.adopt(Fixture.otherPhonesAddress, epoch: Fixture.epoch, at: world.now))
    for party in [flows.first, flows.second] { world.add(party) }
    let alice = Party("101", at: "127.0.5.1:5061")
    world.add(alice)
    world.perform(world.exchange.restore(flows.scene.world.bindingChanges, at: world.now))
    #expect(world.exchange.census.bindings == 4)
    flows.first.habit = .refuse(430)
    flows.second.habit = .refuse(430)
    let call = alice.call("103")
    #expect(world.run { call.state == .ended })
    #expect(flows.first.calls.count == 1 && flows.second.calls.count == 1)
  }

  @Test("A reg-id means nothing without Outbound, and a device that keeps one flow has one binding")
  func withoutOutbound() throws {
    let world = World()
    let phone = Party("103", at: "127.0.5.31:5071")
    world.add(phone)
    let answer = try #require(Self.register(phone, 1, supported: nil, in: world))
    #expect(answer.status == 200)
    #expect(answer.headers["Require"] == nil && answer.headers["Flow-Timer"] == nil)
    Self.register(phone, 2, supported: nil, in: world) { request in
      request.headers.contacts = .addresses([
        NameAddress(
          uri: SIPURI(user: "103", host: "10.0.0.5", port: 6000),
          parameters: [SIPParameter("+sip.instance", Self.instance)])
      ])
    }
    #expect(world.exchange.census.bindings == 1, "it came back with another port")
    #expect(world.bindingChanges.map(\.expiresIn) == [.seconds(3600), .zero, .seconds(3600)])
  }

  @Test("A first hop that cannot keep flows is named", arguments: [(nil, 439), (";ob", 200)])
  func firstHop(flag: String?, status: Int) throws {
    let world = World()
    let phone = Party("103", at: "127.0.5.31:5071")
    world.add(phone)
    let answer = Self.register(phone, 1, in: world) { request in
      request.headers.vias = [Via(transport: "UDP", host: "10.0.0.5")]
      request.headers["Path"] = "<sip:edge.example.net;lr\(flag ?? "")>"
    }
    #expect(answer?.status == status)
    #expect(answer?.status != 439 || world.exchange.census.bindings == 0)
  }

  @Test("A flow is registered alone, under a number that is one")
  func malformedWishes() throws {
    let world = World()
    let phone = Party("103", at: "127.0.5.31:5071")
    world.add(phone)
    for number in ["0", "-1", "x", "4294967296", "2147483648"] {
      let answer = Self.register(phone, 1, in: world) { request in
        var contact = Self.contact(of: phone, number: nil)
        contact.parameters["reg-id"] = number
        request.headers.contacts = .addresses([contact])
      }
      #expect(answer?.status == 400, "\(number)")
    }
    let answer = Self.register(phone, 1, in: world) { request in
      request.headers.contacts = .addresses(
        [1, 2].map { Self.contact(of: phone, number: $0) })
    }
    #expect(answer?.status == 400)
    #expect(world.exchange.census.bindings == 0)
  }

  @Test("What a phone may require of a registrar it gets, anything else is named")
  func requirements() throws {
    let world = World()
    let phone = Party("103", at: "127.0.5.31:5071")
    world.add(phone)
    #expect(
      Self.register(phone, 1, in: world) { $0.headers["Require"] = "outbound, Path" }?.status
        == 200)
    let answer = Self.register(phone, 1, in: world) { $0.headers["Require"] = "path, gruu" }
    #expect(answer?.status == 420)
    #expect(answer?.headers["Unsupported"] == "gruu")
  }
}

@Suite("Phones behind proxies")
struct PathTests {
  @Test("The path is stored, returned, and taken by calls")
  func path() throws {
    let scene = try Scene()
    let phone = Party("103", at: "127.0.5.31:5071")
    scene.world.add(phone)
    var answer: SIPResponse?
    let path = ["<sip:edge.example.net;lr>, <sip:inner.example.net;lr>", "<sip:10.0.0.1;lr>"]
    phone.register(
      change: { $0.headers.others += path.map { HeaderField("Path", $0) } },
      then: { answer = $0 })
    scene.world.run { answer != nil }
    #expect(answer?.status == 200)
    #expect(answer?.headers.values(of: "Path") == path)
    let call = scene.alice.call("103")
    #expect(scene.world.run { call.state == .talking })
    #expect(
      phone.requests.first?.headers.routes.map(\.description) == [
        "<sip:edge.example.net;lr>", "<sip:inner.example.net;lr>", "<sip:10.0.0.1;lr>",
      ])
    #expect(scene.world.bindingChanges.last?.path.count == 3)
    call.hangUp()
    scene.calmDown()
  }

  @Test("A path without end, or that is none, is refused", arguments: ["<sip:a;lr", "many"])
  func badPaths(path: String) throws {
    let scene = try Scene()
    var answer: SIPResponse?
    let text =
      path == "many" ? (0..<9).map { "<sip:p\($0);lr>" }.joined(separator: ",") : path
    scene.alice.register(change: { $0.headers["Path"] = text }, then: { answer = $0 })
    scene.world.run { answer != nil }
    #expect(answer?.status == 400)
  }
}

@Suite("What a registration costs")
struct RegistrationSizeTests {
  @Test("A binding stays small")
  func size() {
    #expect(MemoryLayout<Binding>.stride <= 240, "\(MemoryLayout<Binding>.stride)")
  }

  @Test("A thousand phones of one kind share its name")
  func sharedNames() throws {
    var limits = ExchangeLimits()
    limits.userAgents = 2
    var registrar = Registrar(limits: limits)
    for index in 0..<10 {
      let key = BindingKey(
        tenant: Fixture.tenant, extension: ExtensionID(UUIDv7(high: 1, low: UInt64(index))))
      let source = Registrar.Source(
        flow: Flow(local: Fixture.phones, remote: Fixture.carrier),
        address: Fixture.phonesAddress, userAgent: "A phone with a long name, \(index % 4)",
        order: RegisterOrder(callID: "\(index)", sequence: 1))
      let contact = RegistrationWish.Contact(
        uri: SIPURI(host: "a.example"), preference: 1000, lifetime: .seconds(60))
      _ = try registrar.apply(
        .update([contact]), to: key, from: source, at: BootInstant(nanoseconds: 0))
      #expect(registrar.bindings(of: key).first?.userAgent == source.userAgent)
    }
    #expect(registrar.count == 10)
  }
}
