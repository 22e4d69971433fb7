internal import Audio
internal import RTP

/// What a leg is to be told of keys that were pressed on the other.
public enum DigitAction: Hashable, Sendable {
  /// A packet in place of the sound of this moment.
  case send(TelephoneEventPacket)
  /// Tones in place of the sound of this moment.
  case play([Int16])
  case inform(DigitInfo)
}

/// From one leg's way of telling keys to the other's. Keys go in as they come; ``tick(at:)`` says
/// what leaves in place of one frame of sound.
public struct DigitBridge: Sendable {
  /// Each tone's share of full scale: the louder one at about -7 dBm0.
  static let amplitude = 0.2

  private let way: DigitWay
  private let sampleRate: Int
  private let frameLength: Int
  private var sender: DigitSender
  private var informs: [DigitInfo] = []

  /// `way` is how the leg is told. `sampleRate` is that of its sound, in frames of `packetTime`
  /// milliseconds.
  public init(
    to way: DigitWay, clockRate: Int = 8_000, sampleRate: Int = 8_000, packetTime: Int = 20
  ) {
    self.way = way
    self.sampleRate = sampleRate
    frameLength = sampleRate / 1_000 * packetTime
    sender = DigitSender(clockRate: way == .inBand ? sampleRate : clockRate)
  }

  /// A key's begin or end on the other leg. Beyond what a sender keeps, keys are dropped.
  public mutating func take(_ event: KeyEvent) {
    switch (event, way) {
    case (.began(let digit), .telephoneEvent), (.began(let digit), .inBand):
      _ = sender.begin(digit)
    case (.ended, .telephoneEvent), (.ended, .inBand): sender.release()
    case (.began, .info): break
    case (.ended(let digit, let milliseconds), .info):
      guard informs.count < DigitSender.longestQueue else { return }
      informs.append(DigitInfo(digit, milliseconds: min(max(milliseconds, 40), 5_000)))
    }
  }

  /// A key that came whole.
  public mutating func take(_ info: DigitInfo) {
    switch way {
    case .telephoneEvent, .inBand: _ = sender.press(info.digit, milliseconds: info.milliseconds)
    case .info: take(.ended(info.digit, milliseconds: info.milliseconds))
    }
  }

  /// What leaves at `clock`, which counts as the leg's way does: its RTP clock for events, its
  /// samples for tones. nil when the sound itself does.
  public mutating func tick(at clock: UInt32) -> DigitAction? {
    if way == .info { return informs.isEmpty ? nil : .inform(informs.removeFirst()) }
    guard let packet = sender.tick(at: clock) else { return nil }
    guard way == .inBand else { return .send(packet) }
    return .play(tone(packet, at: clock))
  }

  private func tone(_ packet: TelephoneEventPacket, at clock: UInt32) -> [Int16] {
    guard !packet.event.isEnd, let digit = Digit(event: packet.event.event) else {
      return Array(repeating: 0, count: frameLength)
    }
    var tone = ToneGenerator(
      frequencies: digit.frequencies, amplitude: Self.amplitude, sampleRate: sampleRate)
    // Goes on where the frame before it ended.
    tone.skip(Int(clock &- packet.timestamp))
    return tone.samples(frameLength)
  }
}
