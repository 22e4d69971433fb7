import Glibc

/// A system call that failed, with what it was for.
public struct SystemError: Error, Hashable, Sendable, CustomStringConvertible {
  /// What was being done, as a sentence's beginning: `bind 127.0.0.1:5060`.
  public let operation: String
  /// The `errno` of the call.
  public let code: Int32

  public init(_ operation: String, code: Int32) {
    self.operation = operation
    self.code = code
  }

  /// The error of the system call just made: `errno` is read before the text is put together,
  /// which may itself call the system.
  public init(_ operation: @autoclosure () -> String) {
    code = errno
    self.operation = operation()
  }

  /// Somebody else has the port.
  public var isAddressInUse: Bool { code == EADDRINUSE }

  public var description: String { "\(operation): \(String(cString: strerror(code)))" }
}
