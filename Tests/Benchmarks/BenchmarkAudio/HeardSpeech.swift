import Audio
import Codecs
import Foundation
import Opus
import SeededRandom

/// Speech as the other end of a call hears it, over our own machines.
enum HeardSpeech {
  /// A way through us: what the caller speaks, what the called hears, and the network before us.
  struct Way {
    let name: String
    let source: AudioCodec
    let target: AudioCodec
    var loss = 0.0
  }

  static let ways = [
    Way(name: "relayed-PCMA", source: .g711(.aLaw), target: .g711(.aLaw)),
    Way(name: "relayed-PCMU", source: .g711(.muLaw), target: .g711(.muLaw)),
    Way(name: "transcoded-G722-PCMA", source: .g722, target: .g711(.aLaw)),
    Way(name: "transcoded-opus-PCMA", source: .opus, target: .g711(.aLaw)),
    Way(name: "transcoded-PCMA-G722", source: .g711(.aLaw), target: .g722),
    Way(name: "transcoded-PCMA-opus", source: .g711(.aLaw), target: .opus),
    Way(name: "lossy-PCMA-PCMA", source: .g711(.aLaw), target: .g711(.aLaw), loss: 0.01),
    Way(name: "lossy-G722-PCMA", source: .g722, target: .g711(.aLaw), loss: 0.01),
    Way(name: "lossy-opus-PCMA", source: .opus, target: .g711(.aLaw), loss: 0.01),
  ]

  static func write(from: URL, to: URL) throws {
    let names = try FileManager.default.contentsOfDirectory(atPath: from.path).sorted()
    for (index, name) in names.filter({ $0.hasSuffix(".wav") }).enumerated() {
      let file = try WAVFile(parsing: Array(Data(contentsOf: from.appending(path: name))))
      precondition(file.sampleRate == 16_000, "\(name) has \(file.sampleRate) Hz")
      let wide = file.channels.first ?? []
      let narrow = ProcessorTime.resampled(wide, from: 16_000, to: 8_000)
      try write(narrow, to: to.appending(path: "reference/\(name)"))
      for way in ways {
        let said = way.source == .g711(.aLaw) || way.source == .g711(.muLaw) ? narrow : wide
        let heard = way.loss > 0 ? lossy(said, way, seed: UInt64(index + 1)) : through(said, way)
        try write(heard, to: to.appending(path: "\(way.name)/\(name)"))
      }
    }
  }

  private static func write(_ samples: [Int16], to file: URL) throws {
    try FileManager.default.createDirectory(
      at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
    try Data(WAVFile(sampleRate: 8_000, channels: [samples]).encoded()).write(to: file)
  }

  /// A phone that speaks `way.source`, as payloads of 20 ms.
  private static func payloads(_ said: [Int16], _ way: Way) -> [[UInt8]] {
    let encoder = AudioEncoder(
      way.source, opus: .init(expectedLoss: way.loss > 0 ? 5 : 0, complexity: 9))
    let length = encoder.sampleRate / 50
    return stride(from: 0, through: said.count - length, by: length).map { start in
      var payload: [UInt8] = []
      encoder.encode(Array(said[start..<start + length]), into: &payload)
      return payload
    }
  }

  /// What a phone of `way.target` hears of payloads that we send.
  private static func heard(_ payloads: [[UInt8]], _ codec: AudioCodec) -> [Int16] {
    var decoder = AudioDecoder(codec, opusRate: 8_000)
    var all: [Int16] = []
    var samples: [Int16] = []
    for payload in payloads where decoder.decode(payload, into: &samples) { all += samples }
    return ProcessorTime.resampled(all, from: decoder.sampleRate, to: 8_000)
  }

  private static func through(_ said: [Int16], _ way: Way) -> [Int16] {
    let sent = payloads(said, way)
    guard way.source != way.target else { return heard(sent, way.target) }
    var transcoder = Transcoder(from: way.source, to: way.target)
    var leaving: [[UInt8]] = []
    var payload: [UInt8] = []
    for packet in sent where transcoder.take(packet) {
      while transcoder.give(&payload) { leaving.append(payload) }
    }
    return heard(leaving, way.target)
  }

  /// Packets that come with up to 20 ms of jitter, of which some never do, through the jitter
  /// buffer and the concealment of losses.
  private static func lossy(_ said: [Int16], _ way: Way, seed: UInt64) -> [Int16] {
    var random = SeededGenerator(seed: seed)
    var playout = Playout(way.source, opusRate: 8_000)
    var toNarrow = Resampler(from: playout.sampleRate, to: 8_000)
    let encoder = AudioEncoder(way.target)
    var frame: [Int16] = []
    var narrow: [Int16] = []
    var leaving: [[UInt8]] = []
    var payload: [UInt8] = []
    var underway: [(due: Int, number: Int, payload: [UInt8])] = payloads(said, way).enumerated()
      .compactMap { number, payload in
        let due = number * 20 + Int(random.next() % 20)
        let isLost = Double(random.next() % 10_000) / 10_000 < way.loss
        return isLost ? nil : (due, number, payload)
      }
    underway.sort { $0.due < $1.due }
    let ends = (underway.last?.due ?? 0) + 200
    for now in 0..<ends {
      while let packet = underway.first, packet.due <= now {
        underway.removeFirst()
        _ = playout.insert(
          sequence: UInt16(truncatingIfNeeded: packet.number),
          timestamp: UInt32(packet.number * way.source.clockRate / 50), payload: packet.payload,
          at: .milliseconds(now))
      }
      guard now % 20 == 10 else { continue }
      playout.frame(playout.sampleRate / 50, at: .milliseconds(now), into: &frame)
      toNarrow.resample(frame, into: &narrow)
      encoder.encode(narrow, into: &payload)
      leaving.append(payload)
    }
    return heard(leaving, way.target)
  }
}
