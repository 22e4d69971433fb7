import Epoll
import Glibc
import NodeContract
import Ownership

/// By which the keeper is told of sockets that it need not keep any more, and of addresses that come and go.
struct KeeperLine: Sendable {
  private let descriptor: Int32
  private let keeper: pid_t
  private let sockets: [InheritedSocket]
  /// Whether addresses stand at an interface of this machine only while its node has them.
  let movesAddresses: Bool

  /// Nil where there is no keeper.
  init?() {
    let words = getenv("TANDEM_KEEPER").map { String(cString: $0).split(separator: ",") } ?? []
    let numbers = words.compactMap { Int32($0) }
    guard numbers.count == 2, let variable = getenv("TANDEM_DESCRIPTORS") else { return nil }
    (descriptor, keeper) = (numbers[0], numbers[1])
    sockets = InheritedSocket.parse(String(cString: variable)) ?? []
    movesAddresses = getenv("TANDEM_INTERFACE") != nil
    _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC)
  }

  /// Another has the address: whoever listens there must be able to bind it.
  func release(_ address: IPAddress) {
    say(sockets.filter { $0.local.address == address }.map(\.name))
  }

  /// Each line at once, so that the keeper never finds half of one.
  private func say(_ lines: [String]) {
    guard !lines.isEmpty else { return }
    for line in lines { _ = write(descriptor, line + "\n", line.utf8.count + 1) }
    // Once the keeper is dead, its number may be another's.
    if getppid() == keeper { kill(keeper, SIGUSR1) }
  }

  /// - Parameter words: of addresses as the network has them.
  func tell(_ words: [AddressPresence.Word], by addresses: [AddressName: AddressSetting]) {
    guard movesAddresses else { return }
    say(
      words.flatMap { word -> [String] in
        switch word {
        case .hold(let name, let end, let isAnnounced):
          let term = "until \(end.nanoseconds)" + (isAnnounced ? " announce" : "")
          return (addresses[name]?.ips ?? []).map { "hold \($0) \(term)" }
        case .drop(let name): return (addresses[name]?.ips ?? []).map { "drop \($0)" }
        }
      })
  }

  /// What the keeper is to do to this process, and to itself.
  func drill(_ fault: DrillOrder.Fault, seconds: UInt32) {
    say(["drill \(fault.rawValue) \(seconds)"])
  }

  /// The same for sockets that this process has not taken over and will not.
  func giveUp(_ address: IPAddress) {
    for socket in sockets where socket.local.address == address { close(socket.descriptor) }
    release(address)
  }
}
