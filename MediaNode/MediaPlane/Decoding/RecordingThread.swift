import Audio
import CLinux
import Epoll
import Glibc
import Recording
import Synchronization

/// Encodes recordings beside the relay threads, which only hand over what was said.
///
/// `@unchecked Sendable`: other threads touch `jobs`, `thread` and the descriptor that never changes; the
/// recorders belong to the thread.
final class RecordingThread: @unchecked Sendable {
  enum Job: Sendable {
    case begin(UInt64, RecordingWish)
    /// What both parties said.
    case sound(UInt64, a: [Int16], b: [Int16], sampleRate: Int)
    case end(UInt64)
    case stop
  }

  /// Pieces of sound that wait; further ones are lost, as memory is not: an hour of one call.
  private static let longestQueue = 4_096

  /// Set before the thread starts.
  var onSegment: @Sendable (UInt32, RecordingSegment) -> Void = { _, _ in }
  /// Likewise; told a session whose recorded party has been silent for as long as its wish says.
  var onQuiet: @Sendable (UInt64) -> Void = { _ in }
  private let jobs = Mutex<[Job]>([])
  private let wake: Int32
  private let thread = Mutex<SystemThread?>(nil)
  private var recorders: [UInt64: RunningRecording] = [:]
  private var isStopping = false

  init() throws(SystemError) {
    wake = eventfd(0, Int32(EFD_CLOEXEC))
    guard wake >= 0 else { throw SystemError("eventfd") }
  }

  deinit { close(wake) }

  func start() { thread.withLock { $0 = SystemThread(name: "recording") { self.run() } } }

  /// Ends every recording and waits for the last segments.
  func stop() {
    submit(.stop)
    thread.withLock { $0.take() }?.join()
  }

  /// From any thread; never waits.
  func submit(_ job: Job) {
    let isFirst = jobs.withLock { jobs in
      if case .sound = job, jobs.count >= Self.longestQueue { return false }
      jobs.append(job)
      return jobs.count == 1
    }
    guard isFirst else { return }
    var one: UInt64 = 1
    _ = write(wake, &one, 8)
  }

  private func run() {
    while !isStopping {
      var count: UInt64 = 0
      _ = read(wake, &count, 8)
      var batch: [Job] = []
      jobs.withLock { swap(&$0, &batch) }
      for job in batch { perform(job) }
    }
    for id in recorders.keys.sorted() { end(id) }
  }

  private func perform(_ job: Job) {
    switch job {
    case .begin(let id, let wish):
      end(id)
      recorders[id] = RunningRecording(wish)
    case .sound(let id, let a, let b, let rate):
      guard let recording = recorders[id] else { return }
      if let segment = recorders[id]?.take(a, b, sampleRate: rate) {
        onSegment(recording.wish.name, segment)
      }
      if recorders[id]?.hasJustFallenSilent == true { onQuiet(id) }
    case .end(let id): end(id)
    case .stop: isStopping = true
    }
  }

  private func end(_ id: UInt64) {
    guard var recording = recorders.removeValue(forKey: id),
      let last = recording.recorder.finish()
    else { return }
    onSegment(recording.wish.name, last)
  }
}

/// For how long somebody has said nothing.
private struct Silence {
  /// The mean of a piece's samples, 50 dB below full scale: lines are not silent.
  private static let loudest = 100

  private(set) var length = Duration.zero

  mutating func hear(_ sound: [Int16], sampleRate: Int) {
    guard !sound.isEmpty, sampleRate > 0 else { return }
    let sum = sound.reduce(0) { $0 + Int($1.magnitude) }
    let isSilent = sum <= Self.loudest * sound.count
    length = isSilent ? length + .milliseconds(sound.count * 1_000 / sampleRate) : .zero
  }
}

/// A recording under way, of 8,000 samples a second whatever its call's sound has.
private struct RunningRecording {
  let wish: RecordingWish
  var recorder: Recorder
  private var narrowing: (rate: Int, a: Resampler, b: Resampler)?
  private var narrowed: (a: [Int16], b: [Int16]) = ([], [])
  private var silence = Silence()

  init(_ wish: RecordingWish) {
    self.wish = wish
    recorder = Recorder(wish.format, of: wish.parties, segment: wish.segment)
  }

  mutating func take(_ a: [Int16], _ b: [Int16], sampleRate: Int) -> RecordingSegment? {
    let isOther = wish.parties == .one && wish.side == .b
    silence.hear(isOther ? b : a, sampleRate: sampleRate)
    return isOther ? take(left: b, right: a, sampleRate) : take(left: a, right: b, sampleRate)
  }

  /// True once for each time that nobody speaks for so long.
  var hasJustFallenSilent: Bool {
    mutating get {
      guard let limit = wish.silence, silence.length >= limit else { return false }
      silence = Silence()
      return true
    }
  }

  private mutating func take(left a: [Int16], right b: [Int16], _ sampleRate: Int)
    -> RecordingSegment?
  {
    guard sampleRate != 8_000 else { return recorder.take(a, b) }
    if narrowing?.rate != sampleRate {
      let resampler = Resampler(from: sampleRate, to: 8_000)
      narrowing = (sampleRate, resampler, resampler)
    }
    narrowing?.a.resample(a, into: &narrowed.a)
    narrowing?.b.resample(b, into: &narrowed.b)
    return recorder.take(narrowed.a, narrowed.b)
  }
}
