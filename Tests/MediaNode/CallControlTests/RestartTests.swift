import NodeContract
import SIP
import Testing

@testable import CallControl

/// A node whose process was started again knows what a replica remembers of it.
@Suite struct NodesThatStartAgain {
  /// The world of the next process, with the same people in it.
  private func restarted(_ scene: Scene, seed: UInt64 = 7) -> World {
    let world = World(seed: seed)
    for party in [scene.alice, scene.bob, scene.carrier] { world.add(party) }
    world.perform(world.exchange.restore(scene.world.bindingChanges, at: world.now))
    let remembered = scene.world.remembered.values.sorted { $0.key.localTag < $1.key.localTag }
    world.perform(world.exchange.restore(remembered, at: world.now))
    return world
  }

  private func watching(_ scene: Scene) throws -> Watch {
    let watch = Watch(scene.alice, "102")
    #expect(scene.world.run { watch.notifies.count == 1 })
    scene.world.run(for: .seconds(1))
    return watch
  }

  @Test func lampsGoOnWhereTheyWere() throws {
    let scene = try Scene()
    let watch = try watching(scene)
    let world = restarted(scene)
    #expect(world.exchange.census.subscriptions == 1)
    // The watcher hears at once how things are.
    #expect(world.run { watch.notifies.count == 2 })
    let numbers = watch.notifies.map(\.headers.cseq.number)
    #expect(numbers[1] > numbers[0])
    world.run(for: .seconds(1))
    let call = scene.carrier.call("+442079460102")
    #expect(world.run { call.state == .talking })
    world.run(for: .seconds(1))
    #expect(watch.states.last == ["confirmed"])
    watch.refresh(expires: 0)
    world.run(for: .seconds(1))
    #expect(watch.subscriptionStates.last == "terminated;reason=timeout")
    #expect(world.remembered.isEmpty)
  }

  @Test func aWatcherThatWasToldManyThingsIsStillToldInOrder() throws {
    let scene = try Scene()
    let watch = try watching(scene)
    for _ in 0..<40 {
      let call = scene.carrier.call("+442079460102")
      scene.world.run { call.state == .talking }
      scene.world.run(for: .seconds(1))
      call.hangUp()
      scene.world.run(for: .seconds(1))
    }
    let last = try #require(watch.notifies.last?.headers.cseq.number)
    #expect(last > 100)
    let world = restarted(scene)
    #expect(world.run { watch.notifies.last?.headers.cseq.number ?? 0 > last })
    let versions = watch.documents.suffix(2).compactMap { document in
      document.firstMatch(of: /version="(\d+)"/).flatMap { UInt32($0.1) }
    }
    #expect(versions.count == 2 && versions[0] < versions[1])
  }

  @Test func aWatcherWhoseNodeDiesAgainIsStillToldInOrder() throws {
    let scene = try Scene()
    let watch = try watching(scene)
    for _ in 1...3 {
      let call = scene.carrier.call("+442079460102")
      #expect(scene.world.run { call.state == .talking })
      scene.world.run(for: .seconds(1))
      #expect(watch.states.last == ["confirmed"])
      scene.world.die()
      scene.world.run(for: .seconds(2))
      call.hangUp()
      scene.world.run(for: .seconds(2))
      #expect(watch.states.last == ["terminated"])
    }
    let numbers = watch.notifies.map(\.headers.cseq.number)
    #expect(numbers == numbers.sorted() && Set(numbers).count == numbers.count, "\(numbers)")
  }

  @Test func itLastsNoLongerThanItsWatcherWasTold() throws {
    let scene = try Scene()
    let watch = Watch(scene.alice, "102", expires: "600")
    #expect(scene.world.run { watch.notifies.count == 1 })
    var change = try #require(scene.world.remembered.values.first)
    change.expiresIn = .seconds(100)
    let world = World(seed: 7)
    world.add(scene.alice)
    world.perform(world.exchange.restore([change], at: world.now))
    world.run(for: .seconds(99))
    #expect(world.exchange.census.subscriptions == 1)
    world.run(for: .seconds(5))
    #expect(world.exchange.census.subscriptions == 0)
    #expect(watch.subscriptionStates.last == "terminated;reason=timeout")
  }

  @Test func whatIsOverIsNotRemembered() throws {
    let scene = try Scene()
    let watch = try watching(scene)
    #expect(scene.world.remembered.count == 1)
    watch.refresh(expires: 0)
    scene.world.run(for: .seconds(1))
    #expect(scene.world.remembered.isEmpty)
    let second = try watching(scene)
    scene.alice.isUnplugged = true
    let call = scene.carrier.call("+442079460102")
    scene.world.run(for: .seconds(60))
    #expect(scene.world.remembered.isEmpty, "\(second.notifies.count)")
    call.hangUp()
  }

  @Test func aLookIsNotRemembered() throws {
    let scene = try Scene()
    let watch = Watch(scene.alice, "102", expires: "0")
    #expect(scene.world.run { watch.notifies.count == 1 })
    scene.world.run(for: .seconds(1))
    #expect(scene.world.remembered.isEmpty)
  }

  @Test func whatNobodyMayWatchAnyMoreIsNotRestored() throws {
    let scene = try Scene()
    _ = try watching(scene)
    let world = World(seed: 7)
    world.change { $0.extensions.removeAll { $0.number == "102" } }
    let changes = Array(scene.world.remembered.values)
    world.perform(world.exchange.restore(changes, at: world.now))
    #expect(world.exchange.census.subscriptions == 0)
  }

  @Test func anotherNodesAddressIsLeftAlone() throws {
    let scene = try Scene()
    _ = try watching(scene)
    let world = World(seed: 7)
    world.perform(world.exchange.release(Fixture.phonesAddress, at: world.now))
    let actions = world.exchange.restore(Array(scene.world.remembered.values), at: world.now)
    #expect(actions.isEmpty)
    #expect(world.exchange.census.subscriptions == 0)
  }

  @Test func garbageIsForgottenAndSaidToBeGone() throws {
    let scene = try Scene()
    _ = try watching(scene)
    var change = try #require(scene.world.remembered.values.first)
    for length in [0, 1, change.contents.count / 2, change.contents.count - 1] {
      var broken = change
      broken.contents = Array(change.contents.prefix(length))
      let world = World(seed: 7)
      let actions = world.exchange.restore([broken], at: world.now)
      broken.expiresIn = .zero
      broken.contents = []
      #expect(actions == [.subscriptionChanged(broken)])
    }
    change.key = .init(callID: "another", localTag: "t")
    let world = World(seed: 7)
    #expect(world.exchange.restore([change], at: world.now).count == 1)
    #expect(world.exchange.census.subscriptions == 0)
  }

  @Test func beyondTheLimitTheyBeginAnew() throws {
    let scene = try Scene()
    _ = try watching(scene)
    var limits = ExchangeLimits()
    limits.subscriptions = 0
    let world = World(limits: limits, seed: 7)
    world.perform(world.exchange.restore(Array(scene.world.remembered.values), at: world.now))
    #expect(world.exchange.census.subscriptions == 0)
  }

  @Test func watchersAreToldInTurnRatherThanAllAtOnce() throws {
    let scene = try Scene()
    let watches = try (0..<20).map { _ in try watching(scene) }
    let world = restarted(scene)
    #expect(world.exchange.census.subscriptions == 20)
    world.run(for: .milliseconds(20))
    let soon = world.count { $0.isRequest(.notify) }
    #expect((5...12).contains(soon), "\(soon)")
    world.run(for: .milliseconds(100))
    #expect(watches.allSatisfy { $0.notifies.count == 2 })
  }

  // MARK: - Bindings

  @Test func whoCameByAConnectionIsGoneUntilItComesAgain() throws {
    let scene = try Scene()
    let carol = try scene.device("103", at: "127.0.5.5:5065", over: .tcp)
    #expect(scene.world.bindingChanges.last?.transport == .tcp)
    let watch = Watch(carol, "102")
    #expect(scene.world.run { watch.notifies.count == 1 })
    let world = restarted(scene)
    world.add(carol)
    #expect(world.exchange.census.bindings == 2)
    #expect(world.exchange.census.subscriptions == 0)
    #expect(world.bindingChanges.last?.contact == carol.contact.uri.description)
    #expect(world.bindingChanges.last?.expiresIn == .zero)
    let call = scene.alice.call("103")
    #expect(world.run { call.finalStatus == 480 })
    var status: Int?
    carol.register { status = $0?.status }
    #expect(world.run { status == 200 })
    let again = scene.alice.call("103")
    #expect(world.run { again.state == .talking })
  }

  @Test func whoCameBackBeforeTheReplicaSpokeIsNotSaidToBeGone() throws {
    let scene = try Scene()
    scene.bob.transport = .tcp
    try scene.register(scene.bob)
    let old = try #require(scene.world.bindingChanges.last)
    let world = World(seed: 7)
    world.add(scene.bob)
    var status: Int?
    scene.bob.register { status = $0?.status }
    #expect(world.run { status == 200 })
    #expect(world.exchange.restore([old], at: world.now).isEmpty)
    #expect(world.exchange.census.bindings == 1)
  }

  @Test func howMuchADeviceLikesToBeAskedIsRemembered() throws {
    let scene = try Scene()
    let later = Party("102", at: "127.0.5.3:5063")
    scene.world.add(later)
    var contact = later.contact
    contact.parameters["q"] = "0.3"
    var status: Int?
    later.register(contacts: .addresses([contact])) { status = $0?.status }
    #expect(scene.world.run { status == 200 })
    let world = restarted(scene)
    world.add(later)
    let call = scene.alice.call("102")
    #expect(world.run { call.state == .talking })
    #expect(later.calls.isEmpty)
  }
}
