import NodeContract
import SIP

/// What one party and we say to each other about what lies beneath the audio: protection, RTCP beside
/// RTP, checks of the way (RFC 3264 with RFC 4568, RFC 5763, RFC 5761 and RFC 8839).
struct SessionTransport: Hashable, Sendable {
  /// What we offer by ourselves; the lesser ones are for parties that refuse.
  enum Wish: UInt8, Hashable, Sendable, CaseIterable {
    case plain
    /// Keys in the description, for whoever heeds them beside plain media (RFC 8643): a party that
    /// wants an offer cannot refuse it and be asked again.
    case optionalKeys
    /// Keys in the description, and a certificate for those that would rather shake hands: some take
    /// the offer and heed one of both.
    case keys
    /// Keys by a handshake in the media.
    case handshake
  }

  /// What both said last.
  struct Agreement: Hashable, Sendable {
    var profile: MediaProfile
    var transport: MediaTransport
    /// Of the `a=crypto` line that was taken.
    var tag: UInt32 = 0
    /// Of the certificate that we show.
    var fingerprint: CertificateFingerprint?
  }

  /// Nil: nothing but plain media, which whoever has no need of secrets gets without their cost.
  var secret: MediaSecret?
  /// Nobody between reads what we say, so that it may tell keys (RFC 4568 section 8).
  var isConfidential: Bool
  var wish: Wish
  private(set) var agreement: Agreement?
  /// How often the party began its checks anew.
  private(set) var generation: UInt8 = 0

  static let plain = SessionTransport(secret: nil, isConfidential: false, wish: .plain)

  init(
    secret: MediaSecret?, isConfidential: Bool, wish: Wish, agreement: Agreement? = nil,
    generation: UInt8 = 0
  ) {
    self.secret = secret
    self.isConfidential = isConfidential
    self.wish = wish
    self.agreement = agreement
    self.generation = generation
  }

  /// What the relay must do on this side.
  var current: MediaTransport {
    agreement?.transport ?? (wish == .plain ? .plain : MediaTransport(.awaited))
  }

  /// Whether what fax machines say may take the place of the audio. It knows neither keys nor checks of
  /// the way: a party that was promised secrets is not served in the clear instead.
  var mayCarryFax: Bool {
    agreement?.transport.protection == MediaTransport.Protection.none
      && agreement?.transport.connectivity == nil
  }

  /// The next best that a party may take which refused our offer; nil: there is none.
  mutating func wishForLess() -> Bool {
    guard agreement == nil else { return false }
    switch wish {
    case .keys: wish = secret?.fingerprint == nil ? .plain : .handshake
    case .handshake: wish = .plain
    case .plain, .optionalKeys: return false
    }
    return true
  }

  /// Offers of ours go another way from now on.
  mutating func goes(confidentially isConfidential: Bool) {
    self.isConfidential = isConfidential
    if !isConfidential, wish == .keys || wish == .optionalKeys { wish = .plain }
  }

  /// Our side has another secret from now on: other keys, other credentials, and what was agreed by a
  /// handshake is shaken anew, under the certificate that the secret shows.
  mutating func renew(_ secret: MediaSecret) {
    self.secret = secret
    switch agreement?.transport.protection {
    case .keys(let keys):
      guard let ours = secret.key(for: keys.inbound.suite) else { break }
      agreement?.transport.protection = .keys(MediaKeys(inbound: keys.inbound, outbound: ours))
    case .handshake(var handshake):
      handshake.keys = nil
      agreement?.transport.protection = .handshake(handshake)
      agreement?.fingerprint = secret.fingerprint
    case .some(.none), .awaited, nil: break
    }
    guard let checks = agreement?.transport.connectivity else { return }
    agreement?.transport.connectivity = secret.credentials(generation).map {
      MediaConnectivity(ours: $0, theirFragment: checks.theirFragment)
    }
  }

  // MARK: - The party's offer

  /// False, and nothing changes, when we cannot do what the medium wants.
  mutating func takeOffer(_ medium: MediaDescription, in session: SessionDescription) -> Bool {
    guard let profile = MediaProfile(rawValue: medium.profile) else { return false }
    let said = TransportAttributes(medium, in: session)
    guard
      var agreement = keys(for: profile, said) ?? handshake(for: profile, said) ?? plain(profile)
    else { return false }
    agreement.transport.isMultiplexed = said.isMultiplexed
    agreement.transport.connectivity = connectivity(with: said)
    self.agreement = agreement
    return true
  }

  /// The first line that we can do. In the clear a key is none.
  private func keys(for profile: MediaProfile, _ said: TransportAttributes) -> Agreement? {
    guard isConfidential, !profile.isByHandshake, let theirs = said.crypto.first,
      let ours = secret?.key(for: theirs.key.suite)
    else { return nil }
    let keys = MediaKeys(inbound: theirs.key, outbound: ours)
    return Agreement(profile: profile, transport: MediaTransport(.keys(keys)), tag: theirs.tag)
  }

  private func handshake(for profile: MediaProfile, _ said: TransportAttributes) -> Agreement? {
    guard profile.isSecure, !said.fingerprints.isEmpty else { return nil }
    // Whoever may choose is served best by beginning: its way to us is open (RFC 5763 section 5).
    return handshake(profile, said.fingerprints, isClient: said.role == .passive)
  }

  private func handshake(
    _ profile: MediaProfile, _ theirs: [CertificateFingerprint], isClient: Bool
  ) -> Agreement? {
    // What was shaken lasts as long as the certificates do (RFC 8842 section 5.5).
    if let known = agreement, case .handshake(let before) = known.transport.protection,
      before.fingerprints == theirs
    {
      return Agreement(
        profile: profile, transport: MediaTransport(.handshake(before)),
        fingerprint: known.fingerprint)
    }
    guard let fingerprint = secret?.fingerprint else { return nil }
    let handshake = MediaHandshake(fingerprints: theirs, isClient: isClient)
    return Agreement(
      profile: profile, transport: MediaTransport(.handshake(handshake)), fingerprint: fingerprint)
  }

  private func plain(_ profile: MediaProfile) -> Agreement? {
    profile.isSecure ? nil : Agreement(profile: profile, transport: .plain)
  }

  private mutating func connectivity(with said: TransportAttributes) -> MediaConnectivity? {
    guard let theirs = said.credentials, !said.isLite else { return nil }
    if let before = agreement?.transport.connectivity, before.theirFragment != theirs.fragment {
      generation &+= 1
    }
    return secret?.credentials(generation).map {
      MediaConnectivity(ours: $0, theirFragment: theirs.fragment)
    }
  }

  // MARK: - The party's answer

  /// False, and nothing changes, when it is no answer to what we offered.
  mutating func takeAnswer(_ medium: MediaDescription, in session: SessionDescription) -> Bool {
    guard let profile = MediaProfile(rawValue: medium.profile) else { return false }
    let said = TransportAttributes(medium, in: session)
    guard var agreement = answered(profile, said) else { return false }
    agreement.transport.isMultiplexed = offersMultiplexing && said.isMultiplexed
    agreement.transport.connectivity = offersConnectivity ? connectivity(with: said) : nil
    self.agreement = agreement
    return true
  }

  private func answered(_ profile: MediaProfile, _ said: TransportAttributes) -> Agreement? {
    // Some that cannot protect say so by answering to what was not offered.
    guard profile == offeredProfile else { return plain(profile) }
    let taken = said.crypto.first { answer in
      offeredCrypto.contains { $0.tag == answer.tag && $0.key.suite == answer.key.suite }
    }
    if let taken, let ours = secret?.key(for: taken.key.suite) {
      let keys = MediaKeys(inbound: taken.key, outbound: ours)
      return Agreement(profile: profile, transport: MediaTransport(.keys(keys)), tag: taken.tag)
    }
    guard said.fingerprints.isEmpty || handshakeAttributes.isEmpty else {
      return handshake(profile, said.fingerprints, isClient: said.role == .passive)
    }
    // Without a word of protection there is none, whatever the profile.
    return said.saysNothing ? Agreement(profile: profile, transport: .plain) : nil
  }

  // MARK: - What we say

  /// The medium as it is told to the party, with our socket for RTP at `local`.
  func dressed(_ medium: MediaDescription, at local: IPEndpoint) -> MediaDescription {
    var medium = medium
    medium.profile = offeredProfile.rawValue
    medium.attributes += offeredCrypto.map(\.attribute) + handshakeAttributes
    if offersMultiplexing { medium.attributes.append(SessionAttribute("rtcp-mux")) }
    medium.attributes += connectivityAttributes(at: local)
    return medium
  }

  /// What goes with it for the whole session.
  var sessionAttributes: [SessionAttribute] {
    offersConnectivity ? [SessionAttribute("ice-lite")] : []
  }

  private var offeredProfile: MediaProfile {
    if let agreement { return agreement.profile }
    switch wish {
    case .plain, .optionalKeys: return .plain
    case .keys: return .secure
    case .handshake: return .handshake
    }
  }

  private var offeredCrypto: [CryptoAttribute] {
    if let agreement {
      guard case .keys(let keys) = agreement.transport.protection else { return [] }
      return [CryptoAttribute(tag: agreement.tag, key: keys.outbound)]
    }
    guard wish == .keys || wish == .optionalKeys, let secret else { return [] }
    return CryptoSuite.allCases.enumerated().compactMap { place, suite in
      secret.key(for: suite).map { CryptoAttribute(tag: UInt32(place + 1), key: $0) }
    }
  }

  private var handshakeAttributes: [SessionAttribute] {
    if let agreement {
      guard case .handshake(let handshake) = agreement.transport.protection else { return [] }
      return setUp(agreement.fingerprint, as: handshake.isClient ? .active : .passive)
    }
    guard offersHandshake else { return [] }
    return setUp(secret?.fingerprint, as: .either)
  }

  private var offersHandshake: Bool {
    secret?.fingerprint != nil && (wish == .handshake || wish == .keys)
  }

  private func setUp(_ fingerprint: CertificateFingerprint?, as role: HandshakeRole)
    -> [SessionAttribute]
  {
    (fingerprint.map { [$0.attribute] } ?? [])
      + [SessionAttribute(HandshakeRole.name, role.rawValue)]
  }

  private var offersMultiplexing: Bool {
    agreement?.transport.isMultiplexed ?? offersHandshake
  }

  private var offersConnectivity: Bool {
    if let agreement { return agreement.transport.connectivity != nil }
    return wish == .handshake
  }

  private func connectivityAttributes(at local: IPEndpoint) -> [SessionAttribute] {
    guard offersConnectivity,
      let ours = agreement?.transport.connectivity?.ours ?? secret?.credentials(generation)
    else { return [] }
    let rtp = candidate(1, at: local)
    guard !offersMultiplexing || agreement == nil, local.port < .max else {
      return ours.attributes + [rtp]
    }
    let control = candidate(2, at: IPEndpoint(local.address, port: local.port + 1))
    return ours.attributes + [rtp, control]
  }

  /// One host candidate for each component (RFC 8839 section 5.1, RFC 8445 section 5.1.2.2).
  private func candidate(_ component: UInt32, at local: IPEndpoint) -> SessionAttribute {
    let priority = 126 << 24 | 65_535 << 8 | (256 - component)
    return SessionAttribute(
      "candidate", "1 \(component) UDP \(priority) \(local.address) \(local.port) typ host")
  }
}

extension MediaProfile {
  /// Whether keys in the description have no place there.
  var isByHandshake: Bool { self == .handshake || self == .handshakeWithFeedback }
}

/// What a party says of what lies beneath one medium; what its session says counts where the medium
/// says nothing.
struct TransportAttributes {
  /// Lines that we can do, in the party's order.
  let crypto: [CryptoAttribute]
  /// Neither a key nor a certificate, known or unknown.
  let saysNothing: Bool
  let fingerprints: [CertificateFingerprint]
  let role: HandshakeRole?
  let isMultiplexed: Bool
  let credentials: ConnectivityCredentials?
  let isLite: Bool

  init(_ medium: MediaDescription, in session: SessionDescription) {
    func value(_ name: String) -> String? {
      (medium.attributes.first { $0.name == name } ?? session.attributes.first { $0.name == name })?
        .value
    }
    crypto = medium.attributes.compactMap { CryptoAttribute($0) }
    let own = medium.attributes.compactMap { CertificateFingerprint($0) }
    fingerprints = own.isEmpty ? session.attributes.compactMap { CertificateFingerprint($0) } : own
    func isSecret(_ attribute: SessionAttribute) -> Bool {
      attribute.name == CryptoAttribute.name || attribute.name == CertificateFingerprint.name
    }
    saysNothing =
      !medium.attributes.contains(where: isSecret) && !session.attributes.contains(where: isSecret)
    role = value(HandshakeRole.name).flatMap { HandshakeRole(rawValue: $0.lowercased()) }
    isMultiplexed = medium.attributes.contains { $0.name == "rtcp-mux" }
    isLite = session.attributes.contains { $0.name == "ice-lite" }
    let fragment = value(ConnectivityCredentials.fragmentName)
    let password = value(ConnectivityCredentials.passwordName)
    credentials = fragment.flatMap { fragment in
      password.flatMap { ConnectivityCredentials(fragment: fragment, password: $0) }
    }
  }

  /// Whether an offer can only be answered by somebody with secrets.
  static func wantSecrets(_ session: SessionDescription) -> Bool {
    let names: Set = [
      CertificateFingerprint.name, ConnectivityCredentials.fragmentName,
    ]
    return (session.attributes + session.media.flatMap(\.attributes)).contains {
      names.contains($0.name)
    }
  }
}
