internal import CCares
public import Epoll
import Glibc
public import NodeContract
public import SIP

/// The resolver could not be set up.
public struct DNSResolverError: Error, CustomStringConvertible {
  public let description: String

  init(_ doing: String, status: Int32) {
    description = "\(doing): \(String(cString: ares_strerror(status)))"
  }
}

/// Asks name servers, on an event loop and without ever blocking it. Used on its loop only.
///
/// The system's hosts file and search list are not used: what a carrier's domain means is the DNS' to
/// say, the same on every node.
public final class DNSResolver {
  /// How long one server may take, and how often all of them are asked; each time they may take
  /// longer.
  private static let patienceMilliseconds: Int32 = 1_000
  private static let tries: Int32 = 3

  private let loop: EventLoop
  private var channel: ares_channel?
  private var timer: LoopTimer?
  private var watched: Set<Int32> = []

  /// - Parameter servers: the name servers; none: those of the system's `resolv.conf`.
  public init(servers: [IPEndpoint] = [], on loop: EventLoop) throws(DNSResolverError) {
    self.loop = loop
    var options = ares_options()
    options.flags = ARES_FLAG_NOSEARCH | ARES_FLAG_NOALIASES
    options.timeout = Self.patienceMilliseconds
    options.tries = Self.tries
    options.sock_state_cb = { resolver, descriptor, readable, writable in
      guard let resolver else { return }
      Unmanaged<DNSResolver>.fromOpaque(resolver).takeUnretainedValue()
        .watch(descriptor, readable: readable != 0, writable: writable != 0)
    }
    options.sock_state_cb_data = Unmanaged.passUnretained(self).toOpaque()
    let status = ares_init_options(
      &channel, &options,
      ARES_OPT_FLAGS | ARES_OPT_TIMEOUTMS | ARES_OPT_TRIES | ARES_OPT_SOCK_STATE_CB)
    guard status == ARES_SUCCESS else {
      throw DNSResolverError("setting up the DNS resolver", status: status)
    }
    try use(servers)
    timer = loop.makeTimer { [unowned self] in timePassed() }
  }

  /// Whoever waits for an answer hears that there is none.
  deinit {
    if let timer { loop.setTimer(timer, at: nil) }
    if let channel { ares_destroy(channel) }
  }

  private func use(_ servers: [IPEndpoint]) throws(DNSResolverError) {
    guard !servers.isEmpty else { return }
    let list = servers.map(\.description).joined(separator: ",")
    let status = ares_set_servers_ports_csv(channel, list)
    guard status == ARES_SUCCESS else {
      throw DNSResolverError("using the name servers \(list)", status: status)
    }
  }

  /// Asks; `take` is called once, perhaps before this returns.
  public func ask(_ question: DNSQuestion, then take: @escaping (DNSAnswer) -> Void) {
    guard let channel else { return take(.failed) }
    let waiting = Unmanaged.passRetained(Waiting(question.kind, take))
    ares_query(
      channel, question.name, Self.internetClass, question.kind.type,
      { waiting, status, _, bytes, count in
        guard let waiting else { return }
        Unmanaged<Waiting>.fromOpaque(waiting).takeRetainedValue()
          .answered(status, UnsafeRawBufferPointer(start: bytes, count: Int(count)))
      }, waiting.toOpaque())
    armTimer()
  }

  private static let internetClass: Int32 = 1

  /// Whoever asked, kept until the library answers.
  private final class Waiting {
    private let kind: DNSQuestion.Kind
    private let take: (DNSAnswer) -> Void

    init(_ kind: DNSQuestion.Kind, _ take: @escaping (DNSAnswer) -> Void) {
      self.kind = kind
      self.take = take
    }

    func answered(_ status: Int32, _ reply: UnsafeRawBufferPointer) {
      take(DNSReply.answer(status, reply, to: kind))
    }
  }

  // MARK: - Sockets and time

  private func watch(_ descriptor: Int32, readable: Bool, writable: Bool) {
    var interest: Interest = []
    if readable { interest.insert(.readable) }
    if writable { interest.insert(.writable) }
    if interest.isEmpty {
      watched.remove(descriptor)
      loop.unwatch(descriptor)
    } else if watched.insert(descriptor).inserted {
      loop.watch(descriptor, for: interest) { [unowned self] in ready(descriptor, $0) }
    } else {
      loop.setInterest(interest, of: descriptor)
    }
  }

  private func ready(_ descriptor: Int32, _ readiness: Readiness) {
    let isWritable = readiness.contains(.writable)
    let isReadable = !readiness.isDisjoint(with: [.readable, .hungUp, .failed])
    process(isReadable ? descriptor : Self.noSocket, isWritable ? descriptor : Self.noSocket)
  }

  private func timePassed() { process(Self.noSocket, Self.noSocket) }

  private func process(_ readable: Int32, _ writable: Int32) {
    ares_process_fd(channel, readable, writable)
    armTimer()
  }

  private static let noSocket: Int32 = -1

  private func armTimer() {
    guard let timer else { return }
    var left = timeval()
    guard ares_timeout(channel, nil, &left) != nil else { return loop.setTimer(timer, at: nil) }
    let wait = Duration.seconds(left.tv_sec) + .microseconds(left.tv_usec)
    loop.setTimer(timer, at: MachineClock.boot().advanced(by: wait + .milliseconds(1)))
  }
}

extension DNSQuestion.Kind {
  /// RFC 1035 section 3.2.2, RFC 3596, RFC 2782 and RFC 3403.
  fileprivate var type: Int32 {
    switch self {
    case .a: 1
    case .aaaa: 28
    case .srv: 33
    case .naptr: 35
    }
  }
}
