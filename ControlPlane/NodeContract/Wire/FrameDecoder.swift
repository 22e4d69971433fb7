/// Cuts one direction of a link's byte stream into messages. Bytes may arrive in any portions.
/// Frames of kinds and versions that this side does not know are skipped and counted.
public struct FrameDecoder<Message: LinkMessage>: Sendable {
  private var buffer: [UInt8] = []
  /// Where in `buffer` the next frame begins.
  private var start = 0
  /// The body so far of a message that is longer than a frame.
  private var begun: [UInt8] = []
  /// Why the stream cannot be read on.
  private var failure: WireError?

  /// Frames of unknown kind or version since the beginning.
  public private(set) var skippedFrames = 0

  public init() {}

  /// Bytes that wait for the rest of their frame; at most one frame's length and what was
  /// appended last.
  public var bufferedBytes: Int { buffer.count - start }

  public mutating func append(_ bytes: some Sequence<UInt8>) {
    if start > 0 {
      buffer.removeFirst(start)
      start = 0
    }
    buffer.append(contentsOf: bytes)
  }

  /// The next whole message, or nil until more bytes arrive. After `frameTooLong` the stream is
  /// lost and every further call throws the same; after any other error the frame is left behind
  /// and the next call goes on with the one after it.
  public mutating func next() throws(WireError) -> Message? {
    if let failure { throw failure }
    while let (kind, version, body) = try nextFrame() {
      switch kind {
      case Frame.keepAliveKind: continue
      case FrameKind.continued.rawValue: try keep(body)
      default:
        let whole = begun.isEmpty ? body : (begun + body)[...]
        begun = []
        if let message = try Message(kind: kind, version: version, body: whole) { return message }
        skippedFrames += 1
      }
    }
    return nil
  }

  private mutating func keep(_ body: ArraySlice<UInt8>) throws(WireError) {
    let length = begun.count + body.count
    guard length < Frame.maximumMessageLength else { throw lost(bytes: length) }
    begun += body
  }

  /// Forgets all that came.
  private mutating func lost(bytes length: Int) -> WireError {
    failure = .frameTooLong(bytes: length)
    (buffer, start, begun) = ([], 0, [])
    return .frameTooLong(bytes: length)
  }

  private mutating func nextFrame() throws(WireError) -> (UInt16, UInt16, ArraySlice<UInt8>)? {
    guard bufferedBytes >= Frame.headerLength else { return nil }
    let length = Int(number(at: 0, bytes: 4))
    guard length <= Frame.maximumBodyLength else { throw lost(bytes: length) }
    guard bufferedBytes >= Frame.headerLength + length else { return nil }
    let (kind, version) = (UInt16(number(at: 4, bytes: 2)), UInt16(number(at: 6, bytes: 2)))
    let bodyStart = start + Frame.headerLength
    start = bodyStart + length
    return (kind, version, buffer[bodyStart..<start])
  }

  private func number(at offset: Int, bytes count: Int) -> UInt32 {
    buffer[(start + offset)..<(start + offset + count)].reduce(0) { $0 << 8 | UInt32($1) }
  }
}
