import NodeContract
import RTP
import SIP

/// A datagram at a relay's port: read as RTP, RTCP, a key press, a check of the way and what fax machines
/// say; and as a keep-alive at the port of SIP.
func fuzzPacket(_ bytes: UnsafeRawBufferPointer) {
  if let fax = UDPTLPacket(parsing: bytes) {
    expect(fax.primaryLength < bytes.count, "\(fax.primaryLength) of \(bytes.count) bytes")
  }
  if let answer = STUNBinding.answer(to: bytes, from: IPEndpoint(.v6(1, 2), port: 3)) {
    expect(STUNBinding.begins(bytes), "an answer to what is none of STUN's")
    expect(
      answer.count <= bytes.count + 64 && answer[8..<20].elementsEqual(bytes[8..<20]),
      "\(answer)")
  }
  if let check = ConnectivityCheck(parsing: bytes) { expectAnswer(to: check, bytes) }
  if let header = try? RTPHeader(parsing: bytes) {
    expect(header.payload.upperBound <= bytes.count, "a payload beyond the packet: \(header)")
    expectSameHeader(header)
  }
  expect(
    (RTCPReports(bytes) != nil) == RTCPHeader.isCompound(bytes), "RTCP to one reader only")
  if let event = try? TelephoneEvent(parsing: bytes) {
    let again = try? event.payload.withUnsafeBytes { try TelephoneEvent(parsing: $0) }
    expect(again == event, "\(event) became \(String(describing: again))")
  }
}

/// An answer is a whole message of the same transaction, and not much longer than its question.
private func expectAnswer(to check: ConnectivityCheck, _ bytes: UnsafeRawBufferPointer) {
  let noProof = [UInt8](repeating: 0, count: 20)
  expect(!check.isProven(in: bytes) { _ in [] }, "proven by nothing")
  let answer = check.answer(to: IPEndpoint(.v6(1, 2), port: 3)) { _ in noProof }
  expect(
    Int(answer[2]) << 8 | Int(answer[3]) == answer.count - 20
      && answer[8..<20].elementsEqual(bytes[8..<20]) && answer.count <= bytes.count + 64,
    "\(answer)")
}

private func expectSameHeader(_ header: RTPHeader) {
  let printed = header.packet(with: [])
  guard let again = try? printed.withUnsafeBytes({ try RTPHeader(parsing: $0) }) else {
    fatalError("oracle: refused its own \(printed)")
  }
  expect(
    again.sequence == header.sequence && again.timestamp == header.timestamp
      && again.ssrc == header.ssrc && again.payloadType == header.payloadType
      && again.marker == header.marker, "\(header) became \(again)")
}

/// The bytes as packets of several senders to one port, with pauses and announcements between them:
/// nobody but the source is heard, unless one of the four rules lets him in.
func fuzzLatch(_ bytes: UnsafeRawBufferPointer) {
  var port = LatchedPort()
  for start in stride(from: 0, to: bytes.count - 7, by: 8) {
    port.take(UnsafeRawBufferPointer(rebasing: bytes[start..<start + 8]))
  }
}

private struct LatchedPort {
  private var latch = SourceLatch(expected: Self.sender(0))
  private var reception = Reception()
  private var packetsOfSource = 0
  private var silence = Duration.zero

  private static func sender(_ number: UInt8) -> IPEndpoint {
    IPEndpoint(.v4(0xC000_0200 | UInt32(number)), port: 4_000)
  }

  /// Eight bytes: what happens, who does it, after how many 5 ms, the stream, its number and time.
  mutating func take(_ step: UnsafeRawBufferPointer) {
    let sender = Self.sender(step[1] % 4)
    silence += .milliseconds(5) * Int(step[2])
    if step[0] == 0xFF { return announce(sender) }
    let header = RTPHeader(
      payloadType: step[0] % 128, sequence: UInt16(step[4]) << 8 | UInt16(step[5]),
      timestamp: UInt32(step[6]) << 24 | UInt32(step[7]), ssrc: UInt32(step[3] % 4))
    hear(header, from: sender)
  }

  private mutating func announce(_ remote: IPEndpoint) {
    latch.announce(remote)
    expect(
      latch.source == nil && latch.destination == remote, "an announcement that is not followed")
    packetsOfSource = 0
  }

  private mutating func hear(_ header: RTPHeader, from sender: IPEndpoint) {
    let before = latch.source
    let continuity = Continuity(header, after: reception, silence: silence)
    let isAdmitted = latch.admits(sender, continuity)
    if let before, sender != before, isAdmitted {
      expect(
        continuity.holds || (sender == latch.expected && packetsOfSource <= 50),
        "\(sender) stole the stream of \(before) after \(packetsOfSource) packets")
    }
    expect(isAdmitted == (latch.source == sender), "\(sender) heard, or not, against the latch")
    guard isAdmitted else { return }
    packetsOfSource = before == sender ? packetsOfSource + 1 : 1
    silence = .zero
    reception.record(header, arrival: header.timestamp &+ 17)
    expect(reception.lost <= 3_000 * reception.received, "\(reception.lost) lost")
  }
}
