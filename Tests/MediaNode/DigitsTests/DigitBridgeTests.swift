import Digits
import RTP
import SpanDSP
import Support
import Testing

@Suite("Keys from one way to another")
struct DigitBridgeTests {
  static let all = (UInt8(0)..<16).compactMap(Digit.init(event:))

  /// What a detector hears of what a bridge to tones plays.
  private func heard(_ digits: [Digit], sampleRate: Int = 8_000) -> [ToneChange] {
    var bridge = DigitBridge(to: .inBand, sampleRate: sampleRate)
    let detector = InBandDigitDetector()
    for digit in digits { bridge.take(DigitInfo(digit, milliseconds: 100)) }
    var changes: [ToneChange] = []
    for tick in 0..<(digits.count * 14 + 10) {
      var frame = [Int16](repeating: 0, count: 160)
      if case .play(let tones) = bridge.tick(at: UInt32(tick * 160)) { frame = tones }
      changes += detector.hear(frame)
    }
    return changes
  }

  @Test("Every key becomes tones that are recognised, once each")
  func toTones() {
    let expected = Self.all.flatMap { [ToneChange.began($0.character), .ended($0.character)] }
    #expect(heard(Self.all) == expected)
  }

  @Test("A key pressed twice is two keys")
  func repeatedKeys() throws {
    let key = try #require(Digit("3"))
    #expect(heard([key, key, key]).count == 6)
  }

  @Test("Speech is taken for no key")
  func speechIsNoKey() {
    let detector = InBandDigitDetector()
    let sound = SpeechLikeNoise.samples(milliseconds: 20_000, sampleRate: 8_000, seed: 23)
    for start in stride(from: 0, to: sound.count, by: 160) {
      #expect(detector.hear(Array(sound[start..<start + 160])).isEmpty)
    }
  }

  @Test("A press that goes on becomes events that go on, and ends with it")
  func toEvents() throws {
    let key = try #require(Digit("9"))
    var bridge = DigitBridge(to: .telephoneEvent)
    bridge.take(.began(key))
    var packets: [TelephoneEventPacket] = []
    for tick in 0..<30 {
      if tick == 10 { bridge.take(.ended(key, milliseconds: 200)) }
      if case .send(let packet) = bridge.tick(at: UInt32(tick * 160)) { packets.append(packet) }
    }
    #expect(packets.map(\.marker) == [true] + Array(repeating: false, count: 12))
    #expect(packets.map(\.event.isEnd) == Array(repeating: false, count: 10) + [true, true, true])
    #expect(packets.map(\.event.duration) == (0..<10).map { $0 * 160 } + [1_600, 1_600, 1_600])
    #expect(Set(packets.map(\.timestamp)) == [0])
  }

  @Test("A press becomes one INFO when it is over")
  func toInfo() throws {
    let key = try #require(Digit("*"))
    var bridge = DigitBridge(to: .info)
    bridge.take(.began(key))
    let early = bridge.tick(at: 0)
    bridge.take(.ended(key, milliseconds: 120))
    let told = [bridge.tick(at: 160), bridge.tick(at: 320)]
    #expect(early == nil)
    #expect(told == [.inform(DigitInfo(key, milliseconds: 120)), nil])
  }

  @Test("INFO bodies of both kinds are read as phones write them")
  func infoBodies() throws {
    let read = { DigitInfo(contentType: $0, body: $1) }
    let five = try #require(Digit("5"))
    let relay = "application/dtmf-relay"
    #expect(read(relay, "Signal=5\r\nDuration=160\r\n") == DigitInfo(five, milliseconds: 160))
    #expect(read(relay, "Signal= 5 \nDuration= 160") == DigitInfo(five, milliseconds: 160))
    #expect(read("Application/DTMF-Relay; x=y", "signal=5")?.digit == five)
    #expect(read("application/dtmf", "5\r\n")?.digit == five)
    #expect(read(relay, "Signal=11\r\nDuration=100")?.digit.character == "#")
    #expect(read(relay, "Signal=d")?.digit.character == "D")
    #expect(
      DigitInfo(contentType: DigitInfo.contentType, body: DigitInfo(five).body)?.digit == five)
  }

  @Test(
    "What is no key is none",
    arguments: ["", "Signal=", "Signal=16", "Signal=x", "Duration=5", "=", "Signal=55\r\n"])
  func noKeys(body: String) {
    #expect(DigitInfo(contentType: "application/dtmf-relay", body: body) == nil)
    #expect(DigitInfo(contentType: "text/plain", body: "Signal=5") == nil)
  }

  @Test("A duration is kept within reason")
  func durationsAreBounded() {
    let body = "Signal=5\r\nDuration=99999999999999999999"
    #expect(DigitInfo(contentType: "application/dtmf-relay", body: body)?.milliseconds == 100)
    let long = DigitInfo(contentType: "application/dtmf-relay", body: "Signal=5\nDuration=999999")
    #expect(long?.milliseconds == 5_000)
  }
}
