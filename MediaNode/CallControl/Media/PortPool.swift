/// The relay ports of one address: even ones for RTP, each with the odd one above it for RTCP.
/// A port given back goes to the end of the queue, so that a late packet of its last call finds
/// nobody rather than a stranger.
struct PortPool: Hashable, Sendable {
  private var queue: [UInt16]
  private var head = 0
  private var free: Int
  let capacity: Int

  init(_ range: ClosedRange<UInt16>) {
    queue = range.filter { $0 % 2 == 0 && $0 < range.upperBound }
    capacity = queue.count
    free = queue.count
  }

  var inUse: Int { capacity - free }

  /// Nil when all ports are in use.
  mutating func take() -> UInt16? {
    guard free > 0 else { return nil }
    let port = queue[head]
    head = (head + 1) % capacity
    free -= 1
    return port
  }

  /// Takes those of `ports` that are free, and answers which.
  mutating func take(_ ports: Set<UInt16>) -> Set<UInt16> {
    let all = (0..<free).map { queue[(head + $0) % capacity] }
    let taken = all.filter(ports.contains)
    let left = all.filter { !ports.contains($0) }
    queue = left + taken + queue.indices.dropFirst(free).map { queue[(head + $0) % capacity] }
    (head, free) = (0, left.count)
    return Set(taken)
  }

  /// Takes back what `take` gave.
  mutating func giveBack(_ port: UInt16) {
    precondition(free < capacity, "port \(port) was given back twice")
    queue[(head + free) % capacity] = port
    free += 1
  }
}
