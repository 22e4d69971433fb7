import SeededRandom

/// Which cable a message takes.
enum Cable: Hashable, CaseIterable {
  /// Beats, links, etcd: between all machines.
  case control
  /// Between neighbours and the gateway of a site.
  case lan
  /// From phones and carriers to the sites and back.
  case outside
}

/// Who is at an end of a cable.
enum Host: Hashable, CustomStringConvertible {
  case node(Int)
  case replica(Int)
  case member(Int)
  case gateway(Int)
  case party(Int)
  case books

  var description: String {
    switch self {
    case .node(let index): "node \(index)"
    case .replica(let index): "replica \(index)"
    case .member(let index): "member \(index)"
    case .gateway(let site): "gateway \(site)"
    case .party(let index): "party \(index)"
    case .books: "books"
    }
  }
}

/// What is wrong between machines now.
struct SimulatedNetwork {
  /// One thing that cuts some messages off.
  struct Cut {
    let cable: Cable
    let isCut: (Host, Host) -> Bool
    /// Nil: all the time; else it comes and goes in turns of so long.
    var turns: Instant?
    let begun: Instant

    func cuts(_ cable: Cable, _ from: Host, _ to: Host, at now: Instant) -> Bool {
      guard cable == self.cable, isCut(from, to) else { return false }
      guard let turns else { return true }
      return (now - begun) / turns % 2 == 0
    }
  }

  struct Noise {
    /// In a hundred.
    var loss: UInt64 = 0
    var jitter: Instant = 0
  }

  var cuts: [Int: Cut] = [:]
  var noise: [Cable: Noise] = [:]
  private let sites: (Host) -> Int?

  init(sites: @escaping (Host) -> Int?) { self.sites = sites }

  func isCut(_ cable: Cable, _ from: Host, _ to: Host, at now: Instant) -> Bool {
    cuts.values.contains { $0.cuts(cable, from, to, at: now) }
  }

  /// How long a message takes; nil: it is lost.
  func delay(
    _ cable: Cable, _ from: Host, _ to: Host, at now: Instant, _ random: inout SeededGenerator
  ) -> Instant? {
    if !cuts.isEmpty, isCut(cable, from, to, at: now) { return nil }
    let isNear = sites(from) == sites(to)
    let usual: ClosedRange<Instant> =
      isNear ? 100_000...1_000_000 : .milliseconds(5)...(.milliseconds(25))
    var delay = random.within(usual)
    if let noise = noise[cable] {
      if random.next() % 100 < noise.loss { return nil }
      if noise.jitter > 0 { delay += random.within(0...noise.jitter) }
    }
    return delay
  }
}
