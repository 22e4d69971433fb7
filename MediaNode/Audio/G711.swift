/// The two companding laws of ITU-T G.711: 8,000 samples a second, a byte each.
public enum G711: Hashable, Sendable, CaseIterable {
  /// PCMU of RFC 3551.
  case muLaw
  /// PCMA of RFC 3551.
  case aLaw

  /// The static payload type of RFC 3551 table 4.
  public var payloadType: UInt8 {
    switch self {
    case .muLaw: 0
    case .aLaw: 8
    }
  }

  /// The code of a sample of zero.
  public var silence: UInt8 {
    switch self {
    case .muLaw: 0xFF
    case .aLaw: 0xD5
    }
  }

  /// One 16-bit sample as its code.
  public func encode(_ sample: Int16) -> UInt8 {
    switch self {
    case .muLaw: G711.encodeMuLaw(sample)
    case .aLaw: G711.encodeALaw(sample)
    }
  }

  /// One code as a 16-bit sample.
  public func decode(_ code: UInt8) -> Int16 {
    switch self {
    case .muLaw: G711.muLawSamples[Int(code)]
    case .aLaw: G711.aLawSamples[Int(code)]
    }
  }

  public func encode(_ samples: some Sequence<Int16>) -> [UInt8] { samples.map(encode) }

  public func decode(_ codes: some Sequence<UInt8>) -> [Int16] { codes.map(decode) }

  // MARK: - µ-law: 14 bits, a bias of 33 that makes every segment twice the one below

  private static func encodeMuLaw(_ sample: Int16) -> UInt8 {
    let isNegative = sample < 0
    let fourteenBits = Int32(sample) >> 2
    let magnitude = min(isNegative ? -fourteenBits : fourteenBits, 8_158) + 33
    let segment = segment(of: magnitude, firstTop: 0x3F)
    let code = UInt8(truncatingIfNeeded: segment << 4 | (magnitude >> (segment + 1)) & 0xF)
    return code ^ (isNegative ? 0x7F : 0xFF)
  }

  private static let muLawSamples: [Int16] = (0...255).map { code in
    let bits = ~UInt8(truncatingIfNeeded: code)
    let magnitude = (Int16(bits & 0xF) << 3 + 0x84) << Int16(bits >> 4 & 7) - 0x84
    return bits & 0x80 == 0 ? magnitude : -magnitude
  }

  // MARK: - A-law: 13 bits, even bits inverted on the line

  private static func encodeALaw(_ sample: Int16) -> UInt8 {
    let thirteenBits = Int32(sample) >> 3
    let mask: UInt8 = thirteenBits >= 0 ? 0xD5 : 0x55
    let magnitude = thirteenBits >= 0 ? thirteenBits : -thirteenBits - 1
    let segment = segment(of: magnitude, firstTop: 0x1F)
    let step = magnitude >> max(segment, 1) & 0xF
    return UInt8(truncatingIfNeeded: segment << 4 | step) ^ mask
  }

  private static let aLawSamples: [Int16] = (0...255).map { code in
    let bits = UInt8(truncatingIfNeeded: code) ^ 0x55
    let segment = Int16(bits >> 4 & 7)
    let step = Int16(bits & 0xF) << 4 + 8
    let magnitude = segment == 0 ? step : (step + 0x100) << (segment - 1)
    return bits & 0x80 == 0 ? -magnitude : magnitude
  }

  /// The number, 0 to 7, of the segment that holds `magnitude`; each reaches twice as far as the
  /// one before.
  private static func segment(of magnitude: Int32, firstTop: Int32) -> Int32 {
    var segment: Int32 = 0
    while magnitude >= (firstTop + 1) << segment, segment < 7 { segment += 1 }
    return segment
  }
}
