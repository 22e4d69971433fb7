import Glibc
import NodeContract

/// What the calls of a cell weigh at one replica, which keeps each call's latest checkpoint, and
/// what they bring over its links. Sizes are those of whole checkpoints, as nodes send them today.
struct CheckpointLoad {
  let calls: Int
  /// A call between a phone and a carrier, both talking.
  var size = 2_600
  /// From the first INVITE to the BYE, with a refresh now and then.
  var checkpointsPerCall = 9
  var callLength = 180

  func measure() {
    let before = Self.residentBytes
    var shelf: [CallID: CheckpointEnvelope] = [:]
    for number in 0..<calls { shelf[envelope(number).call] = envelope(number) }
    let weight = Self.residentBytes - before
    print(
      "\(calls) calls at a replica: \(weight >> 20) MiB, \(weight / calls) bytes each"
        + " (checkpoints of \(size) bytes)")
    let frame = (try? UpwardMessage.checkpoint(envelope(1)).encodedFrame().count) ?? 0
    let perSecond = Double(calls) / Double(callLength) * Double(checkpointsPerCall)
    print(
      "    links: \(Int(perSecond)) frames/s of \(frame) bytes,"
        + " \(Int(perSecond * Double(frame) * 8 / 1e6)) Mbit/s to each replica")
    measureDecoding(frames: 20_000)
    precondition(shelf.count == calls, "calls share ids")
  }

  /// What it costs a replica to take frames in.
  private func measureDecoding(frames: Int) {
    guard let frame = try? UpwardMessage.checkpoint(envelope(1)).encodedFrame() else { return }
    let time = ContinuousClock().measure {
      var decoder = FrameDecoder<UpwardMessage>()
      for _ in 0..<frames {
        decoder.append(frame)
        while (try? decoder.next()) != nil {}
      }
    }
    let each = Double(time.nanoseconds) / Double(frames) / 1000
    print("    taking one in: \(Double(Int(each * 100)) / 100) µs of CPU")
  }

  private func envelope(_ number: Int) -> CheckpointEnvelope {
    CheckpointEnvelope(
      call: CallID(UUIDv7(high: 1, low: UInt64(number))),
      tenant: TenantID(UUIDv7(high: 2, low: UInt64(number % 1000))),
      address: AddressName("address-\(10_000 + number % 4_000)")!,
      epoch: Epoch(generation: 1, revision: 7), number: 3,
      summary: "101 → +447700900123, talking",
      contents: [UInt8](repeating: UInt8(truncatingIfNeeded: number), count: size))
  }

  private static var residentBytes: Int {
    guard let file = fopen("/proc/self/statm", "r") else { return 0 }
    defer { fclose(file) }
    var line = [CChar](repeating: 0, count: 256)
    guard fgets(&line, 256, file) != nil else { return 0 }
    let text = String(decoding: line.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    let pages = text.split(separator: " ").dropFirst().first.flatMap { Int($0) } ?? 0
    return pages * Int(getpagesize())
  }
}
