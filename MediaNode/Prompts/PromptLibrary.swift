public import Announcements
public import Audio
internal import FoundationEssentials
internal import Synchronization

/// Why a prompt cannot be played.
public enum PromptError: Error, Hashable, Sendable {
  case missing(path: String)
  case unreadable(path: String, WAVError)
}

/// Prompts and music from files, as samples of 8,000 a second. Reads files: to be asked before a call
/// needs a sound, never on a media thread. What was read once is kept, up to a bound.
public final class PromptLibrary: Sendable {
  /// Samples kept: ten minutes, about what a busy node's menus hold.
  public static let kept = 600 * 8_000

  private let recordings: String
  private let synthesised: String
  private let fetched: String
  private let uploaded: String
  private let cache = Mutex(Cache())

  private struct Cache {
    var clips: [String: SoundPlayer.Clip] = [:]
    /// The oldest first.
    var order: [String] = []
    var samples = 0
  }

  /// The folders of Debian's sound packages, of what a synthesiser spoke at set-up, of what is
  /// fetched for single calls, and of tenants' own sounds.
  public init(
    recordings: String = "/usr/share/asterisk/sounds", synthesised: String, fetched: String = "",
    uploaded: String = ""
  ) {
    self.uploaded = uploaded
    self.fetched = fetched
    self.recordings = recordings
    self.synthesised = synthesised
  }

  /// What is to be played, in order.
  public func clips(
    _ prompts: [Prompt], in language: SpokenLanguage
  ) throws(PromptError) -> [SoundPlayer.Clip] {
    var clips: [SoundPlayer.Clip] = []
    for prompt in prompts { clips.append(try clip(prompt, in: language)) }
    return clips
  }

  public func clip(
    _ prompt: Prompt, in language: SpokenLanguage
  ) throws(PromptError) -> SoundPlayer.Clip {
    guard prompt != .ringing else { return .ringing(in: language) }
    guard let path = prompt.path(in: language), !path.contains("..") else {
      throw .missing(path: "\(prompt)")
    }
    switch prompt {
    case .recorded: return try clip(at: "\(recordings)/\(path).wav")
    case .spoken: return try clip(at: "\(synthesised)/\(path).wav")
    // Nobody else hears it.
    case .fetched: return try Self.read("\(fetched)/\(path).wav")
    case .uploaded: return try clip(at: "\(uploaded)/\(path).wav")
    case .ringing: throw .missing(path: path)
    }
  }

  /// Every WAV file of a folder, in the order of their names: music under which callers wait.
  public func music(in folder: String) throws(PromptError) -> [SoundPlayer.Clip] {
    let names = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
    guard !names.isEmpty else { throw .missing(path: folder) }
    var clips: [SoundPlayer.Clip] = []
    for name in names.sorted() where name.hasSuffix(".wav") {
      clips.append(try Self.read("\(folder)/\(name)"))
    }
    return clips
  }

  private func clip(at path: String) throws(PromptError) -> SoundPlayer.Clip {
    if let known = cache.withLock({ $0.clips[path] }) { return known }
    let clip = try Self.read(path)
    cache.withLock { Self.keep(clip, in: &$0) }
    return clip
  }

  private static func keep(_ clip: SoundPlayer.Clip, in cache: inout Cache) {
    guard cache.clips.updateValue(clip, forKey: clip.name) == nil else { return }
    cache.order.append(clip.name)
    cache.samples += clip.samples.count
    while cache.samples > kept, cache.order.count > 1 {
      let oldest = cache.order.removeFirst()
      cache.samples -= cache.clips.removeValue(forKey: oldest)?.samples.count ?? 0
    }
  }

  private static func read(_ path: String) throws(PromptError) -> SoundPlayer.Clip {
    guard let data = FileManager.default.contents(atPath: path) else {
      throw .missing(path: path)
    }
    do throws(WAVError) {
      let file = try WAVFile(parsing: Array(data))
      var samples = file.channels.first ?? []
      if file.sampleRate != 8_000, 8_000...48_000 ~= file.sampleRate {
        var resampler = Resampler(from: file.sampleRate, to: 8_000)
        resampler.resample(file.channels.first ?? [], into: &samples)
      }
      return SoundPlayer.Clip(name: path, samples: samples)
    } catch {
      throw .unreadable(path: path, error)
    }
  }
}
