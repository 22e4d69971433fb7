import HTTP
import Hummingbird
import Persistence

/// What the files are in which sounds are kept.
enum SoundType: String {
  case mp3 = "audio/mpeg"
  case wav = "audio/wav"
}

extension Response {
  /// A stored sound, or the part of it that the request is for.
  static func sound(
    _ contents: SoundContents, type: SoundType, for request: IncomingRequest
  ) throws -> Response {
    try .file(of: contents.count, contentType: type.rawValue, for: request) {
      try await contents.read($0, $1)
    }
  }
}
