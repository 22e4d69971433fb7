import Glibc
import Synchronization

/// Ports for sockets that a test opens later, or again, and for such as nobody shall have: below those
/// that the system gives to whoever asks for any (32768 and up), and each given out once in a run.
/// Other programs may listen there, so whoever needs a free one binds it and takes the next.
public enum UnclaimedPorts {
  private static let first: UInt16 = 14_000
  private static let last: UInt16 = 20_000
  /// Runs that begin together have numbers of processes that lie together, and begin far from each other.
  private static let given = Atomic(Int(getpid()) * 101)

  /// An even port; the odd one above it is given to nobody else either.
  public static func next() -> UInt16 {
    let number = given.add(1, ordering: .relaxed).oldValue
    return first + UInt16(2 * number % Int(last - first))
  }
}
