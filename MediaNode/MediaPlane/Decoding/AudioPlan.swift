public import Codecs
public import Digits

/// How the audio of a session passes that is decoded on its way: each party speaks and hears its own
/// codec under its own numbers.
public struct AudioPlan: Hashable, Sendable {
  public var a: PartyAudio
  public var b: PartyAudio

  public init(a: PartyAudio, b: PartyAudio) {
    self.a = a
    self.b = b
  }

  /// Samples a second between both: as much as the poorer one can tell.
  var sampleRate: Int { min(a.codec.sampleRate, b.codec.sampleRate) }
}

/// One party's end of decoded audio.
public struct PartyAudio: Hashable, Sendable {
  /// What a party hears.
  public enum Source: Hashable, Sendable {
    case partner
    /// The music under which callers wait.
    case music
    /// It does not want to hear anything.
    case nothing
  }

  /// What it may send, by payload type.
  public var spoken: [UInt8: AudioCodec]
  /// The payload type of its telephone events; nil: it presses keys within the sound.
  public var spokenEvents: UInt8?
  /// What it is sent.
  public var codec: AudioCodec
  public var payloadType: UInt8
  /// Milliseconds of a packet that it is sent: what it sends may be of any length.
  public var packetTime: Int
  /// How it is told of the other party's keys.
  public var keys: DigitWay
  /// The payload type of the telephone events that it is sent.
  public var events: UInt8?
  public var hears: Source

  public init(
    _ codec: AudioCodec, as payloadType: UInt8, packetTime: Int = 20,
    spoken: [UInt8: AudioCodec]? = nil, spokenEvents: UInt8? = nil, keys: DigitWay = .inBand,
    events: UInt8? = nil,
    hears: Source = .partner
  ) {
    precondition(payloadType < 128, "payload type \(payloadType)")
    precondition(
      GeneratedStream.packetTimes.contains(packetTime), "packets of \(packetTime) ms")
    self.codec = codec
    self.payloadType = payloadType
    self.packetTime = packetTime
    self.spoken = spoken ?? [payloadType: codec]
    self.spokenEvents = spokenEvents
    self.keys = keys == .telephoneEvent && events == nil ? .inBand : keys
    self.events = events
    self.hears = hears
  }
}
