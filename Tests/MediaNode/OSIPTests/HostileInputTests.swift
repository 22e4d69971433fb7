import OSIP
import SIP
import SeededRandom
import Testing

@Suite struct HostileInputTests {
  @Test(arguments: Sample.all)
  func everyTruncationIsAnsweredOrDropped(datagram: [UInt8]) {
    var verdicts: Set<String> = []
    for length in 0..<datagram.count { verdicts.insert(verdict(on: Array(datagram[..<length]))) }
    #expect(
      verdicts.isSubset(of: ["keep-alive", "dropped", "dropped response", "refused 400"]),
      "\(verdicts)")
  }

  @Test(arguments: UInt64(1)...20)
  func aThousandMutationsAreSurvivedAndWhatParsesCanBePrinted(seed: UInt64) throws {
    var random = SeededGenerator(seed: seed)
    for _ in 0..<1_000 {
      var datagram = Sample.all[Int.random(in: 0..<Sample.all.count, using: &random)]
      for _ in 0...Int.random(in: 0...8, using: &random) {
        mutate(&datagram, using: &random)
      }
      guard let message = try? SIPParser().parse(datagram) else { continue }
      #expect(!SIPPrinter().print(message).isEmpty, "seed \(seed)")
    }
  }

  @Test(arguments: UInt64(1)...4)
  func aThousandRandomDatagramsAreSurvived(seed: UInt64) {
    var random = SeededGenerator(seed: seed)
    for _ in 0..<1_000 {
      let length = Int.random(in: 0...200, using: &random)
      let bytes = (0..<length).map { _ in UInt8.random(in: 0...255, using: &random) }
      #expect(["dropped", "keep-alive", "dropped response"].contains(verdict(on: bytes)))
      #expect(!verdict(on: Array("INVITE sip:h SIP/2.0\r\n".utf8) + bytes).hasPrefix("request"))
    }
  }

  /// Changes, inserts, removes or repeats some bytes; grammar is more dangerous than noise.
  private func mutate(_ bytes: inout [UInt8], using random: inout SeededGenerator) {
    guard !bytes.isEmpty else { return }
    let place = Int.random(in: 0..<bytes.count, using: &random)
    let syntax = Array("\r\n \t:;,<>\"\\@%=?*[]()/0\0\u{FF}".utf8)
    switch Int.random(in: 0..<5, using: &random) {
    case 0: bytes[place] = .random(in: 0...255, using: &random)
    case 1: bytes[place] = syntax.randomElement(using: &random) ?? 0
    case 2: bytes.insert(syntax.randomElement(using: &random) ?? 0, at: place)
    case 3: bytes.removeSubrange(place..<min(place + 12, bytes.count))
    default: bytes.insert(contentsOf: bytes[place..<min(place + 20, bytes.count)], at: place)
    }
  }
}
