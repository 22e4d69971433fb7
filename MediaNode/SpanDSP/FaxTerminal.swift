internal import CSpanDSP

/// A fax machine that speaks T.38 (ITU-T T.38, T.30): the end of a fax that others relay. Its time is
/// told, so that it may go faster than the hours do.
///
/// Belongs to one thread at a time.
public final class FaxTerminal {
  /// What became of the fax, when the machine is through with it.
  public struct Report: Hashable, Sendable {
    /// 0: all pages arrived; else spandsp's number for what went wrong.
    public let code: Int32
    public let pagesSent: Int
    public let pagesReceived: Int
    /// Of the latest page, in pixels.
    public let width: Int
    public let length: Int
    /// Lines of it that arrived damaged.
    public let damagedLines: Int
  }

  private let state: OpaquePointer
  private let outbox: Outbox

  /// spandsp counts time in samples, of which so many make a second.
  private static let samplesPerSecond: Int32 = 8_000

  /// Calls with the pages of a TIFF file.
  public static func sending(_ path: String) -> FaxTerminal {
    let terminal = FaxTerminal(isCaller: true)
    t30_set_tx_file(t38_terminal_get_t30_state(terminal.state), path, -1, -1)
    return terminal
  }

  /// Is called, and writes the pages to a TIFF file.
  public static func receiving(into path: String) -> FaxTerminal {
    let terminal = FaxTerminal(isCaller: false)
    t30_set_rx_file(t38_terminal_get_t30_state(terminal.state), path, -1)
    return terminal
  }

  private init(isCaller: Bool) {
    // The callbacks need to know whom they call, who is not there before his state is.
    let outbox = Outbox()
    let place = Unmanaged.passUnretained(outbox).toOpaque()
    let send:
      @convention(c) (
        OpaquePointer?, UnsafeMutableRawPointer?, UnsafePointer<UInt8>?, Int32, Int32
      ) -> Int32 = { _, place, bytes, count, times in
        guard let place, let bytes else { return -1 }
        Unmanaged<Outbox>.fromOpaque(place).takeUnretainedValue()
          .add(Array(UnsafeBufferPointer(start: bytes, count: Int(count))), times: Int(times))
        return 0
      }
    guard let state = t38_terminal_init(nil, isCaller ? 1 : 0, send, place) else {
      preconditionFailure("no memory for a fax machine")
    }
    self.outbox = outbox
    self.state = state
    t30_set_phase_e_handler(
      t38_terminal_get_t30_state(state),
      { _, place, code in
        guard let place else { return }
        Unmanaged<Outbox>.fromOpaque(place).takeUnretainedValue().code = code
      }, place)
  }

  deinit { t38_terminal_free(state) }

  /// So much time passes. Returns the datagrams that it sends meanwhile.
  public func advance(by time: Duration) -> [[UInt8]] {
    let samples = time / .seconds(1) * Double(Self.samplesPerSecond)
    t38_terminal_send_timeout(state, Int32(samples))
    return outbox.take()
  }

  /// A datagram came. What is no UDPTL is passed by.
  public func receive(_ datagram: [UInt8]) {
    guard datagram.count > 3 else { return }
    let sequence = UInt16(datagram[0]) << 8 | UInt16(datagram[1])
    let end = 3 + Int(datagram[2])
    guard datagram[2] < 0x80, end <= datagram.count else { return }
    let message = Array(datagram[3..<end])
    t38_core_rx_ifp_packet(
      t38_terminal_get_t38_core_state(state), message, Int32(message.count), sequence)
  }

  /// Nil: it is not through yet.
  public var report: Report? {
    guard let code = outbox.code else { return nil }
    var counts = t30_stats_t()
    t30_get_transfer_statistics(t38_terminal_get_t30_state(state), &counts)
    return Report(
      code: code, pagesSent: Int(counts.pages_tx), pagesReceived: Int(counts.pages_rx),
      width: Int(counts.width), length: Int(counts.length), damagedLines: Int(counts.bad_rows))
  }
}

/// What a fax machine says, as datagrams.
private final class Outbox {
  var code: Int32?
  private var datagrams: [[UInt8]] = []
  /// Newest first.
  private var earlier: [[UInt8]] = []
  private var sequence: UInt16 = 0

  /// How often each message is sent again, in the datagrams after its own.
  private static let repetitions = 3

  /// - Parameter times: how often its datagram is sent, as nothing may follow in which it would come
  ///   again.
  func add(_ message: [UInt8], times: Int) {
    guard message.count < 0x80 else { return }
    var datagram = [UInt8(sequence >> 8), UInt8(truncatingIfNeeded: sequence)]
    datagram += [UInt8(message.count)] + message
    datagram += [0, UInt8(earlier.count)] + earlier.flatMap { [UInt8($0.count)] + $0 }
    datagrams += Array(repeating: datagram, count: max(1, times))
    earlier = [message] + earlier.prefix(Self.repetitions - 1)
    sequence &+= 1
  }

  func take() -> [[UInt8]] {
    defer { datagrams = [] }
    return datagrams
  }
}
