import NodeContract
import SeededRandom
import Support
import Testing

@Suite struct FrameTests {
  @Test func whatANodeSaysArrivesAsItWasSaid() throws {
    try expectArrival(of: LinkSamples.upward)
  }

  @Test func whatAReplicaSaysArrivesAsItWasSaid() throws {
    try expectArrival(of: LinkSamples.downward)
  }

  private func expectArrival<Message: LinkMessage & Equatable>(of messages: [Message]) throws {
    let stream = try messages.flatMap { try $0.encodedFrame() }
    for portion in [1, 7, 1000, stream.count] {
      var decoder = FrameDecoder<Message>()
      var arrived: [Message] = []
      for start in stride(from: 0, to: stream.count, by: portion) {
        decoder.append(stream[start..<min(start + portion, stream.count)])
        while let message = try decoder.next() { arrived.append(message) }
      }
      #expect(arrived == messages, "in portions of \(portion) bytes")
      #expect(decoder.bufferedBytes == 0)
    }
  }

  @Test func aFrameBeginsWithItsLengthKindAndVersion() throws {
    let frame = try UpwardMessage.checkpointRetired(LinkSamples.id(3)).encodedFrame()
    #expect(frame.prefix(8) == [0, 0, 0, UInt8(frame.count - 8), 0, 4, 0, 1])
  }

  @Test func framesOfALaterReleaseAreSkipped() throws {
    let known = try UpwardMessage.load(LinkSamples.load).encodedFrame()
    var decoder = FrameDecoder<UpwardMessage>()
    decoder.append([0, 0, 0, 3, 0x12, 0x34, 0, 1, 1, 2, 3])  // a kind that nobody knows yet
    decoder.append([0, 0, 0, 2, 0, 1, 0, 2, 8, 1])  // hello of version 2
    decoder.append([0, 0, 0, 0, 0, 101, 0, 1])  // a welcome has no business here
    decoder.append(known)
    #expect(try decoder.next() == .load(LinkSamples.load))
    #expect(decoder.skippedFrames == 3)
  }

  @Test func aSignOfLifeIsNoMessage() throws {
    var decoder = FrameDecoder<DownwardMessage>()
    decoder.append(Frame.keepAlive)
    decoder.append(try DownwardMessage.beatKey(LinkSamples.key).encodedFrame())
    #expect(try decoder.next() == .beatKey(LinkSamples.key))
    #expect(decoder.skippedFrames == 0)
  }

  @Test func aFrameOfMoreThanAMebibyteEndsTheStream() throws {
    var decoder = FrameDecoder<UpwardMessage>()
    decoder.append([0, 0x10, 0, 1, 0, 1, 0, 1])
    #expect(throws: WireError.frameTooLong(bytes: 1 << 20 + 1)) { try decoder.next() }
    decoder.append(try UpwardMessage.load(LinkSamples.load).encodedFrame())
    #expect(throws: WireError.frameTooLong(bytes: 1 << 20 + 1)) { try decoder.next() }
  }

  @Test func aMessageOfMoreThanAMebibyteArrivesWhole() throws {
    var checkpoint = LinkSamples.checkpoint
    checkpoint.contents = (0..<5_000_000).map { UInt8(truncatingIfNeeded: $0 &* 7) }
    let frames = try UpwardMessage.checkpoint(checkpoint).encodedFrame()
    var decoder = FrameDecoder<UpwardMessage>()
    for start in stride(from: 0, to: frames.count, by: 65_536) {
      #expect(try decoder.next() == nil)
      decoder.append(frames[start..<min(start + 65_536, frames.count)])
    }
    #expect(try decoder.next() == .checkpoint(checkpoint))
    decoder.append(try UpwardMessage.load(LinkSamples.load).encodedFrame())
    #expect(try decoder.next() == .load(LinkSamples.load))
    #expect(decoder.bufferedBytes == 0 && decoder.skippedFrames == 0)
  }

  @Test func aMessageWithoutEndEndsTheStream() throws {
    var decoder = FrameDecoder<UpwardMessage>()
    let part = [0, 0x10, 0, 0, 0, 100, 0, 1] + [UInt8](repeating: 1, count: 1 << 20)
    for _ in 1..<32 {
      decoder.append(part)
      #expect(try decoder.next() == nil)
    }
    decoder.append(part)
    #expect(throws: WireError.frameTooLong(bytes: 1 << 25)) { try decoder.next() }
    #expect(decoder.bufferedBytes == 0)
  }

  @Test func aMessageThatNobodyCouldReadIsNotSent() {
    var checkpoint = LinkSamples.checkpoint
    checkpoint.contents = [UInt8](repeating: 1, count: 1 << 25)
    #expect(throws: WireError.self) { try UpwardMessage.checkpoint(checkpoint).encodedFrame() }
  }

  @Test func afterAnUnreadableBodyTheNextFrameIsRead() throws {
    var decoder = FrameDecoder<UpwardMessage>()
    decoder.append([0, 0, 0, 2, 0, 1, 0, 1, 0xFF, 0xFF])
    decoder.append([0, 0, 0, 0, 0, 1, 0, 1])  // a hello without anything in it
    decoder.append(try UpwardMessage.load(LinkSamples.load).encodedFrame())
    #expect(throws: WireError.unreadableBody) { try decoder.next() }
    #expect(throws: WireError.invalidField("hello.node")) { try decoder.next() }
    #expect(try decoder.next() == .load(LinkSamples.load))
  }

  @Test func everyTruncationOfABodyIsReadOrRefused() throws {
    for message in LinkSamples.upward {
      try expectSurvival(of: Array(try message.encodedFrame()), as: UpwardMessage.self)
    }
    for message in LinkSamples.downward {
      try expectSurvival(of: Array(try message.encodedFrame()), as: DownwardMessage.self)
    }
  }

  private func expectSurvival<Message: LinkMessage>(
    of frame: [UInt8], as type: Message.Type
  ) throws {
    let kind = UInt16(frame[4]) << 8 | UInt16(frame[5])
    let body = frame.dropFirst(8)
    _ = try #require(try Message(kind: kind, version: 1, body: body))
    // Long bodies repeat themselves: steps of a prime number see each of their fields' places.
    let step = body.count > 2000 ? 37 : 1
    for length in stride(from: 0, to: body.count, by: step) {
      do { _ = try Message(kind: kind, version: 1, body: body.prefix(length)) } catch {}
    }
  }

  @Test(arguments: UInt64(1)...20)
  func noBytesBringTheDecoderDown(seed: UInt64) throws {
    var random = SeededGenerator(seed: seed)
    let frames = try LinkSamples.upward.map { try $0.encodedFrame() }
    for _ in 0..<100 {
      var frame = frames.randomElement(using: &random)!
      for _ in 0..<Int.random(in: 1...8, using: &random) {
        frame[Int.random(in: 4..<frame.count, using: &random)] = random.bytes(1)[0]
      }
      drain(frame, as: UpwardMessage.self)
      drain(random.bytes(64), as: DownwardMessage.self)
    }
  }

  private func drain<Message: LinkMessage>(_ bytes: [UInt8], as type: Message.Type) {
    var decoder = FrameDecoder<Message>()
    decoder.append(bytes)
    for _ in 0..<10 {
      do { if try decoder.next() == nil { return } } catch {}
    }
  }

  @Test func numbersOutOfRangeAreRefused() throws {
    var binding = LinkSamples.bindings[0]
    binding.expiresIn = .seconds(367 * 86_400)
    #expect(throws: WireError.invalidField("binding.expires_in")) {
      try arrival(of: .binding(binding))
    }
    binding.expiresIn = .seconds(-1)
    #expect(throws: WireError.invalidField("binding.expires_in")) {
      try arrival(of: .binding(binding))
    }
    let fact = LinkSamples.records[0].fact
    #expect(throws: WireError.invalidField("spool_record.sequence")) {
      try arrival(of: .facts([SpoolRecord(spool: LinkSamples.id(1), sequence: 0, fact: fact)]))
    }
  }

  private func arrival(of message: UpwardMessage) throws -> UpwardMessage? {
    var decoder = FrameDecoder<UpwardMessage>()
    decoder.append(try message.encodedFrame())
    return try decoder.next()
  }

  @Test func spoolRecordsAndSnapshotsComeBackFromDisk() throws {
    for record in LinkSamples.records {
      #expect(try SpoolRecord(parsingBody: record.encodedBody()) == record)
    }
    let tenant = LinkSamples.tenant
    #expect(try TenantSnapshot(parsingBody: tenant.encodedBody()) == tenant)
    #expect(throws: WireError.self) { try SpoolRecord(parsingBody: [1, 2, 3]) }
  }
}
