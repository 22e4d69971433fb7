import CLinux
import Epoll
public import NodeContract

/// What may leave from each of the node's service addresses, as whoever sends must ask: two deadlines
/// in memory, which whoever judges the evidence puts off as long as there is some. Nobody has to
/// be told that evidence ended, and a process that was stopped finds the deadlines past when it wakes.
///
/// `@unchecked Sendable`: the table never changes, and the deadlines are atomic words.
public final class AddressGates: @unchecked Sendable {
  private let gates: [IPAddress: Gate]

  /// All closed.
  public init(_ addresses: some Sequence<IPAddress>) {
    gates = Dictionary(addresses.map { ($0, Gate.closed()) }) { first, _ in first }
  }

  /// Where nobody judges: everything may leave.
  public static let open = AddressGates([])

  /// That of the address; open for an address that nobody judges.
  public func gate(of address: IPAddress) -> Gate { gates[address] ?? .open }
}

/// One address' deadlines. A value that packets' threads keep beside the socket that it belongs to.
public struct Gate: @unchecked Sendable {
  // `@unchecked Sendable`: the words are atomic, and stay as long as the process.

  /// Until when what parties say may be passed on, when requests of our own may be sent, and when the
  /// address is known to be ours; in a cache line of their own, since every packet looks.
  private let deadlines: UnsafeMutablePointer<Int64>

  private init(_ deadline: Int64) {
    let bytes = UnsafeMutableRawPointer.allocate(byteCount: 64, alignment: 64)
    deadlines = bytes.initializeMemory(as: Int64.self, repeating: deadline, count: 8)
  }

  /// Never closes.
  public static let open = Gate(.max)

  static func closed() -> Gate { Gate(0) }

  /// Asked just before each sending of what a party said, or of an answer to it.
  public var relays: Bool { isAhead(0) }

  /// Asked just before each request of our own.
  public var begins: Bool { isAhead(1) }

  /// Whether a control plane said so lately: otherwise another site may carry calls of this address on.
  public var isKnown: Bool { isAhead(2) }

  /// A gate that never closes is not worth a look at the clock.
  private func isAhead(_ index: Int) -> Bool {
    let deadline = Int64(bitPattern: clinux_load(deadlines + index))
    return deadline == .max || MachineClock.boot().nanoseconds <= deadline
  }

  /// What is known of the evidence now; nil: there is none.
  public func set(
    relaysUntil relays: BootInstant?, beginsUntil begins: BootInstant?,
    knownUntil known: BootInstant?
  ) {
    clinux_store(deadlines, UInt64(bitPattern: relays?.nanoseconds ?? 0))
    clinux_store(deadlines + 1, UInt64(bitPattern: begins?.nanoseconds ?? 0))
    clinux_store(deadlines + 2, UInt64(bitPattern: known?.nanoseconds ?? 0))
  }
}
