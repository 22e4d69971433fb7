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

  /// - Parameter wait: how long a datagram that was just read had waited, if that is known. A busy
  ///   socket that is served in time is never found empty either: so this has the last word. Asked
  ///   only when there may be something to know.
  func pressure(at now: BootInstant, wait: () -> Duration?) -> NodePressure {
    let longest = busySince.values.min().map { $0.duration(to: now) } ?? .zero
    guard longest > Self.worthAsking, let wait = wait() else {
      return NodePressure(backlog: longest)
    }
    return NodePressure(backlog: min(longest, wait))
  }

  private static let worthAsking = Duration.milliseconds(20)
}
