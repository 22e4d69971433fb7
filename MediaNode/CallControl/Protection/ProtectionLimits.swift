/// When `Protection` says no.
public struct ProtectionLimits: Hashable, Sendable {
  /// Sources that are remembered; beyond: the oldest is forgotten.
  public var sources = 20_000
  /// Flows that proved a password and are remembered; beyond: the oldest is forgotten.
  public var flows = 100_000

  /// Wrong answers to challenges from one source; beyond: it is banned.
  public var failures = RateLimit(burst: 10, interval: .seconds(60))
  /// The same where others behind the address know their passwords: an office with one phone that
  /// was set up wrongly.
  public var failuresBesideTrusted = RateLimit(burst: 60, interval: .seconds(10))
  /// How long a banned source hears nothing. Flows that proved a password are heard.
  public var ban: Duration = .seconds(600)
  /// How long a flow is trusted after it proved a password.
  public var trust: Duration = .seconds(2 * 3600)

  /// Requests for domains that are none of ours from one source; beyond: silence.
  public var strangeRequests = RateLimit(burst: 20, interval: .seconds(2))
  /// Requests outside dialogs from a source where nobody proved a password; beyond: 503 with
  /// Retry-After.
  public var requestsOfSource = RateLimit.perSecond(100, burst: 500)
  /// Such 503s; beyond: silence.
  public var refusalsOfSource = RateLimit.perSecond(10, burst: 20)
  /// Requests of one tenant outside dialogs, with passwords proven; beyond: 503 with Retry-After.
  public var requestsOfTenant = RateLimit.perSecond(500, burst: 5_000)

  public init() {}
}
