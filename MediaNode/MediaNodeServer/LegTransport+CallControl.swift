import CallControl
import MediaPlane
import SIP
import SRTP
import TLS

/// What session descriptions say, as the media plane does it, and back.
extension LegTransport {
  init(_ transport: MediaTransport) {
    self.init(
      Protection(transport.protection), isMultiplexed: transport.isMultiplexed,
      connectivity: transport.connectivity.map {
        LegConnectivity(
          ourFragment: $0.ours.fragment, ourPassword: $0.ours.password,
          theirFragment: $0.theirFragment)
      })
  }
}

extension LegTransport.Protection {
  fileprivate init(_ protection: MediaTransport.Protection) {
    switch protection {
    case .none: self = .none
    case .awaited: self = .awaited
    case .keys(let keys): self = LegKeys(keys).map { .keys($0) } ?? .awaited
    case .handshake(let handshake):
      self = .handshake(
        LegHandshake(
          hashes: handshake.fingerprints.compactMap(CertificateHash.init),
          isClient: handshake.isClient, keys: handshake.keys.flatMap(LegKeys.init)))
    }
  }
}

extension LegKeys {
  fileprivate init?(_ keys: MediaKeys) {
    guard let inbound = SRTPKey(keys.inbound), let outbound = SRTPKey(keys.outbound) else {
      return nil
    }
    self.init(inbound: inbound, outbound: outbound)
  }
}

extension MediaKeys {
  init?(_ keys: LegKeys) {
    guard let inbound = MediaKey(keys.inbound), let outbound = MediaKey(keys.outbound) else {
      return nil
    }
    self.init(inbound: inbound, outbound: outbound)
  }
}

extension SRTPKey {
  fileprivate init?(_ key: MediaKey) {
    let profile = SRTPProfile.allCases.first { $0.name == key.suite.rawValue }
    guard let profile else { return nil }
    self.init(profile, key.bytes)
  }
}

extension MediaKey {
  fileprivate init?(_ key: SRTPKey) {
    guard let suite = CryptoSuite(rawValue: key.profile.name) else { return nil }
    self.init(suite, key.bytes)
  }
}

extension CertificateHash {
  fileprivate init?(_ fingerprint: CertificateFingerprint) {
    guard let algorithm = Algorithm(rawValue: fingerprint.algorithm.rawValue) else { return nil }
    self.init(algorithm, fingerprint.bytes)
  }
}

extension CertificateFingerprint {
  init?(_ hash: CertificateHash) {
    guard let algorithm = Algorithm(rawValue: hash.algorithm.rawValue) else { return nil }
    self.init(algorithm, hash.bytes)
  }
}
