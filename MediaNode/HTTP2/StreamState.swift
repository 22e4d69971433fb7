internal import CNGHTTP2

/// What nghttp2's callbacks read and write: reached through the session's user data, which the
/// connection keeps alive.
final class StreamState {
  var stream: Int32 = 0
  var isClosed = false
  var body = ByteQueue()
  var events: [HTTP2Event] = []

  static func install(in callbacks: OpaquePointer) {
    nghttp2_session_callbacks_set_on_header_callback(callbacks, noteHeader)
    nghttp2_session_callbacks_set_on_data_chunk_recv_callback(callbacks, noteData)
    nghttp2_session_callbacks_set_on_frame_recv_callback(callbacks, noteFrame)
    nghttp2_session_callbacks_set_on_stream_close_callback(callbacks, noteClose)
  }

  static func from(_ context: UnsafeMutableRawPointer?) -> StreamState? {
    context.map { Unmanaged<StreamState>.fromOpaque($0).takeUnretainedValue() }
  }
}

/// Bytes taken from the front in pieces.
struct ByteQueue {
  private var bytes: [UInt8] = []
  private var start = 0

  var count: Int { bytes.count - start }

  mutating func append(_ more: [UInt8]) {
    if start > 0, start >= bytes.count / 2 {
      bytes.removeFirst(start)
      start = 0
    }
    bytes += more
  }

  /// Moves bytes from the front into `room`, as many as fit.
  mutating func move(into room: UnsafeMutableRawBufferPointer) -> Int {
    let moved = min(count, room.count)
    bytes[start..<start + moved].withUnsafeBytes { room.copyMemory(from: $0) }
    start += moved
    return moved
  }
}

// C callbacks are global functions: a closure would carry the isolation of where it was written.

func supplyBody(
  _: OpaquePointer?, _: Int32, room: UnsafeMutablePointer<UInt8>?, length: Int,
  _: UnsafeMutablePointer<UInt32>?, _: UnsafeMutablePointer<nghttp2_data_source>?,
  context: UnsafeMutableRawPointer?
) -> Int {
  guard let state = StreamState.from(context), let room, state.body.count > 0 else {
    return Int(NGHTTP2_ERR_DEFERRED.rawValue)
  }
  return state.body.move(into: UnsafeMutableRawBufferPointer(start: room, count: length))
}

private func noteHeader(
  _: OpaquePointer?, frame: UnsafePointer<nghttp2_frame>?, name: UnsafePointer<UInt8>?,
  nameLength: Int, value: UnsafePointer<UInt8>?, valueLength: Int, _: UInt8,
  context: UnsafeMutableRawPointer?
) -> Int32 {
  let name = String(decoding: UnsafeBufferPointer(start: name, count: nameLength), as: UTF8.self)
  guard name == ":status", let state = StreamState.from(context) else { return 0 }
  let value = String(decoding: UnsafeBufferPointer(start: value, count: valueLength), as: UTF8.self)
  state.events.append(.response(status: Int(value) ?? 0))
  return 0
}

private func noteData(
  _: OpaquePointer?, _: UInt8, _: Int32, data: UnsafePointer<UInt8>?, length: Int,
  context: UnsafeMutableRawPointer?
) -> Int32 {
  let bytes = Array(UnsafeBufferPointer(start: data, count: length))
  StreamState.from(context)?.events.append(.data(bytes))
  return 0
}

private func noteFrame(
  _: OpaquePointer?, frame: UnsafePointer<nghttp2_frame>?, context: UnsafeMutableRawPointer?
) -> Int32 {
  guard let header = frame?.pointee.hd, let state = StreamState.from(context) else { return 0 }
  if UInt32(header.type) == NGHTTP2_GOAWAY.rawValue { state.events.append(.goAway) }
  return 0
}

private func noteClose(
  _: OpaquePointer?, stream: Int32, code: UInt32, context: UnsafeMutableRawPointer?
) -> Int32 {
  guard let state = StreamState.from(context), stream == state.stream else { return 0 }
  state.isClosed = true
  state.events.append(.closed(code: code))
  return 0
}
