import Digits
import NodeContract

/// A programme on its way: a value that hears of keys, ends and time, and says what is to be played.
struct ProgrammeRun: Hashable, Sendable {
  enum Stage: Hashable, Sendable {
    /// Leads to every other stage.
    case playing(since: BootInstant)
    /// All is said: the first key is due, or the next round. Leads to `playing`, `reading`, `over`.
    case waiting(until: BootInstant)
    /// Some keys came, another one is due. Leads to `over`.
    case reading(until: BootInstant)
    /// Leads nowhere; what still comes is absorbed.
    case over
  }

  /// What an event leads to.
  enum Step: Hashable, Sendable {
    /// The announcement, from its begin.
    case play
    case stop
    case over(Programme.Outcome)
  }

  let programme: Programme
  private(set) var stage: Stage
  /// Names what is played now, so that the end of something earlier is not taken for its.
  private(set) var number: UInt32
  /// Rounds that have begun.
  private(set) var round: UInt8
  private(set) var keys: [Digit]

  /// Begins: the announcement is to be played under `number`.
  init(_ programme: Programme, number: UInt32, at now: BootInstant) {
    self.init(programme, .playing(since: now), number: number, round: 1, keys: [])
  }

  init(_ programme: Programme, _ stage: Stage, number: UInt32, round: UInt8, keys: [Digit]) {
    self.programme = programme
    self.stage = stage
    self.number = number
    self.round = round
    self.keys = keys
  }

  var nextDeadline: BootInstant? {
    switch stage {
    case .waiting(let until), .reading(let until): until
    case .playing, .over: nil
    }
  }

  /// How far the announcement is; nil when none is played.
  func position(at now: BootInstant) -> Duration? {
    guard case .playing(let since) = stage else { return nil }
    return max(.zero, since.duration(to: now))
  }

  var isOver: Bool { stage == .over }

  // MARK: - Events

  /// Nothing of it counts any more.
  mutating func cut() { stage = .over }

  /// What was played under `number` is over.
  mutating func played(_ number: UInt32, at now: BootInstant) -> [Step] {
    guard case .playing = stage, number == self.number else { return [] }
    if let reading = programme.reading {
      stage = .waiting(until: now.advanced(by: reading.patience))
      return []
    }
    guard round < programme.rounds else { return end(.said) }
    stage = .waiting(until: now.advanced(by: programme.pause))
    return []
  }

  /// The party pressed a key.
  mutating func pressed(_ digit: Digit, at now: BootInstant) -> [Step] {
    guard let reading = programme.reading else { return [] }
    switch stage {
    case .playing where reading.interrupts:
      return [.stop] + take(digit, reading, at: now)
    case .waiting, .reading: return take(digit, reading, at: now)
    case .playing, .over: return []
    }
  }

  mutating func deadlinePassed(at now: BootInstant) -> [Step] {
    guard let deadline = nextDeadline, deadline <= now else { return [] }
    switch stage {
    case .waiting where round < programme.rounds: return playAgain(at: now)
    case .waiting: return end(programme.reading == nil ? .said : .nothing)
    case .reading: return end(.entered(keys))
    case .playing, .over: return []
    }
  }

  // MARK: - Steps

  private mutating func take(_ digit: Digit, _ reading: KeyReading, at now: BootInstant) -> [Step] {
    if keys.isEmpty, reading.alone.contains(digit) { return end(.entered([digit])) }
    guard digit != reading.terminator else { return end(keys.isEmpty ? .nothing : .entered(keys)) }
    keys.append(digit)
    guard keys.count < max(1, Int(reading.most)) else { return end(.entered(keys)) }
    stage = .reading(until: now.advanced(by: reading.pause))
    return []
  }

  private mutating func playAgain(at now: BootInstant) -> [Step] {
    round += 1
    number &+= 1
    stage = .playing(since: now)
    return [.play]
  }

  private mutating func end(_ outcome: Programme.Outcome) -> [Step] {
    stage = .over
    return [.over(outcome)]
  }
}
