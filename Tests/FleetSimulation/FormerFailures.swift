import Glibc
import Testing

/// Seeds that failed once, each with what it found. Chance runs otherwise when the simulation changes, so
/// what a seed found about the rules is in `TakeoverTests` and `NodeTitlesTests` too.
@Suite(.enabled(if: getenv("TANDEM_SEEDS") != nil)) struct FormerFailures {
  @Test("A replica that is cut off replaced who was heard by everybody else")
  func cutOffReplica() { expectWell(28) }

  @Test("A replica that was cut off heard the far site a little longer, and replaced the near one")
  func farSiteLonger() { expectWell(5281) }

  @Test("A replica whose network healed heard the near site first, and replaced the far one")
  func nearSiteFirst() { expectWell(88) }

  @Test("A replica that restarted in isolation had never heard the far site, and replaced it")
  func neverHeardBefore() { expectWell(402) }

  @Test("A keeper's release that nobody heard left its address to nobody")
  func unheardRelease() { expectWell(222) }

  @Test("Phones knew no way to an address that is served from another site")
  func noWayAcross() { expectWell(2) }

  @Test("A proof lost to a noisy network was called one that was given up", arguments: [770, 935])
  func noisyProof(seed: UInt64) { expectWell(seed) }

  @Test("A call that its party did not follow to another site never ended")
  func silentParty() { expectWell(5124) }

  @Test("Who acted late on a release that another had acted on was said to replace who lives")
  func lateReader() { expectWell(2171) }

  @Test("Whoever is to be called back was forgotten at the other site when the queue went home")
  func placeLeftBehind() { expectWell(5955) }

  @Test("Who heard a page was forgotten where its call's name came before that of whoever spoke")
  func listenerFirst() { expectWell(252) }

  private func expectWell(_ seed: UInt64) {
    let run = FleetRun(seed: seed)
    #expect(run.violation == nil, "seed \(seed)")
  }
}
