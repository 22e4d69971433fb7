import NodeContract
import SIP

/// Keeps those out who only try, and the node in time for the others.
///
/// A source is banned for failures that prove it receives at its address: a wrong answer to a
/// challenge of ours. What a forged source address can bring about is at most that strangers at
/// that address get no answer for a while. Flows that have proven a password go on behind a banned
/// address: thirty phones may share it with the one that has a wrong password.
struct Protection: Sendable {
  /// What the exchange knows of a request before anybody proved anything.
  struct Request: Sendable {
    let flow: Flow
    var userAgent = ""
    /// It comes from an address of a carrier of ours.
    var isFromPeer = false
    /// Its domain is a tenant's, or it names our own address.
    var isForUs = true
    /// It calls an emergency number of its tenant.
    var isEmergency = false
    /// It says that it belongs to something that is up.
    var continues = false
  }

  enum Verdict: Hashable, Sendable {
    case admit
    /// 503 with Retry-After.
    case refuse
    /// Silence.
    case drop
  }

  /// A source's flow, or (without port) the source.
  private struct SourceKey: Hashable, Sendable {
    let high: UInt64
    let low: UInt64
    let port: UInt16

    /// An IPv6 customer has a network of 64 bits.
    init(_ endpoint: IPEndpoint, isFlow: Bool) {
      port = isFlow ? endpoint.port : 0
      switch endpoint.address {
      case .v4(let value): (high, low) = (0, UInt64(value))
      case .v6(let high, let low): (self.high, self.low) = (high, isFlow ? low : 0)
      }
    }
  }

  private struct Record: Forgettable {
    var failures = RateBucket()
    var bannedUntil: BootInstant?
    /// Somebody there knew a password.
    var trustedUntil: BootInstant?

    func isForgotten(at now: BootInstant) -> Bool {
      failures.isEmpty(at: now) && !isBanned(at: now) && !isTrusted(at: now)
    }
    func isBanned(at now: BootInstant) -> Bool { bannedUntil.map { now < $0 } ?? false }
    func isTrusted(at now: BootInstant) -> Bool { trustedUntil.map { now < $0 } ?? false }
  }

  private struct Trust: Forgettable {
    let until: BootInstant
    func isForgotten(at now: BootInstant) -> Bool { until <= now }
  }

  /// What nobody's address can be trusted for.
  private struct Traffic: Forgettable {
    var requests = RateBucket()
    var strange = RateBucket()
    var refusals = RateBucket()

    func isForgotten(at now: BootInstant) -> Bool {
      requests.isEmpty(at: now) && strange.isEmpty(at: now) && refusals.isEmpty(at: now)
    }
  }

  private let limits: ProtectionLimits
  private var records: BoundedTable<SourceKey, Record>
  private var flows: BoundedTable<SourceKey, Trust>
  private var traffic: BoundedTable<SourceKey, Traffic>
  private var tenants: [TenantID: RateBucket] = [:]
  private(set) var overload = OverloadControl()

  init(limits: ProtectionLimits) {
    self.limits = limits
    records = BoundedTable(capacity: limits.sources)
    flows = BoundedTable(capacity: limits.flows)
    traffic = BoundedTable(capacity: limits.sources)
  }

  mutating func measure(_ pressure: NodePressure, at now: BootInstant) {
    overload.measure(pressure, at: now)
  }

  // MARK: - Before a request is looked at

  /// Judges a request outside dialogs.
  mutating func judge(
    _ request: Request, at now: BootInstant, _ random: inout some RandomNumberGenerator
  ) -> Verdict {
    let isTrusted =
      flows[SourceKey(request.flow.remote, isFlow: true)]
      .map { now < $0.until } ?? false
    if isTrusted && request.isEmergency { return .admit }
    if !isTrusted && !request.isFromPeer, let verdict = judgeStranger(request, at: now) {
      return verdict
    }
    let mayWait = !request.isEmergency && !request.continues
    return mayWait && overload.sheds(&random) ? .refuse : .admit
  }

  /// Nil: nothing stands against it.
  private mutating func judgeStranger(_ request: Request, at now: BootInstant) -> Verdict? {
    if Scanners.wrote(request.userAgent) { return .drop }
    let key = SourceKey(request.flow.remote, isFlow: false)
    let record = records[key]
    if record?.isBanned(at: now) ?? false { return .drop }
    var seen = traffic[key] ?? Traffic()
    defer { traffic.set(seen, for: key, at: now) }
    if !request.isForUs, !seen.strange.admit(limits.strangeRequests, at: now) { return .drop }
    if record?.isTrusted(at: now) ?? false { return nil }
    guard !seen.requests.admit(limits.requestsOfSource, at: now) else { return nil }
    return seen.refusals.admit(limits.refusalsOfSource, at: now) ? .refuse : .drop
  }

  // MARK: - Passwords

  /// Somebody at this flow answered a challenge of ours wrongly. True when that was once too often.
  mutating func failed(_ flow: Flow, at now: BootInstant) -> Bool {
    let key = SourceKey(flow.remote, isFlow: false)
    var record = records[key] ?? Record()
    defer { records.set(record, for: key, at: now) }
    let limit = record.isTrusted(at: now) ? limits.failuresBesideTrusted : limits.failures
    guard !record.failures.admit(limit, at: now), !record.isBanned(at: now) else { return false }
    record.bannedUntil = now.advanced(by: limits.ban)
    return true
  }

  /// Somebody at this flow proved its password.
  mutating func succeeded(_ flow: Flow, at now: BootInstant) {
    let until = now.advanced(by: limits.trust)
    flows.set(Trust(until: until), for: SourceKey(flow.remote, isFlow: true), at: now)
    let key = SourceKey(flow.remote, isFlow: false)
    var record = records[key] ?? Record()
    record.trustedUntil = until
    records.set(record, for: key, at: now)
  }

  // MARK: - Tenants

  /// Takes one request of a tenant's own, proven; false when those are too many.
  mutating func admit(_ tenant: TenantID, at now: BootInstant) -> Bool {
    tenants[tenant, default: RateBucket()].admit(limits.requestsOfTenant, at: now)
  }

  mutating func forget(_ tenant: TenantID) { tenants[tenant] = nil }
}
