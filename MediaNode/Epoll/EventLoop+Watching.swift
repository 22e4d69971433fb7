import CLinux
import Glibc

/// What a handler wants to hear of. Level-triggered: it is called for as long as it is true.
public struct Interest: OptionSet, Sendable {
  public let rawValue: UInt32
  public init(rawValue: UInt32) { self.rawValue = rawValue }

  public static let readable = Interest(rawValue: EPOLLIN.rawValue)
  public static let writable = Interest(rawValue: EPOLLOUT.rawValue)
}

/// What is true of a descriptor now.
public struct Readiness: OptionSet, Sendable {
  public let rawValue: UInt32
  public init(rawValue: UInt32) { self.rawValue = rawValue }

  public static let readable = Readiness(rawValue: EPOLLIN.rawValue)
  public static let writable = Readiness(rawValue: EPOLLOUT.rawValue)
  /// A connection failed; the socket's error says why.
  public static let failed = Readiness(rawValue: EPOLLERR.rawValue)
  /// The other end is gone.
  public static let hungUp = Readiness(rawValue: EPOLLHUP.rawValue)
}

/// One watched descriptor.
final class Watch {
  /// Tells this watch from an earlier one of the same descriptor whose events are still in hand.
  let generation: UInt32
  let handler: (Readiness) -> Void

  init(generation: UInt32, handler: @escaping (Readiness) -> Void) {
    self.generation = generation
    self.handler = handler
  }
}

extension EventLoop {
  /// Calls `handler` on the loop whenever `descriptor` is ready; replaces an earlier watch of it.
  /// On the loop, or before it starts. The descriptor stays the caller's: unwatch it before
  /// closing it.
  public func watch(
    _ descriptor: Int32, for interest: Interest, _ handler: @escaping (Readiness) -> Void
  ) {
    expectConfinement()
    let isKnown = watch(of: descriptor) != nil
    lastGeneration &+= 1
    let index = Int(descriptor)
    if index >= watches.count {
      watches += Array(repeating: nil, count: index + 1 - watches.count)
    }
    watches[index] = Watch(generation: lastGeneration, handler: handler)
    control(isKnown ? EPOLL_CTL_MOD : EPOLL_CTL_ADD, descriptor, interest, lastGeneration)
  }

  /// Changes what the handler of a watched descriptor hears of.
  public func setInterest(_ interest: Interest, of descriptor: Int32) {
    expectConfinement()
    guard let watch = watch(of: descriptor) else {
      preconditionFailure("descriptor \(descriptor) is not watched by \(name)")
    }
    control(EPOLL_CTL_MOD, descriptor, interest, watch.generation)
  }

  /// The handler is not called again, not even for events that already arrived. A descriptor that
  /// is not watched is left alone.
  public func unwatch(_ descriptor: Int32) {
    expectConfinement()
    guard watch(of: descriptor) != nil else { return }
    watches[Int(descriptor)] = nil
    _ = epoll_ctl(poll, EPOLL_CTL_DEL, descriptor, nil)
  }

  private func watch(of descriptor: Int32) -> Watch? {
    watches.indices.contains(Int(descriptor)) ? watches[Int(descriptor)] : nil
  }

  /// The kernel refuses only what is our mistake (no such descriptor, a plain file) or when it has
  /// no memory left for a hundred bytes.
  private func control(
    _ operation: Int32, _ descriptor: Int32, _ interest: Interest, _ generation: UInt32
  ) {
    var event = clinux_epoll_event(
      interest.rawValue, UInt64(generation) << 32 | UInt64(UInt32(bitPattern: descriptor)))
    let result = epoll_ctl(poll, operation, descriptor, &event)
    precondition(result == 0, "\(SystemError("\(name) watches descriptor \(descriptor)"))")
  }

  /// Nothing is allocated here: the table is looked up and the stored closure called.
  func deliver(_ event: epoll_event) {
    let tag = event.data.u64
    let index = Int(tag & 0xFFFF_FFFF)
    guard index < watches.count, let watch = watches[index],
      watch.generation == UInt32(truncatingIfNeeded: tag >> 32)
    else { return }
    watch.handler(Readiness(rawValue: event.events))
  }
}
