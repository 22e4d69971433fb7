import Epoll
import Glibc
import NodeContract

/// By which the keeper is told of sockets that it need not keep any more.
struct KeeperLine: Sendable {
  private let descriptor: Int32
  private let keeper: pid_t
  private let sockets: [InheritedSocket]

  /// Nil where there is no keeper.
  init?() {
    let words = getenv("TANDEM_KEEPER").map { String(cString: $0).split(separator: ",") } ?? []
    let numbers = words.compactMap { Int32($0) }
    guard numbers.count == 2, let variable = getenv("TANDEM_DESCRIPTORS") else { return nil }
    (descriptor, keeper) = (numbers[0], numbers[1])
    sockets = InheritedSocket.parse(String(cString: variable)) ?? []
    _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC)
  }

  /// Another has the address: whoever listens there must be able to bind it.
  func release(_ address: IPAddress) {
    let lines = sockets.filter { $0.local.address == address }.map { "\($0.name)\n" }.joined()
    // Once the keeper is dead, its number may be another's.
    guard !lines.isEmpty, write(descriptor, lines, lines.utf8.count) > 0, getppid() == keeper
    else { return }
    kill(keeper, SIGUSR1)
  }

  /// The same for sockets that this process has not taken over and will not.
  func giveUp(_ address: IPAddress) {
    for socket in sockets where socket.local.address == address { close(socket.descriptor) }
    release(address)
  }
}
