public import NodeContract

/// Which service addresses stand at this machine's interface on a network, and when that is announced: what
/// the keeper is to be told, as a function of the titles. The kernel takes an address away by itself
/// when nobody renews it, so a machine whose programs were killed or stopped lets go of it.
///
/// An address stands longer than its gate is open: it must stand for an echo to prove that it leads here.
public struct AddressPresence: Sendable {
  public enum Word: Hashable, Sendable {
    /// The address stands until then, and longer when that is said again.
    case hold(AddressName, until: BootInstant, isAnnounced: Bool)
    /// It is another's.
    case drop(AddressName)
  }

  /// An address stands so long after the last evidence for it.
  public static let stay = Duration.seconds(3)
  /// How often that is put off.
  static let renewal = Duration.milliseconds(250)
  /// Whoever begins to have an address says so for as long as a former holder that was stopped might still
  /// answer for it, and a second more, in which the kernel counts.
  static let insistence = stay + .seconds(2)

  private struct Standing: Hashable, Sendable {
    var saidAt: BootInstant
    var until: BootInstant
    /// When it was announced first; nil: not yet.
    var announcedAt: BootInstant?
  }

  private var standings: [AddressName: Standing] = [:]
  /// Those that were said to be another's.
  private var gone: Set<AddressName> = []

  public init() {}

  /// What is to be said now. To be asked at every beat, and whenever a title begins or ends.
  /// - Parameter isReady: whether there are sockets at the address; it is not announced before.
  public mutating func words(
    for addresses: some Sequence<AddressName>, by titles: NodeTitles, at now: BootInstant,
    isReady: (AddressName) -> Bool
  ) -> [Word] {
    addresses.sorted().compactMap { address in
      guard titles.hasStanding(address) else { return drop(address) }
      // It stands for longer than that lasts, and nobody is to put that off.
      guard !titles.isParting(from: address) else { return nil }
      let isAcknowledged = titles.mayAnnounce(address, at: now)
      guard isAcknowledged || titles.permission(for: address, at: now).relays else { return nil }
      return hold(address, at: now, mayAnnounce: isAcknowledged && isReady(address))
    }
  }

  /// Once, and also of an address that this process never had: an earlier one, which was killed, may have left
  /// it standing, and the kernel itself would go on answering there.
  private mutating func drop(_ address: AddressName) -> Word? {
    standings[address] = nil
    return gone.insert(address).inserted ? .drop(address) : nil
  }

  private mutating func hold(
    _ address: AddressName, at now: BootInstant, mayAnnounce: Bool
  ) -> Word? {
    gone.remove(address)
    // What has lapsed begins anew.
    let last = standings[address].flatMap { $0.until > now ? $0 : nil }
    let isFirst = mayAnnounce && last?.announcedAt == nil
    if let last, !isFirst, last.saidAt.duration(to: now) < Self.renewal { return nil }
    var standing = Standing(
      saidAt: now, until: now.advanced(by: Self.stay), announcedAt: last?.announcedAt)
    if isFirst { standing.announcedAt = now }
    standings[address] = standing
    let insists = standing.announcedAt.map { $0.duration(to: now) <= Self.insistence } ?? false
    return .hold(address, until: standing.until, isAnnounced: mayAnnounce && insists)
  }
}
