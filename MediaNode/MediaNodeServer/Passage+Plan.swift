import Audio
import CallControl
import Codecs
import Digits
import MediaPlane

/// What call control means, as the media plane does it.
extension AudioPlan {
  init(_ passage: DecodedPassage) {
    self.init(a: PartyAudio(passage.caller), b: PartyAudio(passage.callee))
  }
}

extension PartyAudio {
  init(_ sound: PartySound) {
    let keys: DigitWay = sound.events != nil ? .telephoneEvent : sound.isTold ? .info : .inBand
    self.init(
      AudioCodec(sound.codec), as: sound.payloadType, packetTime: Int(sound.packetTime),
      spoken: Dictionary(sound.spoken.map { ($0.payloadType, AudioCodec($0.codec)) }) { first, _ in
        first
      },
      spokenEvents: sound.spokenEvents, keys: keys, events: sound.events,
      hears: Source(sound.hears))
  }
}

extension PartyAudio.Source {
  fileprivate init(_ source: PartySound.Source) {
    switch source {
    case .partner: self = .partner
    case .music: self = .music
    case .nothing: self = .nothing
    }
  }
}

extension AudioCodec {
  fileprivate init(_ codec: VoiceCodec) {
    switch codec {
    case .aLaw: self = .g711(.aLaw)
    case .muLaw: self = .g711(.muLaw)
    case .g722: self = .g722
    case .opus: self = .opus
    }
  }
}
