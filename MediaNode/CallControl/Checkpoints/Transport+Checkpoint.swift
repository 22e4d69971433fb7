import SIP

extension CryptoSuite: Checkpointed {}
extension MediaProfile: Checkpointed {}
extension CertificateFingerprint.Algorithm: Checkpointed {}

extension MediaKey: Checkpointed {
  func write(to writer: inout CheckpointWriter) {
    writer.write(suite)
    writer.writeData(bytes)
  }

  init(from reader: inout CheckpointReader) throws(CheckpointError) {
    let suite = try reader.read(CryptoSuite.self)
    guard let key = MediaKey(suite, Array(try reader.readData())) else {
      throw .malformed("key")
    }
    self = key
  }
}

extension MediaKeys: Checkpointed {
  func write(to writer: inout CheckpointWriter) {
    writer.write(inbound)
    writer.write(outbound)
  }

  init(from reader: inout CheckpointReader) throws(CheckpointError) {
    self.init(
      inbound: try reader.read(MediaKey.self), outbound: try reader.read(MediaKey.self))
  }
}

extension CertificateFingerprint: Checkpointed {
  func write(to writer: inout CheckpointWriter) {
    writer.write(algorithm)
    writer.writeData(bytes)
  }

  init(from reader: inout CheckpointReader) throws(CheckpointError) {
    let algorithm = try reader.read(Algorithm.self)
    guard let fingerprint = CertificateFingerprint(algorithm, Array(try reader.readData())) else {
      throw .malformed("fingerprint")
    }
    self = fingerprint
  }
}

extension MediaHandshake: Checkpointed {
  func write(to writer: inout CheckpointWriter) {
    writer.write(fingerprints)
    writer.write(isClient)
    writer.write(keys)
  }

  init(from reader: inout CheckpointReader) throws(CheckpointError) {
    self.init(
      fingerprints: try reader.read([CertificateFingerprint].self),
      isClient: try reader.read(Bool.self), keys: try reader.read(MediaKeys?.self))
  }
}

extension ConnectivityCredentials: Checkpointed {
  func write(to writer: inout CheckpointWriter) {
    writer.write(fragment)
    writer.write(password)
  }

  init(from reader: inout CheckpointReader) throws(CheckpointError) {
    let (fragment, password) = (try reader.read(String.self), try reader.read(String.self))
    guard let known = ConnectivityCredentials(fragment: fragment, password: password) else {
      throw .malformed("credentials of checks")
    }
    self = known
  }
}

extension MediaConnectivity: Checkpointed {
  func write(to writer: inout CheckpointWriter) {
    writer.write(ours)
    writer.write(theirFragment)
  }

  init(from reader: inout CheckpointReader) throws(CheckpointError) {
    self.init(
      ours: try reader.read(ConnectivityCredentials.self),
      theirFragment: try reader.read(String.self))
  }
}

extension MediaTransport.Protection: Checkpointed {
  func write(to writer: inout CheckpointWriter) {
    switch self {
    case .none: writer.write(UInt8(1))
    case .awaited: writer.write(UInt8(2))
    case .keys(let keys):
      writer.write(UInt8(3))
      writer.write(keys)
    case .handshake(let handshake):
      writer.write(UInt8(4))
      writer.write(handshake)
    }
  }

  init(from reader: inout CheckpointReader) throws(CheckpointError) {
    switch try reader.read(UInt8.self) {
    case 1: self = .none
    case 2: self = .awaited
    case 3: self = .keys(try reader.read(MediaKeys.self))
    case 4: self = .handshake(try reader.read(MediaHandshake.self))
    default: throw .malformed("protection")
    }
  }
}

extension MediaTransport: Checkpointed {
  func write(to writer: inout CheckpointWriter) {
    writer.write(protection)
    writer.write(isMultiplexed)
    writer.write(connectivity)
  }

  init(from reader: inout CheckpointReader) throws(CheckpointError) {
    self.init(
      try reader.read(Protection.self), isMultiplexed: try reader.read(Bool.self),
      connectivity: try reader.read(MediaConnectivity?.self))
  }
}

extension MediaSecret: Checkpointed {
  func write(to writer: inout CheckpointWriter) {
    writer.writeData(bytes)
    writer.write(fingerprint)
  }

  init(from reader: inout CheckpointReader) throws(CheckpointError) {
    let bytes = Array(try reader.readData())
    let fingerprint = try reader.read(CertificateFingerprint?.self)
    guard let secret = MediaSecret(bytes, fingerprint: fingerprint) else {
      throw .malformed("secret")
    }
    self = secret
  }
}

extension SessionTransport.Agreement: Checkpointed {
  func write(to writer: inout CheckpointWriter) {
    writer.write(profile)
    writer.write(transport)
    writer.write(tag)
    writer.write(fingerprint)
  }

  init(from reader: inout CheckpointReader) throws(CheckpointError) {
    self.init(
      profile: try reader.read(MediaProfile.self),
      transport: try reader.read(MediaTransport.self), tag: try reader.read(UInt32.self),
      fingerprint: try reader.read(CertificateFingerprint?.self))
  }
}

extension SessionTransport: Checkpointed {
  func write(to writer: inout CheckpointWriter) {
    writer.write(secret)
    writer.write(isConfidential)
    writer.write(wish.rawValue)
    writer.write(agreement)
    writer.write(generation)
  }

  init(from reader: inout CheckpointReader) throws(CheckpointError) {
    let secret = try reader.read(MediaSecret?.self)
    let isConfidential = try reader.read(Bool.self)
    guard let wish = Wish(rawValue: try reader.read(UInt8.self)) else { throw .malformed("wish") }
    self.init(
      secret: secret, isConfidential: isConfidential, wish: wish,
      agreement: try reader.read(Agreement?.self), generation: try reader.read(UInt8.self))
  }
}
