import SIP

@testable import CallControl

/// What lies beneath the audio of a phone, as it says and wants it.
struct PartyMedia {
  /// Of its own offers.
  var profile = MediaProfile.secure
  /// What it takes in others' offers.
  var takes: Set<MediaProfile> = [.secure]
  var suites: [CryptoSuite] = [.aesCounter128HMAC80]
  /// Its keys are made of this.
  var seed: UInt8 = 1
  var fingerprint: CertificateFingerprint?
  var role = HandshakeRole.either
  /// Lines that it says besides, in offers and answers alike.
  var others: [SessionAttribute] = []

  static let plain = PartyMedia(profile: .plain, takes: [.plain])

  static func handshake(as role: HandshakeRole = .either, seed: UInt8 = 1) -> PartyMedia {
    PartyMedia(
      profile: .handshake, takes: [.handshake], suites: [],
      fingerprint: CertificateFingerprint(.sha256, Array(repeating: seed, count: 32)), role: role,
      others: [SessionAttribute("rtcp-mux")])
  }

  func key(_ suite: CryptoSuite) -> MediaKey? {
    MediaKey(suite, (0..<suite.keyLength).map { UInt8(truncatingIfNeeded: $0) &+ seed })
  }

  func refuses(_ offer: SessionDescription) -> Bool {
    !offer.media.contains { MediaProfile(rawValue: $0.profile).map(takes.contains) ?? false }
  }

  func dress(_ session: inout SessionDescription, answering offer: SessionDescription?) {
    session.media[0].profile = offer?.media[0].profile ?? profile.rawValue
    session.media[0].attributes += crypto(answering: offer).map(\.attribute) + others
    guard let fingerprint, offer == nil || offer?.fingerprint != nil else { return }
    let role = offer == nil || self.role != .either ? role : .active
    session.media[0].attributes += [
      fingerprint.attribute, SessionAttribute(HandshakeRole.name, role.rawValue),
    ]
  }

  /// Of an offer the first line that it knows.
  private func crypto(answering offer: SessionDescription?) -> [CryptoAttribute] {
    guard let offer else {
      return suites.enumerated().compactMap { place, suite in
        key(suite).map { CryptoAttribute(tag: UInt32(place + 1), key: $0) }
      }
    }
    let known = offer.crypto.first { suites.contains($0.key.suite) }
    return known.flatMap { line in
      key(line.key.suite).map { [CryptoAttribute(tag: line.tag, key: $0)] }
    } ?? []
  }
}

extension SessionDescription {
  var crypto: [CryptoAttribute] { media[0].attributes.compactMap { CryptoAttribute($0) } }
  var fingerprint: CertificateFingerprint? {
    media[0].attributes.lazy.compactMap { CertificateFingerprint($0) }.first
  }
  /// Of the audio.
  func value(_ name: String) -> String? {
    media[0].attributes.first { $0.name == name }?.value
  }
}
