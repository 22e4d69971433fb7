import Epoll
import Logging
import NodeContract
import Ownership
import SIP
import TLS

/// Asks the site's gateway for echoes from each address that this node has, on a thread of its own: one
/// that comes back proves that the address leads here, without the control plane. An address of two forms is
/// proven by the one of the gateway's family: both stand and fall together.
final class GatewayProof: @unchecked Sendable {
  // `@unchecked Sendable`: sockets and timer belong to the loop's thread.

  private let gateway: IPAddress
  private let addresses: [AddressName: IPAddress]
  private let holdings: Holdings
  private let echoes = GatewayEchoes(secret: RandomBytes.make(GatewayEchoes.secretBytes))
  private let loop: EventLoop
  private let log = Logger(label: "proof")
  private var timer: LoopTimer?
  private var sockets: [AddressName: EchoSocket] = [:]
  /// Why the latest socket could not be opened, so that it is said once.
  private var trouble: String?

  init(
    asking gateway: IPAddress, from addresses: [AddressSetting], for holdings: Holdings
  ) throws {
    self.gateway = gateway
    self.addresses = Dictionary(
      addresses.compactMap { setting in
        setting.ips.first { ServerLocator.Family(of: $0) == ServerLocator.Family(of: gateway) }
          .map { (setting.name, $0) }
      }
    ) { first, _ in first }
    self.holdings = holdings
    loop = try EventLoop(name: "proof", precedence: .first)
  }

  /// Once.
  func start() {
    timer = loop.makeTimer { [unowned self] in ask() }
    if let timer { loop.setTimer(timer, at: MachineClock.boot()) }
    loop.start()
  }

  func stop() { loop.stop() }

  private func ask() {
    let now = MachineClock.boot()
    if let timer { loop.setTimer(timer, at: now.advanced(by: GatewayEchoes.interval)) }
    for address in holdings.provable {
      socket(at: address)?.ask(gateway, echoes.question(at: now))
    }
  }

  /// Nil as long as this machine does not have the address.
  private func socket(at name: AddressName) -> EchoSocket? {
    if let known = sockets[name] { return known }
    guard let address = addresses[name] else { return nil }
    do {
      let socket = try EchoSocket(from: address)
      loop.watch(socket.descriptor, for: .readable) { [unowned self, unowned socket] _ in
        hear(socket, at: name)
      }
      sockets[name] = socket
      trouble = nil
      return socket
    } catch {
      if trouble != "\(error)" {
        trouble = "\(error)"
        log.warning(
          "the gateway cannot be asked",
          metadata: ["address": "\(name)", "gateway": "\(gateway)", "cause": "\(error)"])
      }
      return nil
    }
  }

  private func hear(_ socket: EchoSocket, at address: AddressName) {
    while let answer = socket.answer() {
      let now = MachineClock.boot()
      guard answer.host == gateway, let asked = echoes.asked(answer.question, at: now) else {
        continue
      }
      holdings.prove(address, asked: asked, at: now)
    }
  }
}
