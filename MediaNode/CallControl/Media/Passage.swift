/// How the audio between two parties passes: as it is, or decoded on its way.
public enum Passage: Hashable, Sendable {
  /// Packets are passed on as they are.
  case relayed
  case decoded(DecodedPassage)
  /// Two fax machines: their datagrams are passed on as they are.
  case fax

  var isDecoded: Bool {
    if case .decoded = self { true } else { false }
  }
}

extension Passage {
  /// Those on these sides hear nothing but what they are played.
  func silent(on sides: [RelaySide]) -> Passage {
    guard case .decoded(var decoded) = self, !sides.isEmpty else { return self }
    if sides.contains(.caller) { decoded.caller.hears = .nothing }
    if sides.contains(.callee) { decoded.callee.hears = .nothing }
    return .decoded(decoded)
  }
}

/// Each party speaks and hears its own codec under its own numbers.
public struct DecodedPassage: Hashable, Sendable {
  public var caller: PartySound
  public var callee: PartySound

  public init(caller: PartySound, callee: PartySound) {
    self.caller = caller
    self.callee = callee
  }
}

/// One party's end of decoded audio.
public struct PartySound: Hashable, Sendable {
  /// What a party hears.
  public enum Source: UInt8, Hashable, Sendable, CaseIterable {
    case partner = 1
    case music
    /// It does not want to hear anything, or nothing but what it is played.
    case nothing
  }

  /// What it may send, by payload type, in ascending order.
  public var spoken: [SpokenCodec]
  /// The payload type of its telephone events; nil: it presses keys within the sound.
  public var spokenEvents: UInt8?
  /// What it is sent.
  public var codec: VoiceCodec
  public var payloadType: UInt8
  /// Milliseconds of a packet that it is sent.
  public var packetTime: UInt8
  /// The payload type of the telephone events that it is sent; nil: it knows none.
  public var events: UInt8?
  /// It has told keys by INFO and is told of keys so, as it knows no telephone events.
  public var isTold: Bool
  public var hears: Source
}

/// A codec under a number.
public struct SpokenCodec: Hashable, Sendable {
  public var payloadType: UInt8
  public var codec: VoiceCodec
}

extension SpokenCodec {
  init?(_ format: PayloadFormat) {
    guard let codec = format.voice, let number = format.number else { return nil }
    self.init(payloadType: number, codec: codec)
  }
}

/// What decides how a party's audio passes.
struct PassageEnd: Hashable, Sendable {
  /// What the party told of itself.
  let own: AudioTerms
  /// What it was told of the other.
  let told: AudioTerms
  let isHolding: Bool
  /// It presses keys by INFO.
  let informs: Bool
  /// Nobody is at this end any more, or for now.
  let isGone: Bool

  /// - Parameter isAway: nothing leads to the party for now.
  init?(_ leg: Leg, isAway: Bool = false) {
    guard let own = leg.session.terms, let told = leg.session.describedTerms else { return nil }
    self.own = own
    self.told = told
    isHolding = leg.session.isHolding
    informs = leg.informs
    isGone = !leg.isOpen || isAway
  }

  /// The codec that it sends: who offered sends the first of the answer, and who answered the first of the
  /// offer that it took (RFC 3264 sections 6.1 and 7).
  private var voice: VoiceCodec? {
    told.formats.lazy.compactMap(\.voice).first { own.number(of: $0) != nil }
  }

  /// Whether what it sends is what `other` declared, number by number.
  func isUnderstood(by other: PassageEnd) -> Bool {
    guard let codec = voice, let number = told.number(of: codec),
      other.own.number(of: codec) == number
    else { return false }
    guard own.events != nil, let events = told.events else { return true }
    return other.own.events == events
  }

  func sound(beside other: PassageEnd) -> PartySound? { sound(hearing: source(beside: other)) }

  func sound(hearing source: PartySound.Source) -> PartySound? {
    guard let codec = voice, let number = own.number(of: codec) else { return nil }
    return PartySound(
      spoken: told.formats.compactMap(SpokenCodec.init).sorted { $0.payloadType < $1.payloadType },
      spokenEvents: own.events == nil ? nil : told.events, codec: codec, payloadType: number,
      packetTime: own.packetTime(of: codec), events: own.events,
      isTold: informs && own.events == nil, hears: source)
  }

  var doesNotListen: Bool { isHolding || own.direction.isHold }

  private func source(beside other: PassageEnd) -> PartySound.Source {
    if doesNotListen { return .nothing }
    return other.isHolding || other.isGone ? .music : .partner
  }
}

extension Passage {
  /// Decoded, with one party's sound on that side.
  init(_ sound: PartySound, on side: RelaySide, beside other: PartySound) {
    self = .decoded(
      side == .caller
        ? DecodedPassage(caller: sound, callee: other)
        : DecodedPassage(caller: other, callee: sound))
  }

  /// As little is decoded as may be: where a party would not understand the other's packets, waits
  /// under music, or tells keys in a way that the other does not know.
  ///
  /// - Parameter isShared: others hear them too.
  init(caller: PassageEnd, callee: PassageEnd, isShared: Bool = false) {
    guard !caller.own.isFax || !callee.own.isFax else {
      self = .fax
      return
    }
    guard let atCaller = caller.sound(beside: callee), let atCallee = callee.sound(beside: caller)
    else {
      self = .relayed
      return
    }
    let isUnderstood = caller.isUnderstood(by: callee) && callee.isUnderstood(by: caller)
    let waits = atCaller.hears == .music || atCallee.hears == .music
    let informs =
      caller.informs && atCallee.events != nil || callee.informs && atCaller.events != nil
    self =
      isUnderstood && !waits && !informs && !isShared
      ? .relayed : .decoded(DecodedPassage(caller: atCaller, callee: atCallee))
  }
}
