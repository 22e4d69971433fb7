/// What a party of a conference hears, and who hears it.
public enum ConferenceRole: Hashable, Sendable {
  /// Heard by all, hears all. A third party that joins two who talk (barge) is this.
  case speaker
  /// Hears all, heard by nobody.
  case listener
  /// Hears all; heard only by the party at this place.
  case whisperer(to: Int)
}

/// One room: a frame from each party in, for each the sum of the others out. A tick is a frame, and
/// nothing waits for the next: the mixer itself adds no delay, its clock at most one frame.
public struct ConferenceMixer: Sendable {
  public static let mostParties = 64
  /// A talker must be this loud, as mean square: -45 dB of full scale.
  static let leastPower: Float = 32_768 * 32_768 / 31_623
  /// The talker changes when another is so much louder.
  static let lead: Float = 1.6

  private struct Party: Sendable {
    var role: ConferenceRole
    var isMuted = false
    /// nil when it sent nothing this time.
    var isHere = false
    var power: Float = 0

    var isHeard: Bool { isHere && !isMuted }
  }

  /// Samples of one frame.
  public private(set) var frameLength: Int
  private var parties: [Party?] = Array(repeating: nil, count: Self.mostParties)
  /// Each place's frame of this tick, one after the other.
  private var frames: [Int16]
  private var sum: [Int32]
  private var talker: Int?

  /// 20 ms of 8,000 samples a second by itself.
  public init(frameLength: Int = 160) {
    precondition(1...5_760 ~= frameLength, "\(frameLength) samples")
    self.frameLength = frameLength
    frames = Array(repeating: 0, count: frameLength * Self.mostParties)
    sum = Array(repeating: 0, count: frameLength)
  }

  /// Another rate: frames are as long from now on, everybody stays.
  public mutating func become(frameLength: Int) {
    let parties = parties
    self = ConferenceMixer(frameLength: frameLength)
    self.parties = parties
    for place in self.parties.indices { self.parties[place]?.isHere = false }
  }

  // MARK: - Who is there

  /// The party's place; nil when the room is full.
  public mutating func join(as role: ConferenceRole = .speaker) -> Int? {
    guard let place = parties.firstIndex(where: { $0 == nil }) else { return nil }
    parties[place] = Party(role: role)
    return place
  }

  public mutating func leave(_ place: Int) {
    guard parties.indices.contains(place) else { return }
    parties[place] = nil
    if talker == place { talker = nil }
  }

  public mutating func become(_ role: ConferenceRole, at place: Int) {
    guard parties.indices.contains(place) else { return }
    parties[place]?.role = role
  }

  public mutating func mute(_ isMuted: Bool, at place: Int) {
    guard parties.indices.contains(place) else { return }
    parties[place]?.isMuted = isMuted
  }

  public var places: [Int] { parties.indices.filter { parties[$0] != nil } }

  // MARK: - A tick

  /// The party's next frame. Shorter ones end in silence, longer ones are cut.
  public mutating func hear(_ samples: [Int16], from place: Int) {
    guard parties.indices.contains(place), var party = parties[place] else { return }
    let begin = place * frameLength
    let count = min(samples.count, frameLength)
    var energy: Float = 0
    for index in 0..<count {
      frames[begin + index] = samples[index]
      energy += Float(samples[index]) * Float(samples[index])
    }
    for index in count..<frameLength { frames[begin + index] = 0 }
    party.isHere = true
    party.power = party.power * 0.8 + energy / Float(frameLength) * 0.2
    parties[place] = party
  }

  /// Sums what was heard; ``mix(for:into:)`` then tells each party's share, until ``endTick()``.
  public mutating func beginTick() {
    for index in sum.indices { sum[index] = 0 }
    for place in parties.indices {
      guard let party = parties[place], party.role == .speaker, party.isHeard else { continue }
      let begin = place * frameLength
      for index in 0..<frameLength { sum[index] &+= Int32(frames[begin + index]) }
    }
    chooseTalker()
  }

  /// All that the party at `place` hears, in place of what `samples` held: silence for a stranger.
  public func mix(for place: Int, into samples: inout [Int16]) {
    samples.removeAll(keepingCapacity: true)
    guard parties.indices.contains(place), let party = parties[place] else {
      samples.append(contentsOf: repeatElement(0, count: frameLength))
      return
    }
    if party.role == .speaker, party.isHeard {
      let begin = place * frameLength
      for index in 0..<frameLength {
        samples.append(Int16(clamping: sum[index] &- Int32(frames[begin + index])))
      }
    } else {
      for index in 0..<frameLength { samples.append(Int16(clamping: sum[index])) }
    }
    addWhispers(to: place, &samples)
  }

  private func addWhispers(to place: Int, _ samples: inout [Int16]) {
    for other in parties.indices {
      guard let party = parties[other], party.role == .whisperer(to: place), party.isHeard else {
        continue
      }
      let begin = other * frameLength
      for index in 0..<frameLength {
        samples[index] = Int16(clamping: Int32(samples[index]) &+ Int32(frames[begin + index]))
      }
    }
  }

  /// Who sends nothing until the next tick is silent in it.
  public mutating func endTick() {
    for place in parties.indices {
      guard var party = parties[place] else { continue }
      if !party.isHere { party.power *= 0.8 }
      party.isHere = false
      parties[place] = party
    }
  }

  // MARK: - Who talks

  /// The loudest of late; nobody when all are quiet.
  public var activeTalker: Int? { talker }

  private mutating func chooseTalker() {
    var loudest: (place: Int, power: Float)?
    for place in parties.indices {
      guard let party = parties[place], party.role == .speaker, !party.isMuted else { continue }
      if party.power > loudest?.power ?? Self.leastPower { loudest = (place, party.power) }
    }
    guard let loudest else {
      talker = nil
      return
    }
    if let now = talker, let party = parties[now], party.role == .speaker, !party.isMuted,
      party.power * Self.lead > loudest.power, party.power > Self.leastPower
    {
      return
    }
    talker = loudest.place
  }
}
