/// Why bytes from the other side, or from disk, were not taken.
public enum WireError: Error, Hashable, Sendable, CustomStringConvertible {
  /// A frame's body is longer than `Frame.maximumBodyLength`. The stream cannot be read on.
  case frameTooLong(bytes: Int)
  /// The body is not the protobuf message that its kind promises.
  case unreadableBody
  /// A field that must be there is missing, or has a value outside its range.
  case invalidField(String)

  public var description: String {
    switch self {
    case .frameTooLong(let bytes): "a frame of \(bytes) bytes is too long"
    case .unreadableBody: "a message's body cannot be read"
    case .invalidField(let name): "field \(name) is missing or invalid"
    }
  }
}
