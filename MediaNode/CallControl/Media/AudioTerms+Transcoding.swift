import SIP

/// What we can make of a party's codecs, and what that means for each side's description.
extension AudioTerms {
  /// Voice that we know how to decode, in order of preference.
  var voices: [(codec: VoiceCodec, format: String, number: UInt8)] {
    formats.compactMap { format in
      guard let codec = VoiceCodec(encoding: encoding(of: format)), let number = UInt8(format),
        number < 128
      else { return nil }
      return (codec, format, number)
    }
  }

  func number(of codec: VoiceCodec) -> UInt8? { voices.first { $0.codec == codec }?.number }

  /// The payload type of telephone events.
  var events: UInt8? {
    formats.first { encoding(of: $0) == "telephone-event/8000" }.flatMap { UInt8($0) }
      .flatMap { $0 < 128 ? $0 : nil }
  }

  /// These terms, and behind them the codecs that we can make of them for whoever knows none of
  /// theirs.
  func extended(by codecs: [VoiceCodec]) -> AudioTerms {
    guard !isFax else { return self }
    var extended = self
    let known = voices.map(\.codec)
    for codec in codecs where !known.contains(codec) {
      guard let number = codec.staticNumber.map(String.init) ?? extended.freeNumber,
        !extended.formats.contains(number)
      else { continue }
      extended.formats.append(number)
      extended.attributes.append(SessionAttribute("rtpmap", "\(number) \(codec.mapping)"))
    }
    return extended
  }

  /// High ones first, as phones number their own from 96 on.
  private var freeNumber: String? {
    (96...127).reversed().lazy.map(String.init).first { !formats.contains($0) }
  }

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
    let answered = answer.voices.map(\.codec)
    let shared = voices.first { answered.contains($0.codec) }
    let voice = (shared ?? voices.first)?.format
    var own = self
    own.formats = formats.filter { $0 == voice || $0 == events.map(String.init) }
    own.attributes = attributes.filter { passesOn($0, own.formats) }
    return own
  }

  private func passesOn(_ attribute: SessionAttribute, _ formats: [String]) -> Bool {
    AudioTerms.passesOn(attribute, formats: formats)
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
