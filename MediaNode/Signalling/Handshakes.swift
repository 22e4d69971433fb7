import Epoll
import Glibc
import TLS

/// A connection whose sides do not know each other yet.
///
/// `@unchecked Sendable`: whoever begins it leaves it alone until it hears of its end.
final class Handshake: @unchecked Sendable {
  let stream: TCPStream
  let tls: TLSSession
  /// What the kernel did not take yet.
  var outgoing: [UInt8] = []
  fileprivate var isOver = false
  fileprivate let end: @Sendable (_ isEstablished: Bool) -> Void

  init(
    over stream: TCPStream, by tls: TLSSession,
    then end: @escaping @Sendable (_ isEstablished: Bool) -> Void
  ) {
    self.stream = stream
    self.tls = tls
    self.end = end
  }
}

/// TLS handshakes, on a thread of their own: each takes a millisecond or more of computing, and when
/// a whole town's phones come back at once, calls must not wait for them.
///
/// `@unchecked Sendable`: `loop` is synchronised, all else is touched on its thread only.
final class Handshakes: @unchecked Sendable {
  private let loop: EventLoop
  private let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 16_384, alignment: 16)

  init() throws(SystemError) { loop = try EventLoop(name: "handshakes", precedence: .last) }

  deinit { buffer.deallocate() }

  func start() { loop.start() }

  func stop() { loop.stop() }

  /// Goes on until both sides know each other, the connection ends or it is abandoned. In the first
  /// two cases `handshake`'s end is told, on the thread of the handshakes.
  func begin(_ handshake: Handshake) {
    loop.submit { [self] in
      guard !handshake.isOver else { return }
      loop.watch(handshake.stream.descriptor, for: .readable) { [unowned self, unowned handshake] in
        ready(handshake, $0)
      }
      advance(handshake)
    }
  }

  /// Leaves the connection alone; its end is not told.
  func abandon(_ handshake: Handshake) {
    loop.submit { [self] in
      if !handshake.isOver { leave(handshake) }
    }
  }

  private func leave(_ handshake: Handshake) {
    handshake.isOver = true
    loop.unwatch(handshake.stream.descriptor)
  }

  private func finish(_ handshake: Handshake, isEstablished: Bool) {
    leave(handshake)
    handshake.end(isEstablished)
  }

  // MARK: - Readiness

  private func ready(_ handshake: Handshake, _ readiness: Readiness) {
    if readiness.contains(.writable), !flush(handshake) { return }
    guard !readiness.isDisjoint(with: [.readable, .hungUp, .failed]) else { return }
    switch handshake.stream.read(into: buffer) {
    case .moved(let count):
      guard (try? handshake.tls.receive(UnsafeRawBufferPointer(rebasing: buffer[..<count]))) != nil
      else { return finish(handshake, isEstablished: false) }
      advance(handshake)
    case .wouldBlock: break
    case .ended, .failed: finish(handshake, isEstablished: false)
    }
  }

  private func advance(_ handshake: Handshake) {
    let isGoingOn = (try? handshake.tls.shakeHands()) != nil
    handshake.outgoing += handshake.tls.takeOutput()
    // Where it fails, the alert that says why goes out if it can.
    guard flush(handshake), !isGoingOn || handshake.tls.isEstablished else { return }
    finish(handshake, isEstablished: isGoingOn)
  }

  /// False when the handshake is over.
  private func flush(_ handshake: Handshake) -> Bool {
    var sent = 0
    loop: while sent < handshake.outgoing.count {
      let progress = handshake.outgoing.withUnsafeBytes {
        handshake.stream.write(UnsafeRawBufferPointer(rebasing: $0[sent...]))
      }
      switch progress {
      case .moved(let count): sent += count
      case .wouldBlock: break loop
      case .ended, .failed:
        finish(handshake, isEstablished: false)
        return false
      }
    }
    handshake.outgoing.removeFirst(sent)
    loop.setInterest(
      handshake.outgoing.isEmpty ? .readable : [.readable, .writable],
      of: handshake.stream.descriptor)
    return true
  }
}
