import SIP

/// What we can make of a party's codecs, and what that means for each side's description.
extension AudioTerms {
  /// The payload type of a voice that we know how to decode.
  func number(of codec: VoiceCodec) -> UInt8? { formats.first { $0.voice == codec }?.number }

  /// The payload type of telephone events.
  var events: UInt8? { formats.first { $0.payload == .events }?.number }

  /// These terms, and behind them the codecs that we can make of them for whoever knows none of
  /// theirs.
  func extended(by codecs: [VoiceCodec]) -> AudioTerms {
    guard !isFax else { return self }
    var extended = self
    for codec in codecs where number(of: codec) == nil {
      guard let name = codec.staticNumber.map(String.init) ?? extended.freeName,
        !extended.lists(name)
      else { continue }
      extended.formats.append(PayloadFormat(name, .voice(codec)))
      extended.attributes.append(SessionAttribute("rtpmap", "\(name) \(codec.mapping)"))
    }
    return extended
  }

  /// High ones first, as phones number their own from 96 on.
  private var freeName: String? {
    (96...127).reversed().lazy.map(String.init).first { !lists($0) }
  }

  private func lists(_ name: String) -> Bool { formats.contains { $0.name == name } }

  /// What whoever offered these terms is answered, when the other party said `answer`: that, where the
  /// packets of both can be passed on as they are; else one codec of its own, and its own telephone
  /// events, since we stand between.
  func answered(by answer: AudioTerms) -> AudioTerms {
    var told = relayed(answer) ?? narrowed(beside: answer)
    told.direction = direction.answered(by: answer.direction)
    return told
  }

  /// Nil where the two know nothing in common, or only one of them knows telephone events.
  private func relayed(_ answer: AudioTerms) -> AudioTerms? {
    guard let common = answer.common(with: self), events == nil || common.events != nil else {
      return nil
    }
    return common
  }

  func narrowed(beside answer: AudioTerms) -> AudioTerms {
    let shared = formats.first { $0.voice.map { answer.number(of: $0) != nil } ?? false }
    let voice = shared ?? formats.first { $0.voice != nil }
    var own = self
    own.formats = formats.filter { $0 == voice || $0.payload == .events && $0.number == events }
    own.attributes = attributes.filter { AudioTerms.passesOn($0, formats: own.formats) }
    return own
  }
}

extension SessionSide {
  /// Offers the other party's terms, and what we can make of them.
  mutating func offer(_ terms: AudioTerms, extendedBy codecs: [VoiceCodec]) -> SessionDescription {
    var terms = terms
    // Whoever is held hears music, and so must expect to hear.
    if terms.direction == .none { terms.direction = .send }
    return describe(terms.extended(by: codecs))
  }

  /// Answers the party's own offer with what the other said to it.
  mutating func answer(with terms: AudioTerms) -> SessionDescription {
    describe(self.terms?.answered(by: terms) ?? terms)
  }
}

extension Leg {
  /// Offers the other party's terms, and what we can make of them.
  mutating func offer(_ terms: AudioTerms) -> SessionDescription {
    session.offer(
      terms, extendedBy: isTrunk ? VoiceCodec.ofCarriers : VoiceCodec.allCases)
  }

  /// Answers the party's own offer with what the other said to it.
  mutating func answer(with terms: AudioTerms) -> SessionDescription {
    session.answer(with: terms)
  }
}
