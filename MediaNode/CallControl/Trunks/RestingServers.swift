import NodeContract
import SIP

/// Carriers' servers that failed a short time ago: others are asked before them, so that one dead
/// server does not cost each call the time to find that out (RFC 3263 section 4.3). Nobody is left
/// out: when all rest, all are asked, in their order.
struct RestingServers: Sendable {
  private let limits: ExchangeLimits
  private var ends = DeadlineQueue<IPEndpoint>()
  private var resting: Set<IPEndpoint> = []

  init(limits: ExchangeLimits) { self.limits = limits }

  var nextDeadline: BootInstant? { ends.next }

  /// It said nothing, or the network says that it is not there.
  mutating func failed(_ server: IPEndpoint, at now: BootInstant) {
    rest(server, for: limits.serverRest, at: now)
  }

  /// It answered, and may have asked to be left alone (RFC 3261 section 21.5.4).
  mutating func answered(_ server: IPEndpoint, _ response: SIPResponse, at now: BootInstant) {
    guard response.status == StatusCode.serviceUnavailable else {
      // Nearly always it did not rest.
      guard resting.remove(server) != nil else { return }
      return ends.set(nil, for: server)
    }
    let asked = response.headers["Retry-After"].flatMap { Self.seconds($0) }
    rest(server, for: min(asked ?? limits.serverRest, limits.longestServerRest), at: now)
  }

  private mutating func rest(_ server: IPEndpoint, for time: Duration, at now: BootInstant) {
    guard resting.contains(server) || resting.count < limits.restingServers else { return }
    resting.insert(server)
    ends.set(now.advanced(by: time), for: server)
  }

  /// Whose time is over is asked like all others.
  mutating func advance(to now: BootInstant) {
    while let server = ends.popDue(at: now) { resting.remove(server) }
  }

  /// The same ways, those to resting servers last.
  func ordered(_ flows: [Flow]) -> [Flow] {
    guard !resting.isEmpty else { return flows }
    return flows.filter { !resting.contains($0.remote) }
      + flows.filter { resting.contains($0.remote) }
  }

  /// `120 (I am in a meeting);duration=3600` (RFC 3261 section 20.33).
  private static func seconds(_ field: String) -> Duration? {
    UInt32(field.prefix { $0.isASCII && $0.isNumber }).map { .seconds($0) }
  }
}

extension Exchange {
  /// A request of ours to a carrier was answered.
  mutating func noteAnswer(_ response: SIPResponse, from flow: Flow, at now: Moment) {
    guard isCarriersSide(flow.local) else { return }
    restingServers.answered(flow.remote, response, at: now.boot)
  }

  /// A request of ours to a carrier was not answered.
  mutating func noteSilence(of flow: Flow, at now: Moment) {
    guard isCarriersSide(flow.local) else { return }
    restingServers.failed(flow.remote, at: now.boot)
  }
}
