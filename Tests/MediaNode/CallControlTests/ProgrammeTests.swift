import Announcements
import Digits
import NodeContract
import Testing

@testable import CallControl

/// What a party hears of the exchange itself, and how its keys are read.
@Suite struct Programmes {
  private static let menu = Announcement([.recorded("vm-enter-num-to-call")], in: .english)
  private let start = BootInstant(nanoseconds: 1_000_000_000)

  private func after(_ seconds: Int) -> BootInstant { start.advanced(by: .seconds(seconds)) }

  private func digits(_ text: String) -> [Digit] { text.compactMap { Digit($0) } }

  private func run(rounds: UInt8 = 1, reading: KeyReading? = nil) -> ProgrammeRun {
    let programme = Programme(announcement: Self.menu, rounds: rounds, reading: reading)
    return ProgrammeRun(programme, number: 7, at: start)
  }

  @Test func anAnnouncementIsOverWhenAllIsSaid() {
    var run = run()
    #expect(run.nextDeadline == nil)
    #expect(run.played(7, at: after(3)) == [.over(.said)])
    #expect(run.played(7, at: after(4)) == [])
  }

  @Test func theEndOfWhatWasPlayedBeforeEndsNothing() {
    var run = run()
    #expect(run.played(6, at: after(1)) == [])
    #expect(run.position(at: after(2)) == .seconds(2))
  }

  @Test func roundsFollowEachOtherAfterAPause() {
    var run = run(rounds: 2)
    #expect(run.played(7, at: after(3)) == [])
    #expect(run.nextDeadline == after(5))
    #expect(run.deadlinePassed(at: after(4)) == [])
    #expect(run.deadlinePassed(at: after(5)) == [.play])
    #expect(run.number == 8 && run.position(at: after(6)) == .seconds(1))
    #expect(run.played(7, at: after(6)) == [], "the end of the first round, told late")
    #expect(run.played(8, at: after(8)) == [.over(.said)])
  }

  @Test func aKeyEndsTheAnnouncementAndIsTheFirstOfTheEntry() {
    var run = run(reading: KeyReading(most: 3))
    #expect(run.pressed(digits("1")[0], at: after(1)) == [.stop])
    #expect(run.pressed(digits("0")[0], at: after(2)) == [])
    #expect(run.pressed(digits("2")[0], at: after(3)) == [.over(.entered(digits("102")))])
    #expect(run.pressed(digits("2")[0], at: after(3)) == [])
  }

  @Test func theTerminatorEndsTheEntryAndIsNoPartOfIt() {
    var run = run(reading: KeyReading(most: 10, terminator: Digit("#")))
    _ = run.pressed(digits("4")[0], at: after(1))
    #expect(run.pressed(digits("#")[0], at: after(2)) == [.over(.entered(digits("4")))])
  }

  @Test func theTerminatorAloneIsNoEntry() {
    var run = run(reading: KeyReading(most: 10, terminator: Digit("#")))
    #expect(run.pressed(digits("#")[0], at: after(1)) == [.stop, .over(.nothing)])
  }

  @Test func anEntryThatIsNotFinishedCountsAfterThePauseBetweenKeys() {
    var run = run(reading: KeyReading(most: 10, pause: .seconds(3)))
    _ = run.pressed(digits("4")[0], at: after(1))
    _ = run.pressed(digits("5")[0], at: after(3))
    #expect(run.nextDeadline == after(6))
    #expect(run.deadlinePassed(at: after(6)) == [.over(.entered(digits("45")))])
  }

  @Test func whoeverPressesNothingIsAskedAgainAndThenGivenUp() {
    var run = run(rounds: 2, reading: KeyReading(most: 1, patience: .seconds(5)))
    _ = run.played(7, at: after(3))
    #expect(run.deadlinePassed(at: after(8)) == [.play])
    _ = run.played(8, at: after(11))
    #expect(run.deadlinePassed(at: after(16)) == [.over(.nothing)])
  }

  @Test func whereNothingMayBeInterruptedKeysCountOnlyAfterTheEnd() {
    var run = run(reading: KeyReading(most: 1, interrupts: false))
    #expect(run.pressed(digits("4")[0], at: after(1)) == [])
    _ = run.played(7, at: after(3))
    #expect(run.pressed(digits("5")[0], at: after(4)) == [.over(.entered(digits("5")))])
  }
}
