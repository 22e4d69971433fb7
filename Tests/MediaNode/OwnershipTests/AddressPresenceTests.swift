import NodeContract
import Testing

@testable import Ownership

/// Which addresses stand at an interface, by a clock that the test turns.
@Suite struct AddressPresenceTests {
  private static let phones = AddressName("phones-a")!
  private static let epoch = Epoch(generation: 1, revision: 7)

  /// A node that beats every 25 ms and tells its keeper what there is to tell.
  private struct Node {
    var titles: NodeTitles
    var presence = AddressPresence()
    var now = BootInstant(nanoseconds: 1_000_000_000)
    var isReady = true
    var heard: [(at: BootInstant, word: AddressPresence.Word)] = []
    private var lastBeat: UInt64 = 0

    init() {
      titles = NodeTitles(
        policy: OwnershipPolicy(), proofs: [phones: .gatewayEcho], startedAt: now)
      live(for: .milliseconds(50))
      #expect(takeHeard() == [.drop(phones)])
    }

    mutating func live(for duration: Duration, acknowledged: Bool = false, echoed: Bool = false) {
      let end = now.advanced(by: duration)
      while now < end {
        now = now.advanced(by: .milliseconds(25))
        titles.tick(at: now)
        lastBeat = titles.beat(at: now)
        if acknowledged {
          titles.acknowledge(
            beat: lastBeat, naming: [HeldAddress(address: phones, epoch: epoch)], at: now)
        }
        if echoed { titles.prove(phones, asked: now, at: now) }
        tell()
      }
    }

    mutating func tell() {
      let words = presence.words(for: [phones], by: titles, at: now) { _ in isReady }
      heard += words.map { (now, $0) }
    }

    mutating func receive(_ verb: OwnershipOrder.Verb, _ epoch: Epoch) {
      _ = titles.receive(
        OwnershipOrder(
          id: OrderID(UUIDv7(high: 1, low: 1)), verb: verb, address: phones, epoch: epoch,
          beat: lastBeat, isPredecessorGone: true, isAcross: false), at: now)
      tell()
    }

    /// What was heard since it was asked last.
    mutating func takeHeard() -> [AddressPresence.Word] {
      defer { heard = [] }
      return heard.map(\.word)
    }

    func hold(announced: Bool) -> AddressPresence.Word {
      .hold(phones, until: now.advanced(by: AddressPresence.stay), isAnnounced: announced)
    }
  }

  private static func holder() -> Node {
    var node = Node()
    node.receive(.adopt, epoch)
    return node
  }

  @Test func anAddressThatWasNeverGivenIsNeverHeld() {
    var node = Node()
    node.live(for: .seconds(5))
    #expect(node.takeHeard() == [])
  }

  @Test func whatAnEarlierProcessLeftStandingIsDroppedByTheNextThatHasItNot() {
    var node = Self.holder()
    node.live(for: .seconds(1), acknowledged: true, echoed: true)
    // The next process, which hears of the loss before it has any evidence.
    node.presence = AddressPresence()
    _ = node.takeHeard()
    node.receive(.release, Epoch(generation: 1, revision: 8))
    node.live(for: .seconds(1), echoed: true)
    #expect(node.takeHeard() == [.drop(Self.phones)])
  }

  @Test func whoIsGivenAnAddressHoldsAndAnnouncesItAtOnce() {
    var node = Self.holder()
    #expect(node.takeHeard() == [node.hold(announced: true)])
  }

  @Test func anAddressIsAnnouncedOnlyWhenSomebodyAnswersThere() {
    var node = Node()
    node.isReady = false
    node.receive(.adopt, Self.epoch)
    #expect(node.takeHeard() == [node.hold(announced: false)])
    node.isReady = true
    node.tell()
    #expect(node.takeHeard() == [node.hold(announced: true)])
  }

  @Test func itIsAnnouncedForLongerThanAFormerHoldersKernelKeepsItAndThenOnlyRenewed() {
    var node = Self.holder()
    let begin = node.now
    node.live(for: .seconds(20), acknowledged: true, echoed: true)
    let announcements = node.heard.filter {
      if case .hold(_, _, true) = $0.word { true } else { false }
    }
    // The kernel counts in whole seconds.
    let rival = AddressPresence.stay + .seconds(1)
    #expect(begin.duration(to: announcements.last!.at) > rival)
    #expect(begin.duration(to: announcements.last!.at) < .seconds(6))
    #expect(begin.duration(to: node.heard.last!.at) > .seconds(19))
    #expect(node.heard.count < 100)
  }

  @Test func anOrphanKeepsItsAddressAndDrawsNothingToItself() {
    var node = Self.holder()
    node.live(for: .seconds(1), acknowledged: true, echoed: true)
    node.live(for: .milliseconds(700), echoed: true)
    _ = node.takeHeard()
    node.live(for: .seconds(60), echoed: true)
    let words = node.takeHeard()
    #expect(words.count > 200)
    #expect(words.allSatisfy { if case .hold(_, _, false) = $0 { true } else { false } })
  }

  @Test func whoHearsNobodyLetsTheAddressLapse() throws {
    var node = Self.holder()
    node.live(for: .seconds(1), acknowledged: true, echoed: true)
    let cut = node.now
    _ = node.takeHeard()
    node.live(for: .seconds(30))
    let ends = node.takeHeard().compactMap { word -> Duration? in
      if case .hold(_, let end, _) = word { cut.duration(to: end) } else { nil }
    }
    // Its latest acknowledgement counts for 600 ms.
    let last = try #require(ends.last)
    #expect(last <= .milliseconds(600) + AddressPresence.stay)
  }

  @Test func whoComesBackWithoutItsTitleSaysNothingMore() {
    var node = Self.holder()
    node.live(for: .seconds(1), acknowledged: true, echoed: true)
    // Stopped: neither beats nor words.
    node.now = node.now.advanced(by: .seconds(8))
    _ = node.takeHeard()
    node.live(for: .seconds(2))
    #expect(node.takeHeard() == [])
  }

  @Test func anAddressThatLapsedIsAnnouncedAgainOnceTheTitleIsAcknowledged() {
    var node = Self.holder()
    node.live(for: .seconds(10), acknowledged: true, echoed: true)
    node.live(for: .seconds(10))
    _ = node.takeHeard()
    node.live(for: .milliseconds(25), acknowledged: true)
    #expect(node.takeHeard() == [node.hold(announced: true)])
  }

  @Test func whoLosesAnAddressDropsItOnce() {
    var node = Self.holder()
    node.live(for: .seconds(1), acknowledged: true, echoed: true)
    _ = node.takeHeard()
    node.receive(.release, Epoch(generation: 1, revision: 8))
    node.live(for: .seconds(1), echoed: true)
    #expect(node.takeHeard() == [.drop(Self.phones)])
  }
}

@Suite struct GatewayEchoesTests {
  private let echoes = GatewayEchoes(secret: Array(1...16))
  private let now = BootInstant(nanoseconds: 0x0102_0304_0506_0708)

  @Test func anAnswerTellsWhenItsQuestionWasAsked() {
    let question = echoes.question(at: now)
    #expect(question == Array(1...16) + [1, 2, 3, 4, 5, 6, 7, 8])
    #expect(echoes.asked(question, at: now.advanced(by: .seconds(1))) == now)
  }

  @Test func whatAnswersNoQuestionOfOursProvesNothing() {
    let question = echoes.question(at: now)
    for length in 0..<question.count {
      #expect(echoes.asked(question.prefix(length), at: now) == nil)
    }
    #expect(echoes.asked(question + [0], at: now) == nil)
    let foreign = GatewayEchoes(secret: Array(2...17)).question(at: now)
    #expect(echoes.asked(foreign, at: now) == nil)
    let future = echoes.question(at: now.advanced(by: .milliseconds(1)))
    #expect(echoes.asked(future, at: now) == nil)
  }
}
