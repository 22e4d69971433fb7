public import NodeContract

/// Where one party's packets come from, and whose packets are the party's: symmetric RTP (RFC 4961)
/// for parties behind NAT, narrowed so that a stranger gains nothing. In this order:
///
/// 1. The first valid packet fixes the source; nobody else is heard from then on.
/// 2. While the source is new (`Self.trial` packets), a packet from exactly the announced address
///    outdoes one that was only learnt: a stranger who was quicker loses the stream again.
/// 3. A new session description (re-INVITE, UPDATE, or the answer to one) frees the source. Packets
///    of the former one that were under way do not fix it again, unless they do not end. What came
///    before the very first description is nobody's former source.
/// 4. A NAT that re-binds changes the source without a word of signalling. It is followed when the
///    source was silent for `Self.silence` and the packet carries on its stream: the same SSRC, and a
///    sequence number that the time since then allows. Whoever cannot read the stream has to guess 32
///    bits and a few more; whoever can needs no theft.
public struct SourceLatch: Hashable, Sendable {
  /// Where the session description says that the party listens.
  public private(set) var expected: IPEndpoint?
  /// Where its packets come from, once the first valid one came.
  public private(set) var source: IPEndpoint?
  /// Packets heard from the source, as far as they matter here.
  private var trialLeft = 0
  private var former: IPEndpoint?
  private var formerPacketsLeft = 0

  /// Packets within which the announced address outdoes a learnt one: a second of speech.
  static let trial = 50
  /// Packets of the former source that are taken for late ones: half a second of speech.
  static let formerPackets = 25
  /// A source that is silent for less is where it was.
  public static let silence: Duration = .milliseconds(500)

  public init(expected: IPEndpoint?) { self.expected = expected }

  /// The latch of another process, with what it had learnt.
  public init(expected: IPEndpoint?, source: IPEndpoint?) {
    self.expected = expected
    self.source = source
  }

  /// Where packets for the party go; nil while nothing is known.
  public var destination: IPEndpoint? { source ?? expected }

  /// A session description told another address than before.
  public mutating func announce(_ remote: IPEndpoint) {
    // Whoever was heard before the first description spoke early: its 2xx was slower than its media.
    former = source == remote || expected == nil ? nil : source
    expected = remote
    formerPacketsLeft = Self.formerPackets
    source = nil
  }

  /// Something better than the announcement, until the party itself shows more: its RTCP is next to
  /// its RTP.
  public mutating func guess(_ remote: IPEndpoint) {
    if source == nil { expected = remote }
  }

  /// Whether a valid packet from `sender` is the party's. Asked only of senders other than the
  /// source, and of the source itself as often as it is cheap: see `heardSource`.
  public mutating func admits(_ sender: IPEndpoint, _ continuity: Continuity) -> Bool {
    if sender == source {
      heardSource()
      return true
    }
    guard source != nil else { return latchFirst(sender) }
    guard outdoes(sender) || continuity.holds else { return false }
    latch(sender)
    return true
  }

  /// One more packet of the source.
  public mutating func heardSource() { if trialLeft > 0 { trialLeft -= 1 } }

  /// Until it is over, the latch wants to hear of every packet of the source.
  public var isOnTrial: Bool { trialLeft > 0 }

  private func outdoes(_ sender: IPEndpoint) -> Bool { trialLeft > 0 && sender == expected }

  private mutating func latchFirst(_ sender: IPEndpoint) -> Bool {
    if sender == former, formerPacketsLeft > 0 {
      formerPacketsLeft -= 1
      return false
    }
    latch(sender)
    trialLeft = sender == expected ? 0 : Self.trial
    return true
  }

  private mutating func latch(_ sender: IPEndpoint) {
    source = sender
    former = nil
    trialLeft = 0
  }
}

/// Whether a packet carries a stream on after its source fell silent.
public struct Continuity: Hashable, Sendable {
  public let holds: Bool

  /// Nothing is known of the stream.
  public static let none = Continuity(holds: false)

  private init(holds: Bool) { self.holds = holds }

  /// - Parameter silence: since the stream's last packet.
  public init(_ header: RTPHeader, after reception: Reception, silence: Duration) {
    guard silence >= SourceLatch.silence, reception.received > 0, header.ssrc == reception.ssrc
    else {
      holds = false
      return
    }
    let step = header.sequence &- reception.latestSequence
    holds = step > 0 && step <= Self.allowed(silence)
  }

  /// One packet each 5 ms, which no codec outdoes, and no more than half a lap.
  private static func allowed(_ silence: Duration) -> UInt16 {
    UInt16(min(silence / .milliseconds(5), 30_000))
  }
}
