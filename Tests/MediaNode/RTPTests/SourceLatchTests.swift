import NodeContract
import RTP
import Testing

private func endpoint(_ text: String) -> IPEndpoint { IPEndpoint(text)! }

private let announced = endpoint("192.0.2.1:4000")
private let translated = endpoint("198.51.100.7:61234")
private let stranger = endpoint("203.0.113.9:5000")

/// A latch that can be asked within an expectation.
private final class Latch {
  private var value: SourceLatch

  init(_ value: SourceLatch) { self.value = value }

  var source: IPEndpoint? { value.source }
  var destination: IPEndpoint? { value.destination }
  func announce(_ remote: IPEndpoint) { value.announce(remote) }
  func admits(_ sender: IPEndpoint, _ continuity: Continuity) -> Bool {
    value.admits(sender, continuity)
  }
}

@Suite struct SourceLatchTests {
  private func latch(onto source: IPEndpoint) -> Latch {
    let latch = Latch(SourceLatch(expected: announced))
    _ = latch.admits(source, .none)
    return latch
  }

  @Test func theFirstSourceIsHeardAndNobodyElse() {
    let latch = latch(onto: announced)
    #expect(latch.source == announced)
    #expect(!latch.admits(stranger, .none) && !latch.admits(translated, .none))
    #expect(latch.admits(announced, .none) && latch.destination == announced)
  }

  @Test func aStrangerWhoWasQuickerLosesTheStreamToTheAnnouncedAddress() {
    let latch = latch(onto: stranger)
    #expect(latch.admits(announced, .none))
    #expect(latch.source == announced && !latch.admits(stranger, .none))
  }

  @Test func whoSpokeForASecondIsNotOutdoneByAnAddressThatIsNotTrue() {
    let latch = latch(onto: translated)
    for _ in 0..<50 { #expect(latch.admits(translated, .none)) }
    #expect(!latch.admits(announced, .none))
    #expect(latch.source == translated)
  }

  @Test func anAnnouncementFreesTheSourceButNotForPacketsThatWereUnderWay() {
    let latch = latch(onto: announced)
    latch.announce(translated)
    #expect(latch.source == nil && latch.destination == translated)
    #expect(!latch.admits(announced, .none))
    #expect(latch.admits(translated, .none) && latch.source == translated)
  }

  @Test func aPartyWhoseMediaIsQuickerThanItsFirstAnnouncementLosesNothing() {
    let latch = Latch(SourceLatch(expected: nil))
    #expect(latch.admits(translated, .none))
    latch.announce(announced)
    #expect(latch.admits(translated, .none) && latch.source == translated)
    // Had it been a stranger, the announced address would still win.
    #expect(latch.admits(announced, .none) && latch.source == announced)
  }

  @Test func aPartyThatStaysInSpiteOfItsAnnouncementIsHeardAgain() {
    let latch = latch(onto: announced)
    latch.announce(translated)
    let heard = (0..<30).map { _ in latch.admits(announced, .none) }
    #expect(heard == Array(repeating: false, count: 25) + Array(repeating: true, count: 5))
  }
}

@Suite struct ContinuityTests {
  private let reception: Reception = {
    var reception = Reception()
    for sequence in 0..<100 as Range<UInt16> { reception.record(sequence: sequence, ssrc: 7) }
    return reception
  }()

  private func carriesOn(_ sequence: UInt16, ssrc: UInt32 = 7, after silence: Duration) -> Bool {
    let header = RTPHeader(payloadType: 0, sequence: sequence, timestamp: 0, ssrc: ssrc)
    return Continuity(header, after: reception, silence: silence).holds
  }

  @Test func theSameStreamGoesOnElsewhereOnceItsSourceIsSilent() {
    #expect(carriesOn(100, after: .milliseconds(500)))
    #expect(carriesOn(150, after: .seconds(1)))
    #expect(!carriesOn(100, after: .milliseconds(499)))
  }

  @Test func anotherStreamOrAnImpossibleNumberIsAStrangers() {
    #expect(!carriesOn(100, ssrc: 8, after: .seconds(1)))
    #expect(!carriesOn(99, after: .seconds(1)))
    #expect(!carriesOn(98, after: .seconds(1)))
    #expect(!carriesOn(400, after: .seconds(1)))
  }

  @Test func anHourOfSilenceDoesNotCrash() {
    #expect(carriesOn(20_000, after: .seconds(3_600)))
    #expect(!carriesOn(40_000, after: .seconds(3_600)))
  }

  @Test func aLatchFollowsAStreamThatGoesOnElsewhere() {
    let header = RTPHeader(payloadType: 0, sequence: 120, timestamp: 0, ssrc: 7)
    let continuity = Continuity(header, after: reception, silence: .seconds(1))
    let latch = Latch(SourceLatch(expected: announced, source: announced))
    #expect(latch.admits(translated, continuity) && latch.source == translated)
    #expect(!latch.admits(announced, .none))
  }
}
