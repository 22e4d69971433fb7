public import NodeContract

/// Until when each of these may be done at an address by whoever does not ask again; nil: not now.
public struct GateDeadlines: Hashable, Sendable {
  /// Passing on what parties say.
  public var relays: BootInstant?
  /// Sending requests of our own.
  public var begins: BootInstant?
  /// Taking the address for ours by a control plane's word, not by proof alone.
  public var known: BootInstant?

  public init(
    relays: BootInstant? = nil, begins: BootInstant? = nil, known: BootInstant? = nil
  ) {
    self.relays = relays
    self.begins = begins
    self.known = known
  }

  /// Those that are not over, and none later than `latest`.
  func ahead(of now: BootInstant, atMost latest: BootInstant) -> GateDeadlines {
    func ahead(_ end: BootInstant?) -> BootInstant? {
      end.flatMap { $0 >= now ? min($0, latest) : nil }
    }
    return GateDeadlines(relays: ahead(relays), begins: ahead(begins), known: ahead(known))
  }
}
