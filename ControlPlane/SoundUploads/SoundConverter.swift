public import Foundation

/// A customer's sound as calls play it: one channel, 16 bits, levelled.
public struct ConvertedSound: Hashable, Sendable {
  /// WAV files of 8,000 and of 16,000 samples a second.
  public let narrow: Data
  public let wide: Data
  /// In seconds.
  public let length: Double
}

/// The converter itself failed, through no fault of the upload.
public struct ConversionFailure: Error, CustomStringConvertible {
  public let doing: String
  public let output: String

  public var description: String { "\(doing): \(output)" }
}

/// Checks, converts and levels uploads with ffmpeg as a child of little power: bounded in time, memory
/// and output, told the format and one input, so that nothing in a file leads it elsewhere.
public struct SoundConverter: Sendable {
  /// EBU R128 integrated loudness, in LUFS: speech as loud as prompts and phones are.
  public static let loudness = -19.0
  /// What is quieter than this is nothing.
  static let silence = -60.0

  private let limits: SoundLimits

  public init(limits: SoundLimits = SoundLimits()) { self.limits = limits }

  /// Throws a `SoundRefusal` for what is wrong with the upload.
  public func convert(_ upload: Data) async throws -> ConvertedSound {
    let type = try check(upload)
    let folder = try WorkFolder()
    defer { folder.remove() }
    try upload.write(to: folder.url("upload"))
    let loudness = try await measure(type, in: folder)
    let wide = try await convert(type, loudness, rate: 16_000, in: folder)
    let narrow = try await convert(type, loudness, rate: 8_000, in: folder)
    return ConvertedSound(narrow: narrow, wide: wide, length: Self.length(of: wide, rate: 16_000))
  }

  /// What can be told without a converter.
  public func check(_ upload: Data) throws(SoundRefusal) -> UploadedSoundType {
    guard !upload.isEmpty else { throw .empty }
    guard upload.count <= limits.bytes else { throw .tooLarge(bytes: limits.bytes) }
    guard let type = UploadedSoundType(beginning: upload) else { throw .wrongType }
    return type
  }

  // MARK: - Passes

  /// What ffmpeg's filter says of the whole sound, to be told to it again in the next pass.
  private struct Loudness: Decodable {
    let integrated, truePeak, range, threshold, offset: String

    enum CodingKeys: String, CodingKey {
      case integrated = "input_i"
      case truePeak = "input_tp"
      case range = "input_lra"
      case threshold = "input_thresh"
      case offset = "target_offset"
    }
  }

  private func measure(
    _ type: UploadedSoundType, in folder: WorkFolder
  ) async throws -> Loudness {
    let log = try await run(
      ["-loglevel", "info"] + input(type, folder) + [
        "-af", filter("print_format=json"), "-f", "null", "-",
      ], in: folder)
    guard let begin = log.lastIndex(of: "{"), let end = log.lastIndex(of: "}"), begin < end,
      let measured = try? JSONDecoder().decode(
        Loudness.self, from: Data(log[begin...end].utf8))
    else { throw SoundRefusal.corrupt }
    guard let loudness = Double(measured.integrated), loudness > Self.silence else {
      throw SoundRefusal.silent
    }
    return measured
  }

  private func convert(
    _ type: UploadedSoundType, _ measured: Loudness, rate: Int, in folder: WorkFolder
  ) async throws -> Data {
    let known =
      "linear=true:measured_I=\(measured.integrated):measured_TP=\(measured.truePeak)"
      + ":measured_LRA=\(measured.range):measured_thresh=\(measured.threshold)"
      + ":offset=\(measured.offset)"
    _ = try await run(
      ["-loglevel", "error"] + input(type, folder) + [
        "-af", filter(known), "-ar", "\(rate)", "-ac", "1", "-c:a", "pcm_s16le",
        "-bitexact", "-f", "wav", "-y", folder.url("converted.wav").path,
      ], in: folder)
    let converted = try Data(contentsOf: folder.url("converted.wav"))
    let length = Self.length(of: converted, rate: rate)
    guard length >= 0.05 else { throw SoundRefusal.corrupt }
    guard length <= Double(limits.seconds) else {
      throw SoundRefusal.tooLong(seconds: limits.seconds)
    }
    return converted
  }

  private static func length(of wav: Data, rate: Int) -> Double {
    Double(max(0, wav.count - 44)) / 2 / Double(rate)
  }

  private func filter(_ more: String) -> String {
    "loudnorm=I=\(Self.loudness):TP=-2:LRA=11:\(more)"
  }

  /// A second more than may be, so that what is too long is seen to be.
  private func input(_ type: UploadedSoundType, _ folder: WorkFolder) -> [String] {
    [
      "-max_error_rate", "0.05", "-protocol_whitelist", "file", "-f", type.rawValue, "-t",
      "\(limits.seconds + 1)", "-i", folder.url("upload").path, "-map", "0:a:0", "-vn", "-sn",
    ]
  }

  /// Returns what ffmpeg wrote.
  private func run(_ arguments: [String], in folder: WorkFolder) async throws -> String {
    let outputBytes = (limits.seconds + 10) * 32_000
    let child = BoundedChild(
      program: "ffmpeg", arguments: ["-nostdin", "-hide_banner", "-threads", "1"] + arguments,
      seconds: limits.patience, fileBytes: outputBytes, log: folder.url("log"))
    let ended = try await child.run()
    switch ended {
    case .status(0): return child.output
    case .status(127): throw ConversionFailure(doing: "starting ffmpeg", output: child.output)
    case .status(124), .signal: throw SoundRefusal.tooCostly
    case .status(137): throw SoundRefusal.tooCostly
    case .status: throw SoundRefusal.corrupt
    }
  }
}

/// A folder for one conversion, which nobody else may read.
private struct WorkFolder {
  let folder: URL

  init() throws {
    folder = FileManager.default.temporaryDirectory.appending(
      path: "tandem-sound-\(UUID().uuidString)")
    try FileManager.default.createDirectory(
      at: folder, withIntermediateDirectories: false, attributes: [.posixPermissions: 0o700])
  }

  func url(_ name: String) -> URL { folder.appending(path: name) }

  func remove() { try? FileManager.default.removeItem(at: folder) }
}
