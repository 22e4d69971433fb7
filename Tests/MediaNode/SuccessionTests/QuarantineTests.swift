import Epoll
import NodeContract
import SeededRandom
import Testing

@testable import Succession

private let stranger = IPEndpoint(.v4(0xC633_6407), port: 40_123)
private let words = Array("INVITE sip:102@example.com SIP/2.0\r\n".utf8)

private func second(_ number: Int64) -> BootInstant {
  BootInstant(nanoseconds: number * 1_000_000_000)
}

extension Hand {
  fileprivate func take(
    _ bytes: [UInt8], _ kind: Suspect.Kind = .datagram, from source: IPEndpoint = stranger
  ) {
    bytes.withUnsafeBytes { take(kind, from: source, $0) }
  }
}

extension Quarantine {
  fileprivate func hears(
    _ bytes: [UInt8], _ kind: Suspect.Kind = .datagram, from source: IPEndpoint = stranger,
    at now: BootInstant
  ) -> Bool {
    bytes.withUnsafeBytes { reason(against: $0, kind, from: source, at: now) } == nil
  }

  fileprivate func handles(
    _ call: String, begins: Bool = true, from source: IPEndpoint = stranger, at now: BootInstant
  ) -> Bool {
    reason(against: call, begins: begins, .datagram, from: source, at: now) == nil
  }

  /// Deaths of what was said in this call, one a second, the last of them now.
  fileprivate mutating func die(
    of bytes: [UInt8] = words, in call: String? = nil, from source: IPEndpoint = stranger,
    times: Int = 1, at now: BootInstant
  ) {
    for earlier in (0..<times).reversed() {
      _ = note(
        Suspect(
          kind: .datagram, source: source, call: call.map { Array($0.utf8) }, bytes: bytes),
        at: now.advanced(by: .seconds(-earlier)))
    }
  }
}

@Suite("What a process has in hand")
struct HandTests {
  @Test("The next process finds what the one before died with")
  func left() throws {
    let memory = KeptMemory()
    try memory.estate().hand.take(words)
    let found = try memory.estate().hand.left
    #expect(found == Suspect(kind: .datagram, source: stranger, bytes: words))
  }

  @Test("It knows the call as far as it was understood")
  func understood() throws {
    let memory = KeptMemory()
    let hand = try memory.estate().hand
    hand.take(words, .streamed, from: IPEndpoint(.v6(1, 2), port: 3))
    hand.understand(call: "a7@phone")
    let found = try memory.estate().hand.left
    #expect(
      found
        == Suspect(
          kind: .streamed, source: IPEndpoint(.v6(1, 2), port: 3), call: Array("a7@phone".utf8),
          bytes: words))
    hand.take([1])
    let next = try #require(try memory.estate().hand.left)
    #expect(next.call == nil)
  }

  @Test("What was laid down, or never taken, nobody finds")
  func laidDown() throws {
    let memory = KeptMemory()
    let hand = try memory.estate().hand
    #expect(hand.left == nil)
    hand.take(words)
    hand.layDown()
    #expect(try memory.estate().hand.left == nil)
  }

  @Test("The longest message and the longest Call-ID have room")
  func long() throws {
    let memory = KeptMemory()
    let hand = try memory.estate().hand
    let longest = [UInt8](repeating: 7, count: 70_000)
    hand.take(longest)
    hand.understand(call: String(repeating: "c", count: 5_000))
    let found = try #require(try memory.estate().hand.left)
    #expect(found.bytes == Array(longest.prefix(65_536)))
    #expect(found.call == [UInt8](repeating: UInt8(ascii: "c"), count: Hand.longestCall))
  }

  @Test("It disturbs nothing that is left")
  func beside() throws {
    let memory = KeptMemory()
    let estate = try memory.estate(capacity: 4_096)
    let key = Estate.Key(kind: 1, name: [1])
    let value = [UInt8](repeating: 9, count: 1_000)
    for _ in 0..<9 {
      estate.commit([.put(key, value)])
      estate.hand.take([UInt8](repeating: 255, count: 65_536))
    }
    #expect(try memory.estate(capacity: 4_096).entries == [key: value])
    #expect(estate.hand.left?.bytes.count == 65_536)
  }
}

@Suite("What processes died of")
struct QuarantineTests {
  @Test("One death may be chance; after the second nobody hears the words")
  func twice() {
    var quarantine = Quarantine()
    #expect(quarantine.hears(words, at: second(0)))
    quarantine.die(at: second(1))
    #expect(quarantine.hears(words, at: second(1)))
    quarantine.die(at: second(2))
    #expect(!quarantine.hears(words, at: second(2)))
    #expect(!quarantine.hears(words, .streamed, from: IPEndpoint(.v4(1), port: 1), at: second(3)))
    #expect(quarantine.hears(words + [0], at: second(3)))
    #expect(quarantine.hears(Array(words.dropLast()), at: second(3)))
  }

  @Test("After two deaths in one call nothing is heard in it, whatever is said; others are")
  func call() {
    var quarantine = Quarantine()
    quarantine.die(of: [1], in: "a", at: second(1))
    #expect(quarantine.handles("a", at: second(1)))
    quarantine.die(of: [2], in: "a", at: second(2))
    #expect(!quarantine.handles("a", begins: false, at: second(3)))
    #expect(!quarantine.handles("a", from: IPEndpoint(.v4(9), port: 9), at: second(3)))
    #expect(quarantine.handles("b", at: second(3)))
    #expect(quarantine.hears([3], at: second(3)))
    #expect(quarantine.deadlyCalls(at: second(3)) == ["a"])
  }

  @Test("Who kills process after process begins nothing for a minute; its calls go on")
  func source() {
    var quarantine = Quarantine()
    for number in 1...3 {
      quarantine.die(of: [UInt8(number)], in: "call \(number)", at: second(Int64(number)))
    }
    #expect(!quarantine.handles("new", at: second(4)))
    #expect(quarantine.handles("old", begins: false, at: second(4)))
    #expect(quarantine.handles("new", from: IPEndpoint(stranger.address, port: 1), at: second(4)))
    #expect(quarantine.hears([9], at: second(4)))
    #expect(quarantine.handles("new", at: second(64)))
    #expect(quarantine.deadlyCalls(at: second(4)).isEmpty)
  }

  @Test("Who kills processes that have not read it is not read")
  func unread() {
    var quarantine = Quarantine()
    for number in 1...3 { quarantine.die(of: [UInt8(number)], at: second(Int64(number))) }
    #expect(!quarantine.hears([9], at: second(4)))
    #expect(quarantine.hears([9], from: IPEndpoint(stranger.address, port: 1), at: second(4)))
    #expect(quarantine.hears([9], at: second(64)))
  }

  @Test("A peer's connections have its address in common, and no more with its datagrams")
  func connections() {
    var quarantine = Quarantine()
    for number in 1...3 {
      let source = IPEndpoint(stranger.address, port: UInt16(number))
      _ = quarantine.note(
        Suspect(kind: .streamed, source: source, bytes: [UInt8(number)]), at: second(1))
    }
    #expect(!quarantine.hears([9], .streamed, at: second(2)))
    #expect(quarantine.hears([9], .datagram, at: second(2)))
  }

  @Test("A checkpoint that two died of is nobody's word")
  func checkpoint() {
    var quarantine = Quarantine()
    for _ in 1...2 {
      _ = quarantine.note(
        Suspect(kind: .checkpoint, source: IPEndpoint(.v4(0), port: 0), bytes: [1]),
        at: second(1))
    }
    #expect(!quarantine.hears([1], .checkpoint, at: second(1)))
    #expect(quarantine.hears([1], .datagram, at: second(1)))
  }

  @Test("After a day it is forgotten, and the oldest makes room for the newest")
  func forgotten() {
    var quarantine = Quarantine()
    quarantine.die(in: "a", times: 2, at: second(2))
    #expect(!quarantine.hears(words, at: second(86_402)))
    #expect(quarantine.hears(words, at: second(86_403)))
    #expect(quarantine.handles("a", at: second(86_403)))
    for number in 0..<Quarantine.capacity {
      let source = IPEndpoint(.v4(UInt32(number)), port: 1)
      quarantine.die(of: [UInt8(number)], from: source, times: 2, at: second(10 + Int64(number)))
    }
    #expect(quarantine.cases.count == Quarantine.capacity)
    #expect(quarantine.hears(words, at: second(100)))
    #expect(!quarantine.hears([0], at: second(100)))
  }

  @Test("A case is read as it was written")
  func encoded() {
    for call in [nil, [], Array("a7@phone".utf8)] {
      for source in [stranger, IPEndpoint(.v6(0x2001_0DB8 << 32, 1), port: 5_060)] {
        let known = Quarantine.Case(
          Suspect(kind: .streamed, source: source, call: call, bytes: words), deaths: 3,
          latest: second(77))
        #expect(Quarantine.Case(known.encoded) == known)
      }
    }
  }

  @Test("Bytes that are no case are none, and disturb nothing", arguments: UInt64(1)...200)
  func garbage(seed: UInt64) {
    var random = SeededGenerator(seed: seed)
    let known = Quarantine.Case(
      Suspect(kind: .datagram, source: stranger, call: [1, 2], bytes: [3]), deaths: 1,
      latest: second(1))
    var bytes = known.encoded
    #expect(Quarantine.Case(Array(bytes.prefix(20))) == nil)
    for _ in 0..<3 {
      let place = bytes.indices.randomElement(using: &random) ?? 0
      bytes[place] = UInt8.random(in: 0...255, using: &random)
    }
    _ = Quarantine.Case(bytes)
  }
}
