/// One sample rate to another by a polyphase filter: a sinc under a Kaiser window, of which each
/// output sample meets only the taps that fall on input samples. What the lower of both rates
/// cannot hold is damped by ``stopBand`` decibels, and speech up to 85 % of its half passes within
/// a hundredth of a decibel.
///
/// Streams: what comes in pieces comes out the same as what comes at once.
public struct Resampler: Sendable {
  /// In decibels, from half of the lower rate upwards.
  public static let stopBand = 80.0
  /// The share of half of the lower rate that passes unchanged.
  public static let passBand = 0.85

  public let inputRate: Int
  public let outputRate: Int
  private let interpolation: Int
  private let decimation: Int
  /// One row of `width` coefficients for each phase, each in the order of the history.
  private let coefficients: [Float]
  private let width: Int
  /// The last `width - 1` samples, then those not yet used.
  private var history: [Float]
  /// Of the next output sample, within the next input sample, in parts of `interpolation`.
  private var phase = 0

  /// Rates in hertz, whose ratio must be one of small numbers.
  public init(from inputRate: Int, to outputRate: Int) {
    precondition(inputRate > 0 && outputRate > 0, "from \(inputRate) to \(outputRate) Hz")
    let divisor = greatestCommonDivisor(inputRate, outputRate)
    self.inputRate = inputRate
    self.outputRate = outputRate
    interpolation = outputRate / divisor
    decimation = inputRate / divisor
    precondition(interpolation <= 1_000, "from \(inputRate) to \(outputRate) Hz")
    let prototype = KaiserFilter(
      lowest: min(inputRate, outputRate), rate: inputRate * interpolation)
    // Whole vectors of eight.
    width = (prototype.taps.count + interpolation * 8 - 1) / (interpolation * 8) * 8
    coefficients = Self.phases(of: prototype.taps, interpolation: interpolation, width: width)
    history = Array(repeating: 0, count: width - 1)
  }

  /// How much later sound comes out.
  public var delay: Duration {
    guard inputRate != outputRate else { return .zero }
    return .microseconds(width * 500_000 / inputRate)
  }

  /// The next samples of the stream, in place of what `output` held.
  public mutating func resample(_ input: [Int16], into output: inout [Int16]) {
    output.removeAll(keepingCapacity: true)
    guard inputRate != outputRate else {
      output.append(contentsOf: input)
      return
    }
    for sample in input { history.append(Float(sample)) }
    let used = produce(into: &output)
    history.removeFirst(used)
  }

  /// Returns how many input samples are behind every sample still to come.
  private mutating func produce(into output: inout [Int16]) -> Int {
    var position = 0
    while position + width <= history.count {
      output.append(Int16(saturating: dotProduct(at: position)))
      phase += decimation
      position += phase / interpolation
      phase %= interpolation
    }
    // A step may lead beyond what is there: the rest of it is taken when more has come.
    guard position > history.count else { return position }
    phase += (position - history.count) * interpolation
    return history.count
  }

  private func dotProduct(at position: Int) -> Float {
    coefficients.withUnsafeBytes { coefficients in
      history.withUnsafeBytes { history in
        let row = phase * width * MemoryLayout<Float>.stride
        let first = position * MemoryLayout<Float>.stride
        var sum = SIMD8<Float>()
        for offset in stride(from: 0, to: width * MemoryLayout<Float>.stride, by: 32) {
          sum +=
            coefficients.loadUnaligned(fromByteOffset: row + offset, as: SIMD8<Float>.self)
            * history.loadUnaligned(fromByteOffset: first + offset, as: SIMD8<Float>.self)
        }
        return sum.sum()
      }
    }
  }

  private static func phases(of taps: [Double], interpolation: Int, width: Int) -> [Float] {
    var rows = [Float](repeating: 0, count: interpolation * width)
    for (index, tap) in taps.enumerated() {
      let phase = index % interpolation
      rows[phase * width + width - 1 - index / interpolation] = Float(tap * Double(interpolation))
    }
    return rows
  }
}

/// A low pass of linear phase, by Kaiser's formulas.
struct KaiserFilter {
  let taps: [Double]

  /// Damps what lies above half of `lowest`, in a stream of `rate` samples a second.
  init(lowest: Int, rate: Int) {
    let nyquist = Double(lowest) / 2
    let edges = (pass: nyquist * Resampler.passBand / Double(rate), stop: nyquist / Double(rate))
    let cutoff = (edges.pass + edges.stop) / 2
    let damping = Resampler.stopBand + 4
    let order = (damping - 7.95) / (2.285 * 2 * Double.pi * (edges.stop - edges.pass))
    let count = Int(order.rounded(.up)) | 1
    let beta = 0.1102 * (damping - 8.7)
    let middle = Double(count - 1) / 2
    let raw = (0..<count).map { index -> Double in
      let offset = Double(index) - middle
      let sinc =
        offset == 0 ? 2 * cutoff : sine(turns: cutoff * offset) / (Double.pi * offset)
      let place = offset / middle
      return sinc * bessel(beta * max(0, 1 - place * place).squareRoot()) / bessel(beta)
    }
    let gain = raw.reduce(0, +)
    taps = raw.map { $0 / gain }
  }
}

/// The modified Bessel function of the first kind and order zero, by its series.
private func bessel(_ x: Double) -> Double {
  var term = 1.0
  var sum = 1.0
  var step = 1.0
  while term > sum * 1e-17 {
    term *= (x / 2 / step) * (x / 2 / step)
    sum += term
    step += 1
  }
  return sum
}

private func greatestCommonDivisor(_ first: Int, _ second: Int) -> Int {
  second == 0 ? first : greatestCommonDivisor(second, first % second)
}

extension Int16 {
  /// The nearest sample: what is louder than full scale is full scale.
  init(saturating value: Float) {
    self = value >= 32_767 ? .max : value <= -32_768 ? .min : Int16(value.rounded())
  }
}
