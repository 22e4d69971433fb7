import Epoll
import Gates
import NodeContract
import SIP

/// Answers to phones that ask at the port of SIP where they are (RFC 5626 section 8).
extension SignallingLoop {
  func answerKeepAlive(
    _ datagram: UnsafeRawBufferPointer, from source: IPEndpoint, at socket: UDPSocket, now: Moment
  ) {
    guard serves(socket.local), gates.gate(of: socket.local.address).relays,
      keepAlives.admits(at: now.boot),
      let answer = STUNBinding.answer(to: datagram, from: source)
    else { return traffic.datagramDropped() }
    socket.send(answer, to: source)
  }
}

/// How many keep-alives are answered: whoever forges their source could have us send to others.
struct KeepAliveAllowance {
  /// 10,000 phones that ask every 25 seconds, ten times over.
  private static let perSecond = 4_000
  private var second = BootInstant(nanoseconds: 0)
  private var answered = 0

  mutating func admits(at now: BootInstant) -> Bool {
    if second.duration(to: now) >= .seconds(1) { (second, answered) = (now, 0) }
    answered += 1
    return answered <= Self.perSecond
  }
}
