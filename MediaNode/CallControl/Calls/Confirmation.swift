import NodeContract

/// Parties that answered a call which rings, and must say that they take it: what answers a number outside may
/// be a machine, which must not take the call from the others. One at a time is asked, as there is one place at
/// the relay for whoever answers; the others hear nothing until it is their turn.
struct Confirmation: Hashable, Sendable {
  /// In the order of their answers; the first is asked.
  private(set) var answered: [LegID]
  /// Those whose answer costs something, until it is on disk: they hear nothing before.
  private(set) var unsaved: [LegID]
  /// What the first is asked, as soon as that is known.
  var run: ProgrammeRun?
  /// Of the latest question.
  var number: UInt32
  /// Until when the others would ring if nobody were asked.
  private(set) var ringsUntil: BootInstant

  init(
    answered: [LegID], unsaved: [LegID], run: ProgrammeRun?, number: UInt32,
    ringsUntil: BootInstant
  ) {
    self.answered = answered
    self.unsaved = unsaved
    self.run = run
    self.number = number
    self.ringsUntil = ringsUntil
  }

  init(ringsUntil: BootInstant) {
    self.init(answered: [], unsaved: [], run: nil, number: 0, ringsUntil: ringsUntil)
  }

  var asked: LegID? { answered.first }

  /// Whether the first may be asked now, and is not.
  var isDue: Bool { run == nil && asked.map { !unsaved.contains($0) } ?? false }

  mutating func enter(_ leg: LegID, isSaved: Bool) {
    answered.append(leg)
    if !isSaved { unsaved.append(leg) }
  }

  /// Its answer is on disk.
  mutating func save(_ leg: LegID) { unsaved.removeAll { $0 == leg } }

  mutating func leave(_ leg: LegID) {
    if asked == leg { run = nil }
    answered.removeAll { $0 == leg }
    unsaved.removeAll { $0 == leg }
  }

  /// Others were asked meanwhile.
  mutating func ringsOn(until: BootInstant) { ringsUntil = max(ringsUntil, until) }
}

extension LegID {
  /// Names the receipt of an answer that nobody is told of yet: nothing else that is minted has its bits.
  var answerReceipt: FactReceipt { FactReceipt(number: uuid.low) }
}
