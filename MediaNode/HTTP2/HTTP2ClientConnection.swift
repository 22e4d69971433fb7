internal import CNGHTTP2

/// What came from the server on the one stream.
public enum HTTP2Event: Hashable, Sendable {
  /// The response's head.
  case response(status: Int)
  /// Some of the response's body.
  case data([UInt8])
  /// The stream is over, by an end of the response or by a reset (RFC 9113 section 7's code).
  case closed(code: UInt32)
  /// The server takes no more streams and will close the connection.
  case goAway
}

/// The client's side of one HTTP/2 connection (RFC 9113) that carries a single long POST, body and
/// response both streaming: bytes of the network in and out, no socket. One thread at a time.
public final class HTTP2ClientConnection {
  /// How much the server may send before we have taken it.
  public static let windowSize: Int32 = 1 << 20

  private let session: OpaquePointer
  private let state: StreamState

  /// Opens the stream. Its first bytes wait for `takeOutput`.
  public init(postTo path: String, authority: String) throws(HTTP2Error) {
    state = StreamState()
    var callbacks: OpaquePointer?
    guard nghttp2_session_callbacks_new(&callbacks) == 0, let callbacks else {
      throw HTTP2Error(doing: "making HTTP/2 callbacks", code: Int(NGHTTP2_ERR_NOMEM.rawValue))
    }
    defer { nghttp2_session_callbacks_del(callbacks) }
    StreamState.install(in: callbacks)
    var session: OpaquePointer?
    let context = Unmanaged.passUnretained(state).toOpaque()
    let result = nghttp2_session_client_new(&session, callbacks, context)
    guard result == 0, let session else {
      throw HTTP2Error(doing: "making an HTTP/2 session", code: Int(result))
    }
    self.session = session
    try widenWindows()
    try openStream(path: path, authority: authority)
  }

  deinit { nghttp2_session_del(session) }

  private func widenWindows() throws(HTTP2Error) {
    let settings = [
      nghttp2_settings_entry(
        settings_id: Int32(NGHTTP2_SETTINGS_INITIAL_WINDOW_SIZE.rawValue),
        value: UInt32(Self.windowSize)),
      nghttp2_settings_entry(
        settings_id: Int32(NGHTTP2_SETTINGS_ENABLE_PUSH.rawValue), value: 0),
    ]
    try check(
      nghttp2_submit_settings(session, UInt8(NGHTTP2_FLAG_NONE.rawValue), settings, 2),
      "settings")
    try check(
      nghttp2_session_set_local_window_size(
        session, UInt8(NGHTTP2_FLAG_NONE.rawValue), 0, Self.windowSize), "the window's size")
  }

  private func openStream(path: String, authority: String) throws(HTTP2Error) {
    var provider = nghttp2_data_provider()
    provider.read_callback = supplyBody
    let fields = [
      (":method", "POST"), (":scheme", "https"), (":authority", authority), (":path", path),
      ("content-type", "application/octet-stream"),
    ]
    let stream = HeaderFields(fields).withPointer {
      nghttp2_submit_request(session, nil, $0, fields.count, &provider, nil)
    }
    try check(min(stream, 0), "the request")
    state.stream = stream
  }

  /// Adds to the request's body. It leaves as the server's windows open; `unsentBytes` says how
  /// much waits, and whoever adds heeds it.
  public func send(_ body: [UInt8]) throws(HTTP2Error) {
    guard !state.isClosed else { return }
    state.body.append(body)
    try check(nghttp2_session_resume_data(session, state.stream), "resuming the body", but: -501)
  }

  /// Bytes of the body that have not left for the network.
  public var unsentBytes: Int { state.body.count }

  /// Nothing will come or go any more: the server broke the protocol, was told so by the last
  /// output, and the connection is to be closed.
  public var isFinished: Bool {
    nghttp2_session_want_read(session) == 0 && nghttp2_session_want_write(session) == 0
  }

  /// Bytes that came from the network, and what they said.
  public func receive(_ bytes: UnsafeRawBufferPointer) throws(HTTP2Error) -> [HTTP2Event] {
    let taken = nghttp2_session_mem_recv(
      session, bytes.baseAddress?.assumingMemoryBound(to: UInt8.self), bytes.count)
    guard taken == bytes.count else {
      throw HTTP2Error(doing: "reading HTTP/2 frames", code: min(taken, -1))
    }
    defer { state.events = [] }
    return state.events
  }

  /// Bytes for the network, as many as the windows allow, in steps of about `limit`.
  public func takeOutput(limit: Int = 1 << 18) throws(HTTP2Error) -> [UInt8] {
    var output: [UInt8] = []
    while output.count < limit {
      var pointer: UnsafePointer<UInt8>?
      let count = nghttp2_session_mem_send(session, &pointer)
      guard count >= 0 else { throw HTTP2Error(doing: "writing HTTP/2 frames", code: count) }
      if count == 0 { break }
      output.append(contentsOf: UnsafeBufferPointer(start: pointer, count: count))
    }
    return output
  }

  /// `but`: a code that is no error here, such as "nothing was deferred".
  private func check(_ result: Int32, _ doing: String, but accepted: Int32 = 0) throws(HTTP2Error) {
    guard result == 0 || result == accepted else {
      throw HTTP2Error(doing: doing, code: Int(result))
    }
  }
}
