import CLinux
import Epoll
import Glibc
import SeededRandom
import Testing

@testable import Succession

private func key(_ number: Int) -> Estate.Key {
  Estate.Key(kind: 1, name: Array("key \(number)".utf8))
}

@Suite("What a process leaves to its successor")
struct EstateTests {
  @Test("A successor finds what was committed, as it was last")
  func found() throws {
    let memory = KeptMemory()
    let first = try memory.estate()
    #expect(first.commit([.put(key(1), [1]), .put(key(2), [2, 2]), .put(key(3), [])]))
    #expect(first.commit([.put(key(1), [7, 8, 9]), .remove(key(2))]))
    let second = try memory.estate()
    #expect(second.entries == [key(1): [7, 8, 9], key(3): []])
    #expect(second.commit([.remove(key(3))]))
    #expect(try memory.estate().entries == [key(1): [7, 8, 9]])
  }

  @Test("Things of different kinds may have the same name")
  func kinds() throws {
    let estate = try KeptMemory().estate()
    estate.commit([
      .put(Estate.Key(kind: 1, name: [5]), [1]), .put(Estate.Key(kind: 2, name: [5]), [2]),
    ])
    #expect(estate.entries.count == 2)
    #expect(estate.entries(of: 2).map(\.value) == [[2]])
    #expect(Set(estate.keys) == Set(estate.entries.keys))
  }

  @Test("Whatever a process was writing when it was killed is not there")
  func torn() throws {
    let memory = KeptMemory()
    try memory.estate().commit([.put(key(1), [1])])
    let inside = try EstateMemory(descriptor: memory.descriptor, capacity: 1 << 20)
    let length = inside.extent.length
    for index in length..<length + 200 { inside.bytes(of: 0)[index] = 0xAA }
    #expect(try memory.estate().entries == [key(1): [1]])
  }

  @Test("Bytes that are no record end the reading and nothing else", arguments: UInt64(1)...200)
  func garbage(seed: UInt64) throws {
    var random = SeededGenerator(seed: seed)
    let memory = KeptMemory()
    let estate = try memory.estate()
    for number in 0..<20 { estate.commit([.put(key(number), Array(repeating: 3, count: number))]) }
    let inside = try EstateMemory(descriptor: memory.descriptor, capacity: 1 << 20)
    for _ in 0..<5 {
      let place = Int.random(in: 0..<inside.extent.length, using: &random)
      inside.bytes(of: 0)[place] = UInt8.random(in: 0...255, using: &random)
    }
    let successor = try memory.estate()
    #expect(successor.entries.count <= 21)
    #expect(successor.commit([.put(key(99), [9])]))
    #expect(try memory.estate().entries[key(99)] == [9])
  }

  @Test("The memory is used again and again, and nothing that counts is lost")
  func reused() throws {
    let memory = KeptMemory()
    let estate = try memory.estate(capacity: 1 << 16)
    var expected: [Estate.Key: [UInt8]] = [:]
    var random = SeededGenerator(seed: 7)
    for step in 0..<20_000 {
      let name = key(Int.random(in: 0..<40, using: &random))
      if Int.random(in: 0..<4, using: &random) == 0 {
        expected[name] = nil
        #expect(estate.commit([.remove(name)]))
      } else {
        let value = [UInt8](repeating: UInt8(step % 251), count: step % 700)
        expected[name] = value
        #expect(estate.commit([.put(name, value)]))
      }
    }
    #expect(estate.entries == expected)
    #expect(try memory.estate(capacity: 1).entries == expected, "its size is its own")
  }

  @Test("What does not fit leaves nothing outdated behind")
  func full() throws {
    let memory = KeptMemory()
    let estate = try memory.estate(capacity: 1 << 16)
    #expect(estate.commit([.put(key(1), [1])]))
    #expect(!estate.commit([.put(key(2), Array(repeating: 0, count: 1 << 17))]))
    #expect(!estate.commit([.put(key(1), [2])]))
    #expect(estate.entries.isEmpty)
    #expect(try memory.estate().entries.isEmpty)
  }

  @Test("A process that is killed in the middle of its writing leaves whole batches only")
  func killed() throws {
    // The writer is another thread's work cut short by reading while it writes: every reader sees
    // both values of a batch, or neither.
    let memory = KeptMemory()
    let writer = try memory.estate(capacity: 1 << 22)
    let thread = SystemThread(name: "writer") {
      for number in 0..<20_000 {
        let value = withUnsafeBytes(of: number) { Array($0) }
        writer.commit([.put(key(1), value), .put(key(2), value)])
      }
    }
    for _ in 0..<200 {
      let seen = try memory.estate().entries
      #expect(seen[key(1)] == seen[key(2)])
    }
    thread.join()
  }

  @Test("Processes that die before they serve are counted")
  func lives() throws {
    let memory = KeptMemory()
    #expect(try memory.estate().unprovenLives == 1)
    let second = try memory.estate()
    #expect(second.unprovenLives == 2)
    second.proveLife()
    #expect(try memory.estate().unprovenLives == 1)
  }

  @Test("What is no memory is said to be none")
  func noMemory() throws {
    #expect(throws: SystemError.self) { try Estate(descriptor: -1) }
  }
}
