/// What silence sounds like at the other end, in a packet's few bytes (RFC 3389): a level, and the
/// shape of its spectrum as reflection coefficients.
public struct ComfortNoise: Hashable, Sendable {
  /// The static payload type at 8,000 samples a second.
  public static let payloadType: UInt8 = 13
  /// Coefficients beyond these are left out, as section 3.4 permits.
  public static let mostCoefficients = 10

  /// In decibels below the loudest sample there is, 0 to 127.
  public let level: UInt8
  /// -1 to 1 each.
  public let reflection: [Float]

  public init(level: UInt8, reflection: [Float] = []) {
    self.level = min(level, 127)
    self.reflection = reflection.prefix(Self.mostCoefficients).map { min(max($0, -0.99), 0.99) }
  }

  /// nil for no bytes.
  public init?(parsing payload: some Collection<UInt8>) {
    guard let level = payload.first else { return nil }
    self.init(
      level: level & 0x7F,
      reflection: payload.dropFirst().prefix(Self.mostCoefficients).map {
        (Float($0) - 127) / 128
      })
  }

  public var payload: [UInt8] {
    [level] + reflection.map { UInt8(min(max(($0 * 128).rounded() + 127, 0), 254)) }
  }

  /// The noise that these samples are, by its level and `order` coefficients (Levinson and Durbin's
  /// recursion).
  public init(of samples: [Int16], order: Int = 4) {
    let power = samples.reduce(0.0) { $0 + Double($1) * Double($1) } / Double(max(1, samples.count))
    self.init(
      level: Self.level(of: power), reflection: Self.reflection(of: samples, order: order))
  }

  private static func reflection(of samples: [Int16], order: Int) -> [Float] {
    guard samples.count > order, samples.contains(where: { $0 != 0 }) else { return [] }
    let correlation = (0...order).map { lag in
      zip(samples, samples.dropFirst(lag)).reduce(0.0) { $0 + Double($1.0) * Double($1.1) }
    }
    var error = correlation[0] * 1.0001
    var predictor: [Double] = []
    var reflection: [Float] = []
    for step in 1...max(1, order) where step <= order {
      let known = predictor.indices.reduce(0.0) {
        $0 + predictor[$1] * correlation[step - 1 - $1]
      }
      let coefficient = (correlation[step] - known) / error
      reflection.append(Float(coefficient))
      predictor =
        predictor.indices.map { predictor[$0] - coefficient * predictor[step - 2 - $0] }
        + [coefficient]
      error *= 1 - coefficient * coefficient
    }
    return reflection
  }

  /// -dBov of a mean square.
  private static func level(of power: Double) -> UInt8 {
    var level: UInt8 = 0
    var bound = 32_768.0 * 32_768 * 0.891_250_9  // half a decibel below
    while level < 127, power < bound {
      bound *= 0.794_328_234_724_281_5  // a decibel
      level += 1
    }
    return level
  }

  /// The mean square that ``level`` means.
  var power: Double { (0..<level).reduce(32_768.0 * 32_768) { power, _ in power * 0.794_328_2 } }
}

/// Noise that goes on from frame to frame.
public struct ComfortNoiseGenerator: Sendable {
  private var random: UInt64
  private var noise = ComfortNoise(level: 127)
  private var amplitude: Float = 0
  /// The lattice's backward errors.
  private var memory: [Float] = []

  /// The same noise for the same seed.
  public init(seed: UInt64 = 1) { random = seed | 1 }

  /// From now on it sounds like this.
  public mutating func become(_ noise: ComfortNoise) {
    self.noise = noise
    memory = Array(repeating: 0, count: noise.reflection.count)
    // What the filter adds is taken off before it; a uniform spread has a third of its peak's power.
    let loss = noise.reflection.reduce(1.0) { $0 * Double(1 - $1 * $1) }
    amplitude = Float((noise.power * 3 * loss).squareRoot())
  }

  public mutating func generate(_ count: Int, into samples: inout [Int16]) {
    samples.removeAll(keepingCapacity: true)
    for _ in 0..<count { samples.append(Int16(saturating: next())) }
  }

  /// White noise through the all-pole lattice.
  private mutating func next() -> Float {
    random = random &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
    var forward = Float(Int32(truncatingIfNeeded: random >> 32)) / 2_147_483_648 * amplitude
    var stage = memory.count - 1
    while stage >= 0 {
      forward += noise.reflection[stage] * memory[stage]
      let backward = memory[stage] - noise.reflection[stage] * forward
      if stage + 1 < memory.count { memory[stage + 1] = backward }
      stage -= 1
    }
    if !memory.isEmpty { memory[0] = forward }
    return forward
  }
}
