import CallControl
import NodeContract

/// How far the loop is behind its sockets. What the kernel holds cannot be seen in one call, but a
/// socket that still has datagrams after a whole turn has not been empty since: so long, at most,
/// has its oldest datagram waited.
struct BacklogGauge {
  private var busySince: [IPEndpoint: BootInstant] = [:]

  /// A socket had its turn.
  mutating func note(_ socket: IPEndpoint, isEmpty: Bool, at now: BootInstant) {
    if isEmpty {
      busySince[socket] = nil
    } else if busySince[socket] == nil {
      busySince[socket] = now
    }
  }

  func pressure(at now: BootInstant) -> NodePressure {
    NodePressure(backlog: busySince.values.min().map { $0.duration(to: now) } ?? .zero)
  }
}
