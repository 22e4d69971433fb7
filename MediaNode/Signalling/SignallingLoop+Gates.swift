import CallControl
public import Epoll
import Gates
public import NodeContract
import SIP

/// Addresses come and go while the loop runs, and nothing leaves from one while its gate is shut.
extension SignallingLoop {
  /// Sends a message, or keeps it for as long as its address' gate may open again: a node that was away
  /// for a moment, or is new at an address, has something to say as soon as it may.
  func send(_ message: SIPMessage, over flow: Flow) {
    guard message.mayLeave(by: gates.gate(of: flow.local.address)) else {
      return hold(message, over: flow)
    }
    transmit(message, over: flow)
  }

  private func hold(_ message: SIPMessage, over flow: Flow) {
    let now = EventLoop.readMoment().boot
    guard held.add(message, over: flow, at: now) else { return traffic.datagramUnsent() }
    if heldTimer == nil { heldTimer = loop.makeTimer { [unowned self] in releaseHeld() } }
    askAgain(at: now)
  }

  private func askAgain(at now: BootInstant) {
    guard let heldTimer else { return }
    loop.setTimer(heldTimer, at: held.isEmpty ? nil : now.advanced(by: HeldMessages.interval))
  }

  private nonisolated func releaseHeld() {
    assumeIsolated { loop in
      let now = EventLoop.readMoment().boot
      let due = loop.held.release(at: now) { message, flow in
        message.mayLeave(by: loop.gates.gate(of: flow.local.address))
      }
      for (message, flow) in due { loop.transmit(message, over: flow) }
      loop.askAgain(at: now)
    }
  }

  /// Listens at an address that was given to this node, too. From any thread, after `start`.
  public nonisolated func listen(at sockets: AddressSockets) {
    loop.submit { [self] in assumeIsolated { $0.open(sockets) } }
  }

  /// Hears nothing more at the address, which is becoming another's, and closes nothing: whoever speaks there
  /// now is to say it again to that one, and not to be told that nobody listens. From any thread,
  /// after `start`.
  public nonisolated func fallDeaf(at address: IPAddress) {
    loop.submit { [self] in assumeIsolated { _ = $0.deaf.insert(address) } }
  }

  /// Closes all sockets and connections at the address. From any thread, after `start`.
  public nonisolated func leave(_ address: IPAddress) {
    loop.submit { [self] in assumeIsolated { $0.close(address) } }
  }
}

/// The sockets of one service address.
public struct AddressSockets: Sendable {
  public var datagrams: UDPSocket
  public var streams: TCPListener
  /// Nil where nobody comes by TLS.
  public var secure: TCPListener?

  /// Binds them all, or none.
  /// - Parameter secure: where TLS is to arrive; nil: nowhere.
  public init(binding endpoint: IPEndpoint, secure secureEndpoint: IPEndpoint?) throws(SystemError)
  {
    datagrams = try UDPSocket(
      binding: endpoint, receiveBufferBytes: SignallingSockets.receiveBufferBytes)
    streams = try TCPListener(binding: endpoint)
    if let secureEndpoint { secure = try TCPListener(binding: secureEndpoint) }
  }
}

extension SIPMessage {
  /// Answers pass with what they answer; what we say of ourselves must wait until nobody else may say it.
  fileprivate func mayLeave(by gate: Gate) -> Bool {
    switch self {
    case .response: gate.relays
    case .request(let request): request.method == .ack ? gate.relays : gate.begins
    }
  }
}

/// Messages whose gate is shut, oldest first.
struct HeldMessages {
  /// Beyond, a message is lost; whoever waits for it says so again.
  static let limit = 4_096
  /// Longer than a new holder waits for its predecessor's end. Older ones are not worth sending.
  static let patience = Duration.seconds(2)
  static let interval = Duration.milliseconds(10)

  private var waiting: [(message: SIPMessage, flow: Flow, until: BootInstant)] = []

  var isEmpty: Bool { waiting.isEmpty }

  /// False: there is no room.
  mutating func add(_ message: SIPMessage, over flow: Flow, at now: BootInstant) -> Bool {
    guard waiting.count < Self.limit else { return false }
    waiting.append((message, flow, now.advanced(by: Self.patience)))
    return true
  }

  /// Those that may leave now. What is too old is gone.
  mutating func release(
    at now: BootInstant, _ mayLeave: (SIPMessage, Flow) -> Bool
  ) -> [(SIPMessage, Flow)] {
    var due: [(SIPMessage, Flow)] = []
    waiting.removeAll { entry in
      if entry.until < now { return true }
      guard mayLeave(entry.message, entry.flow) else { return false }
      due.append((entry.message, entry.flow))
      return true
    }
    return due
  }

  mutating func forget(_ address: IPAddress) {
    waiting.removeAll { $0.flow.local.address == address }
  }
}
