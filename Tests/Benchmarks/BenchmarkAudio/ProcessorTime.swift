import Audio
import Codecs
import Foundation

/// What the machines of sound cost, each on one thread.
struct ProcessorTime {
  /// The bars: the share of a core for fifty parties, and calls for each core.
  static let conferenceBar = 0.25
  static let transcodingBar = 150.0

  /// Eight thousand samples a second, ten seconds at least.
  let narrow: [Int16]
  let wide: [Int16]
  let rounds: Int

  init(speech: WAVFile, rounds: Int) {
    let source = speech.channels.first ?? []
    precondition(!source.isEmpty, "speech without a sample")
    let once = Self.resampled(source, from: speech.sampleRate, to: 8_000)
    narrow = (0...(80_000 / once.count)).flatMap { _ in once }
    wide = Self.resampled(narrow, from: 8_000, to: 16_000)
    self.rounds = rounds
  }

  static func resampled(_ samples: [Int16], from: Int, to: Int) -> [Int16] {
    var resampler = Resampler(from: from, to: to)
    var result: [Int16] = []
    resampler.resample(samples, into: &result)
    return result
  }

  /// Prints the table; false when a bar is not met.
  func print() -> Bool {
    let conference = median { conferenceShare(parties: 50) }
    let mixing = median { mixerShare(parties: 50) }
    let pairs: [(AudioCodec, AudioCodec)] = [
      (.opus, .g711(.aLaw)), (.g722, .g711(.aLaw)), (.opus, .g722), (.g711(.aLaw), .g711(.muLaw)),
    ]
    Swift.print("Conference of 50 parties, G.711, 20 ms                share of a core   bar")
    row("  packets in, jitter, decode, mix, encode", percent(conference), "≤ 25 %")
    row("  the mixer alone", percent(mixing), "")
    Swift.print("Transcoded calls, both ways, 20 ms                    calls per core    bar")
    var transcoding: [Double] = []
    for (index, pair) in pairs.enumerated() {
      let calls = median { 1 / callShare(pair.0, pair.1) }
      transcoding.append(calls)
      row(
        "  \(pair.0.encodingName) and \(pair.1.encodingName)", String(Int(calls)),
        index == 0 ? "≥ 150" : "")
    }
    return conference <= Self.conferenceBar && transcoding[0] >= Self.transcodingBar
  }

  private func row(_ name: String, _ value: String, _ bar: String) {
    let padding = String(repeating: " ", count: max(1, 54 - name.count))
    Swift.print(
      name + padding + value + String(repeating: " ", count: max(1, 18 - value.count)) + bar)
  }

  private func percent(_ share: Double) -> String { String(format: "%.1f %%", share * 100) }

  private func median(_ measure: () -> Double) -> Double {
    (0..<rounds).map { _ in measure() }.sorted()[rounds / 2]
  }

  // MARK: - Measured

  /// The share of a core of a room in which every party speaks all the time.
  private func conferenceShare(parties: Int) -> Double {
    var mixer = ConferenceMixer()
    let law = AudioCodec.g711(.aLaw)
    var playouts = (0..<parties).map { _ in Playout(law) }
    let encoder = AudioEncoder(law)
    let packets = frames(narrow, 160).map { frame in
      var payload: [UInt8] = []
      encoder.encode(frame, into: &payload)
      return payload
    }
    for _ in 0..<parties { _ = mixer.join() }
    var frame: [Int16] = []
    var payload: [UInt8] = []
    let ticks = 500
    let spent = processorTime {
      for tick in 0..<ticks {
        let now = Duration.milliseconds(tick * 20)
        for party in 0..<parties {
          _ = playouts[party].insert(
            sequence: UInt16(tick), timestamp: UInt32(tick * 160),
            payload: packets[(tick + party * 7) % packets.count], at: now)
          playouts[party].frame(160, at: now, into: &frame)
          mixer.hear(frame, from: party)
        }
        mixer.beginTick()
        for party in 0..<parties {
          mixer.mix(for: party, into: &frame)
          encoder.encode(frame, into: &payload)
        }
        mixer.endTick()
      }
    }
    return spent / (Double(ticks) * 0.02)
  }

  private func mixerShare(parties: Int) -> Double {
    var mixer = ConferenceMixer()
    for _ in 0..<parties { _ = mixer.join() }
    let sound = frames(narrow, 160)
    var frame: [Int16] = []
    let ticks = 500
    let spent = processorTime {
      for tick in 0..<ticks {
        for party in 0..<parties {
          mixer.hear(sound[(tick + party * 7) % sound.count], from: party)
        }
        mixer.beginTick()
        for party in 0..<parties { mixer.mix(for: party, into: &frame) }
        mixer.endTick()
      }
    }
    return spent / (Double(ticks) * 0.02)
  }

  /// The share of a core of one call, both ways.
  private func callShare(_ first: AudioCodec, _ second: AudioCodec) -> Double {
    way(first, second) + way(second, first)
  }

  private func way(_ source: AudioCodec, _ target: AudioCodec) -> Double {
    let encoder = AudioEncoder(source)
    let sound = encoder.sampleRate == 8_000 ? narrow : wide
    let packets = frames(sound, encoder.sampleRate / 50).map { frame in
      var payload: [UInt8] = []
      encoder.encode(frame, into: &payload)
      return payload
    }
    var transcoder = Transcoder(from: source, to: target)
    var payload: [UInt8] = []
    let ticks = 2_000
    let spent = processorTime {
      for tick in 0..<ticks {
        _ = transcoder.take(packets[tick % packets.count])
        while transcoder.give(&payload) {}
      }
    }
    return spent / (Double(ticks) * 0.02)
  }

  private func frames(_ sound: [Int16], _ length: Int) -> [[Int16]] {
    stride(from: 0, through: sound.count - length, by: length).map {
      Array(sound[$0..<$0 + length])
    }
  }

  private func processorTime(_ work: () -> Void) -> Double {
    let begin = Self.threadTime()
    work()
    return Self.threadTime() - begin
  }

  private static func threadTime() -> Double {
    var time = timespec()
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
    return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
  }
}
