import Synchronization

/// The cluster's members, and which of them answered last.
final class EtcdMembers: Sendable {
  private let endpoints: [String]
  private let preferred = Mutex(0)

  init(_ endpoints: [String]) {
    precondition(!endpoints.isEmpty, "an etcd cluster has a member")
    self.endpoints = endpoints.map { $0.hasSuffix("/") ? String($0.dropLast()) : $0 }
  }

  /// All of them, the one that answered last first.
  func inOrder() -> [String] {
    let first = preferred.withLock { $0 }
    return Array(endpoints[first...] + endpoints[..<first])
  }

  func answered(_ endpoint: String) {
    guard let index = endpoints.firstIndex(of: endpoint) else { return }
    preferred.withLock { $0 = index }
  }

  /// The member failed in the middle of something: another one is asked first from now on.
  func failed(_ endpoint: String) {
    preferred.withLock { preferred in
      if endpoints[preferred] == endpoint { preferred = (preferred + 1) % endpoints.count }
    }
  }
}
