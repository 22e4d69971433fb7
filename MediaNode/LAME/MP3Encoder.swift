internal import CLAME

/// One or two channels as an MP3 stream, every frame of which stands where it was made: any beginning
/// of the stream plays. Belongs to one thread at a time.
public final class MP3Encoder {
  public let channels: Int
  private let state: OpaquePointer
  private var isFinished = false

  /// `sampleRate` is 8,000, 16,000 or another of MPEG's; `bitRate` in bits a second, kept constant so
  /// that a player may jump.
  public init(sampleRate: Int, channels: Int, bitRate: Int) {
    precondition(1...2 ~= channels, "\(channels) channels")
    guard let state = lame_init() else { preconditionFailure("no memory for an MP3 encoder") }
    self.state = state
    self.channels = channels
    lame_set_in_samplerate(state, Int32(sampleRate))
    lame_set_out_samplerate(state, Int32(sampleRate))
    lame_set_num_channels(state, Int32(channels))
    // Two people, not a stage: their channels have nothing in common.
    lame_set_mode(state, channels == 2 ? STEREO : MONO)
    lame_set_VBR(state, vbr_off)
    lame_set_brate(state, Int32(bitRate / 1_000))
    lame_set_quality(state, 5)
    // A header with the whole length would have to be written over the first bytes at the end.
    lame_set_bWriteVbrTag(state, 0)
    lame_set_write_id3tag_automatic(state, 0)
    let code = lame_init_params(state)
    precondition(code >= 0, "no MP3 of \(sampleRate) Hz at \(bitRate) bit/s")
  }

  deinit { lame_close(state) }

  /// Appends what these samples complete. Both channels are as long; the second is left out in mono.
  public func encode(_ left: [Int16], _ right: [Int16] = [], into bytes: inout [UInt8]) {
    precondition(channels == 1 || left.count == right.count, "\(left.count), \(right.count)")
    guard !isFinished, !left.isEmpty else { return }
    // The bound that LAME's documentation states.
    var room = [UInt8](repeating: 0, count: left.count * 5 / 4 + 7_200)
    let written = lame_encode_buffer(
      state, left, channels == 1 ? left : right, Int32(left.count), &room, Int32(room.count))
    bytes += room.prefix(max(0, Int(written)))
  }

  /// Appends the end. Nothing comes after it.
  public func finish(into bytes: inout [UInt8]) {
    guard !isFinished else { return }
    isFinished = true
    var room = [UInt8](repeating: 0, count: 7_200)
    let written = lame_encode_flush(state, &room, Int32(room.count))
    bytes += room.prefix(max(0, Int(written)))
  }
}
