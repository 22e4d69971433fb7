/// What a caller hears instead of another party: prompts one after the other, then music or
/// silence. A value: what a call plays, and where, can be copied and carried on.
public struct SoundPlayer: Sendable {
  /// Prompts that wait; more are refused.
  public static let longestQueue = 64

  /// A sound by the name that its owner gave it.
  public struct Clip: Hashable, Sendable {
    public let name: String
    public let samples: [Int16]

    public init(name: String, samples: [Int16]) {
      self.name = name
      self.samples = samples
    }
  }

  /// What a frame was made of.
  public enum Progress: Hashable, Sendable {
    case playing
    /// The last prompt ended within this frame.
    case finished
    /// Nothing is left but music or silence.
    case idle
  }

  /// What is left of these after `position`, at 8,000 samples a second.
  public static func clips(_ clips: [Clip], from position: Duration) -> [Clip] {
    var skipped = Int(clamping: Int64(max(0, position / .milliseconds(1)))) * 8
    return clips.compactMap { clip in
      let left = clip.samples.dropFirst(min(skipped, clip.samples.count))
      skipped -= clip.samples.count - left.count
      return left.isEmpty ? nil : Clip(name: clip.name, samples: Array(left))
    }
  }

  private var queue: [Clip] = []
  private var position = 0
  private var music: [Clip] = []
  private var track = 0
  private var musicPosition = 0

  public init() {}

  /// Nothing but music or silence is played.
  public var isIdle: Bool { queue.isEmpty }

  /// Plays these after those before them; false, and none of them, when too many wait. Clips without
  /// a sample are left out.
  public mutating func play(_ clips: [Clip]) -> Bool {
    let heard = clips.filter { !$0.samples.isEmpty }
    guard queue.count + heard.count <= Self.longestQueue else { return false }
    queue += heard
    return true
  }

  /// Whoever is listened to has pressed a key: the prompts are over.
  public mutating func stop() {
    queue.removeAll()
    position = 0
  }

  /// Music under which callers wait, over and over, from where it was; none for no tracks.
  public mutating func wait(with tracks: [Clip]) {
    let heard = tracks.filter { !$0.samples.isEmpty }
    guard heard != music else { return }
    (music, track, musicPosition) = (heard, 0, 0)
  }

  /// The next `count` samples, always as many.
  public mutating func frame(_ count: Int, into samples: inout [Int16]) -> Progress {
    samples.removeAll(keepingCapacity: true)
    let began = !queue.isEmpty
    while samples.count < count, let clip = queue.first {
      let end = min(clip.samples.count, position + count - samples.count)
      samples.append(contentsOf: clip.samples[position..<end])
      position = end
      if position == clip.samples.count {
        queue.removeFirst()
        position = 0
      }
    }
    guard queue.isEmpty else { return .playing }
    fill(count, &samples)
    return began ? .finished : .idle
  }

  private mutating func fill(_ count: Int, _ samples: inout [Int16]) {
    guard !music.isEmpty else {
      samples.append(contentsOf: repeatElement(0, count: count - samples.count))
      return
    }
    while samples.count < count {
      let clip = music[track]
      let end = min(clip.samples.count, musicPosition + count - samples.count)
      samples.append(contentsOf: clip.samples[musicPosition..<end])
      musicPosition = end
      if musicPosition == clip.samples.count {
        track = (track + 1) % music.count
        musicPosition = 0
      }
    }
  }
}
