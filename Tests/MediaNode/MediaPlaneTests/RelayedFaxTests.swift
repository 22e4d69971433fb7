import Epoll
import Foundation
import Logging
import MediaPlane
import NodeContract
import SpanDSP
import Testing

/// Fax machines at both ends of a relay.
@Suite(.timeLimit(.minutes(2))) struct RelayedFaxTests {
  private let folder = FileManager.default.temporaryDirectory
    .appending(path: "fax-\(UUID().uuidString)")

  init() throws {
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
  }

  @Test func aPageArrivesWithoutADamagedLine() async throws {
    defer { try? FileManager.default.removeItem(at: folder) }
    let page = FaxPage(width: 1_728, length: 600)
    let file = folder.appending(path: "sent.tif")
    try Data(page.tiff).write(to: file)
    let call = try RelayedCall()
    call.plane.carryFax(call.id, true)
    _ = try await call.statistics()
    let sender = FaxTerminal.sending(file.path)
    let receiver = FaxTerminal.receiving(into: folder.appending(path: "received.tif").path)
    // Twenty minutes of theirs; a page takes half of one.
    for _ in 0..<60_000 where sender.report == nil || receiver.report == nil {
      try carry(sender.advance(by: .milliseconds(20)), from: call.a, to: call.relayA, call.b) {
        receiver.receive($0)
      }
      try carry(receiver.advance(by: .milliseconds(20)), from: call.b, to: call.relayB, call.a) {
        sender.receive($0)
      }
    }
    let sent = try #require(sender.report)
    let received = try #require(receiver.report)
    #expect(sent.code == 0 && received.code == 0)
    #expect(sent.pagesSent == 1 && received.pagesReceived == 1)
    #expect(received.width == page.width && received.length == page.length)
    #expect(received.damagedLines == 0)
  }

  private func carry(
    _ datagrams: [[UInt8]], from speaker: Party, to relay: IPEndpoint, _ listener: Party,
    _ receive: ([UInt8]) -> Void
  ) throws {
    for datagram in datagrams {
      speaker.media.send(datagram, to: relay)
      let heard = try listener.hear().bytes
      #expect(heard == datagram)
      receive(heard)
    }
  }

  @Test func aStrangerCannotWriteIntoAFax() async throws {
    defer { try? FileManager.default.removeItem(at: folder) }
    let call = try RelayedCall()
    try call.introduce()
    call.plane.carryFax(call.id, true)
    // An answer shows that it does: packets come before orders.
    _ = try await call.statistics()
    let message: [UInt8] = [0, 0, 1, 6, 0, 0]
    let stranger = try Party()
    for _ in 0..<20 { stranger.media.send(message, to: call.relayA) }
    // Speech that was still under way, and what is neither.
    call.a.say([1, 2, 3], to: call.relayA)
    call.a.media.send([0xFF], to: call.relayA)
    call.a.media.send([0, 1, 1, 6, 0, 0], to: call.relayA)
    #expect(try call.b.hear().bytes == [0, 1, 1, 6, 0, 0])
    let statistics = try await call.statistics()
    #expect(statistics.a.strangers == 20 && statistics.a.garbage == 2)
    #expect(stranger.hearsNothing)
    call.plane.carryFax(call.id, false)
    _ = try await call.statistics()
    let said = call.a.say([4], to: call.relayA)
    #expect(try call.b.hear().bytes == said)
  }
}

/// A page of stripes.
private struct FaxPage {
  let width: Int
  let length: Int

  private var pixels: [UInt8] {
    (0..<length).flatMap { line in
      (0..<width / 8).map { UInt8(truncatingIfNeeded: line / 16 % 2 == 0 ? $0 * 37 : 0xFF) }
    }
  }

  /// As a bilevel image without compression, in one strip, at the fine resolution of fax machines.
  var tiff: [UInt8] {
    let pixels = pixels
    let directory = 8 + pixels.count
    let entries: [(tag: UInt16, type: UInt16, value: UInt32)] = [
      (256, 4, UInt32(width)), (257, 4, UInt32(length)), (258, 3, 1), (259, 3, 1), (262, 3, 0),
      (273, 4, 8), (277, 3, 1), (278, 4, UInt32(length)), (279, 4, UInt32(pixels.count)),
      (282, 5, UInt32(directory + 2 + 13 * 12 + 4)),
      (283, 5, UInt32(directory + 2 + 13 * 12 + 12)), (296, 3, 2), (297, 3, 1 << 16),
    ]
    let table = entries.flatMap {
      Self.little($0.tag) + Self.little($0.type) + Self.little(UInt32(1)) + Self.little($0.value)
    }
    let resolutions = [204, 1, 196, 1].flatMap { Self.little(UInt32($0)) }
    return [0x49, 0x49, 42, 0] + Self.little(UInt32(directory)) + pixels
      + Self.little(UInt16(entries.count)) + table + Self.little(UInt32(0)) + resolutions
  }

  private static func little(_ value: some FixedWidthInteger) -> [UInt8] {
    withUnsafeBytes(of: value.littleEndian) { Array($0) }
  }
}
