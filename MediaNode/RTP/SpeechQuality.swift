/// How good a party's speech is to hear, estimated from what its packets met on their way: the E-model
/// of ITU-T G.107 with everything at its default but delay and loss.
public struct SpeechQuality: Hashable, Sendable {
  /// What a codec costs by itself, and how it bears loss (ITU-T G.113 appendix I).
  public struct Codec: Hashable, Sendable {
    public let impairment: Double
    public let robustness: Double

    public init(impairment: Double, robustness: Double) {
      self.impairment = impairment
      self.robustness = robustness
    }

    /// With concealment of lost packets, which every phone of today has.
    public static let g711 = Codec(impairment: 0, robustness: 25.1)
  }

  /// The transmission rating R, 0 to 93.2.
  public let rating: Double

  /// - Parameters:
  ///   - loss: lost packets of all that were sent, 0 to 1.
  ///   - delay: from mouth to ear, in milliseconds.
  public init(loss: Double, delay: Double, codec: Codec = .g711) {
    let percent = 100 * min(max(loss, 0), 1)
    let impairment =
      codec.impairment
      + (95 - codec.impairment) * percent / (percent + codec.robustness)
    rating = min(max(93.2 - Self.impairment(ofDelay: delay) - impairment, 0), 100)
  }

  /// Little below 177 ms, where people begin to interrupt each other.
  private static func impairment(ofDelay delay: Double) -> Double {
    0.024 * delay + (delay > 177.3 ? 0.11 * (delay - 177.3) : 0)
  }

  /// From jitter and round trip, as a relay knows them: a packet of 20 ms, half the round trip, and a
  /// buffer of twice the jitter on the listener's side.
  public init(loss: Double, roundTrip: Double, jitter: Double, codec: Codec = .g711) {
    self.init(loss: loss, delay: 20 + roundTrip / 2 + 2 * jitter, codec: codec)
  }

  /// The mean opinion score, 1 (bad) to 4.5 (excellent) (G.107 annex B).
  public var meanOpinionScore: Double {
    1 + 0.035 * rating + 7e-6 * rating * (rating - 60) * (100 - rating)
  }
}
