public import NodeContract

/// What came of a drill, in milliseconds since the fault.
public struct DrillReport: Hashable, Sendable, Codable {
  /// What those heard whose calls went on, of one transport and class.
  public struct Silence: Hashable, Sendable, Codable {
    public var transport: String
    public var party: PartyClass
    /// Streams that were carried on.
    public var streams: Int
    /// Of them those to which nothing was sent any more.
    public var unheard: Int
    /// From the fault to the first packet, of those that were heard; nil: none was.
    public var p50Milliseconds: Int?
    public var p99Milliseconds: Int?
    public var maximumMilliseconds: Int?
  }

  /// Whoever was struck was missed for the first time; nil: nobody had to miss it.
  public var detectionMilliseconds: Int?
  /// All that it held was given to others; nil: nothing had to be.
  public var decisionMilliseconds: Int?
  /// Its calls were carried on.
  public var adoptionMilliseconds: Int?
  /// Whoever was struck was there again.
  public var returnMilliseconds: Int?
  /// By transport and class.
  public var silences: [Silence] = []
  /// Calls on what was struck, when it was.
  public var callsBefore = 0
  /// Of them those that nobody has any more and that have no record.
  public var callsMissing = 0
  public var books = DrillBooks()

  public init() {}
}

/// What records and ledger say of the calls that were up, as far as those have ended.
public struct DrillBooks: Hashable, Sendable, Codable {
  /// Legs that ended alike.
  public struct Legs: Hashable, Sendable, Codable {
    public var outcome: String
    public var evidence: String
    public var count: Int

    public init(outcome: String, evidence: String, count: Int) {
      self.outcome = outcome
      self.evidence = evidence
      self.count = count
    }
  }

  public var legs: [Legs]
  /// Calls with a record.
  public var recordedCalls: [CallID]
  /// Legs whose charges and ledger lines do not agree.
  public var ledgerDifferences: Int

  public init(legs: [Legs] = [], recordedCalls: [CallID] = [], ledgerDifferences: Int = 0) {
    self.legs = legs
    self.recordedCalls = recordedCalls
    self.ledgerDifferences = ledgerDifferences
  }

  /// Those whose end nobody saw.
  public var lostLegs: Int {
    legs.filter { $0.evidence == EndEvidence.nodeLost.rawValue }.reduce(0) { $0 + $1.count }
  }
}

extension DrillReport {
  /// Streams of one transport and class together, never of two.
  static func silences(of streams: [StreamSilence]) -> [Silence] {
    let kinds = Dictionary(grouping: streams) { Kind(transport: $0.transport, party: $0.party) }
    return kinds.sorted { $0.key < $1.key }.map { kind, streams in
      let heard = streams.compactMap(\.silence).map { Int($0 / .milliseconds(1)) }.sorted()
      return Silence(
        transport: kind.transport.rawValue, party: kind.party, streams: streams.count,
        unheard: streams.count - heard.count, p50Milliseconds: heard.percentile(50),
        p99Milliseconds: heard.percentile(99), maximumMilliseconds: heard.last)
    }
  }

  private struct Kind: Hashable, Comparable {
    var transport: BindingTransport
    var party: PartyClass

    static func < (left: Kind, right: Kind) -> Bool {
      (left.transport.rawValue, left.party.rawValue)
        < (right.transport.rawValue, right.party.rawValue)
    }
  }
}

extension [Int] {
  /// By nearest rank, of sorted numbers; nil of none.
  func percentile(_ percent: Int) -> Int? {
    isEmpty ? nil : self[(count * percent + 99) / 100 - 1]
  }
}
