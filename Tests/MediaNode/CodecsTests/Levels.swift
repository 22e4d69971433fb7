import Foundation

/// Of a ratio of powers.
func decibels(_ ratio: Double) -> Double { 10 * log10(max(ratio, 1e-20)) }

/// The share of full scale that a tone has, by a Fourier sum at its frequency.
func amplitude(of frequency: Double, in samples: [Int16], rate: Int) -> Double {
  var real = 0.0
  var imaginary = 0.0
  for (index, sample) in samples.enumerated() {
    let angle = 2 * Double.pi * frequency * Double(index) / Double(rate)
    real += Double(sample) * cos(angle)
    imaginary += Double(sample) * sin(angle)
  }
  return 2 * (real * real + imaginary * imaginary).squareRoot() / Double(samples.count) / 32_767
}
