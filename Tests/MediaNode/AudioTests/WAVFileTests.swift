import Audio
import Testing

private let stereo = WAVFile(
  sampleRate: 8_000, channels: [[0, 1_000, -1_000, 32_767], [5, -32_768, 7, 8]])

@Suite struct WAVFileTests {
  @Test func aStereoFileIsReadAsItWasWritten() throws {
    #expect(try WAVFile(parsing: stereo.encoded()) == stereo)
  }

  @Test func theHeaderIsTheOneThatEverybodyWrites() {
    let mono = WAVFile(sampleRate: 8_000, channels: [[1, -2]])
    #expect(
      mono.encoded() == Array("RIFF".utf8) + [40, 0, 0, 0] + Array("WAVEfmt ".utf8)
        + [16, 0, 0, 0, 1, 0, 1, 0, 0x40, 0x1F, 0, 0, 0x80, 0x3E, 0, 0, 2, 0, 16, 0]
        + Array("data".utf8) + [4, 0, 0, 0, 1, 0, 0xFE, 0xFF])
  }

  @Test(arguments: G711.allCases)
  func aCompandedFileIsReadAsItsSamples(law: G711) throws {
    let samples: [Int16] = [0, 100, -3_000]
    let file = WAVFile(sampleRate: 8_000, channels: [samples])
    let read = try WAVFile(parsing: file.encoded(as: .g711(law)))
    #expect(read.channels == [law.decode(law.encode(samples))])
  }

  @Test func unknownChunksBeforeTheSamplesAreSkipped() throws {
    var bytes = stereo.encoded()
    bytes.insert(contentsOf: Array("LIST".utf8) + [3, 0, 0, 0, 1, 2, 3, 0], at: 12)
    #expect(try WAVFile(parsing: bytes) == stereo)
  }

  @Test func theExtensibleFormOfPCMIsRead() throws {
    var bytes = stereo.encoded()
    bytes[16] = 40
    bytes.replaceSubrange(20..<22, with: [0xFE, 0xFF])
    bytes.insert(
      contentsOf: [22, 0, 16, 0, 3, 0, 0, 0, 1, 0] + Array(repeating: 0, count: 14), at: 36)
    #expect(try WAVFile(parsing: bytes) == stereo)
  }

  @Test func aRecordingWhoseWriterDiedHasTheSamplesThatAreThere() throws {
    var bytes = stereo.encoded()
    bytes.replaceSubrange(4..<8, with: [8, 0, 0, 0])
    bytes.replaceSubrange(40..<44, with: [0, 0, 0, 0])
    #expect(try WAVFile(parsing: bytes) == stereo)
    bytes.replaceSubrange(40..<44, with: [255, 255, 255, 255])
    #expect(try WAVFile(parsing: bytes) == stereo)
  }

  @Test func aTruncatedFileIsAnErrorOrShorterButNeverACrash() {
    let bytes = stereo.encoded()
    for length in 0..<44 {
      #expect(throws: WAVError.self) { try WAVFile(parsing: Array(bytes[..<length])) }
    }
    for length in 44..<bytes.count {
      let read = try? WAVFile(parsing: Array(bytes[..<length]))
      #expect(read?.channels.map(\.count) == [(length - 44) / 4, (length - 44) / 4])
    }
  }

  @Test(arguments: [UInt64(1), 2, 3, 4])
  func damagedFilesNeverCrash(seed: UInt64) {
    var state = seed
    for _ in 0..<2_000 {
      var bytes = stereo.encoded()
      for _ in 0..<4 {
        state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
        bytes[Int(state >> 33) % bytes.count] = UInt8(truncatingIfNeeded: state >> 20)
      }
      let read = try? WAVFile(parsing: bytes)
      #expect((read?.channels.first?.count ?? 0) <= 16)
    }
  }

  @Test func whatIsNoPCMIsRefusedByName() {
    var bytes = stereo.encoded()
    bytes[20] = 3
    #expect(throws: WAVError.unsupported(format: 3, bitsPerSample: 16)) {
      try WAVFile(parsing: bytes)
    }
    #expect(throws: WAVError.notWAV) { try WAVFile(parsing: Array("OggS".utf8)) }
  }
}
