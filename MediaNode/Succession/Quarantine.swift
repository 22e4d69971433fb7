public import NodeContract

/// What processes of this node died of, and is not handled again. One death may be chance: whoever was
/// killed had something in hand too. Two deaths of the same thing are none.
public struct Quarantine: Sendable {
  /// One thing, and the processes that died with it in hand.
  public struct Case: Hashable, Sendable {
    public let suspect: Suspect
    public var deaths: Int
    public var latest: BootInstant

    public init(_ suspect: Suspect, deaths: Int, latest: BootInstant) {
      self.suspect = suspect
      self.deaths = deaths
      self.latest = latest
    }
  }

  /// Why something is not handled.
  public enum Reason: String, Sendable {
    /// Processes died of these very words.
    case words
    /// They died of what was said in this call.
    case call
    /// They died of one thing after the other from this source.
    case source
  }

  /// Deaths of the same words, or in the same call, after which nobody hears them any more.
  public static let patience = 2
  /// Deaths of whatever one source says, after which it may begin nothing for `exile`.
  public static let patienceWithSource = 3
  public static let exile = Duration.seconds(60)
  /// For so long a case is remembered: the program may be another by then.
  static let remembrance = Duration.seconds(24 * 3_600)
  /// Cases that are remembered; the oldest makes room.
  public static let capacity = 64

  public private(set) var cases: [Case]

  public init(_ cases: [Case] = []) { self.cases = cases }

  /// A process died with this in hand.
  public mutating func note(_ suspect: Suspect, at now: BootInstant) -> Case {
    cases.removeAll { $0.latest.duration(to: now) > Self.remembrance }
    var deadly = Case(suspect, deaths: 1, latest: now)
    if let index = cases.firstIndex(where: { $0.suspect.isAlike(suspect) }) {
      deadly.deaths += cases.remove(at: index).deaths
    }
    if cases.count >= Self.capacity, let oldest = cases.indices.min(by: { comesFirst($0, $1) }) {
      cases.remove(at: oldest)
    }
    cases.append(deadly)
    return deadly
  }

  private func comesFirst(_ left: Int, _ right: Int) -> Bool {
    cases[left].latest < cases[right].latest
  }

  // MARK: - Asking

  /// Why these words are not even to be read; nil: they may be. Whoever killed processes before they had
  /// read what it says is not read at all while its exile lasts.
  public func reason(
    against bytes: UnsafeRawBufferPointer, _ kind: Suspect.Kind, from source: IPEndpoint,
    at now: BootInstant
  ) -> Reason? {
    guard !cases.isEmpty else { return nil }
    if cases.contains(where: {
      $0.deaths >= Self.patience && $0.suspect.says(bytes, as: kind) && isRemembered($0, at: now)
    }) {
      return .words
    }
    return isExiled(source, by: kind, unread: true, at: now) ? .source : nil
  }

  /// Why a message that was read is not to be handled; nil: it may be.
  /// - Parameter begins: it belongs to nothing that there is already.
  public func reason(
    against call: String, begins: Bool, _ kind: Suspect.Kind, from source: IPEndpoint,
    at now: BootInstant
  ) -> Reason? {
    guard !cases.isEmpty else { return nil }
    if deaths(in: Array(call.utf8.prefix(Hand.longestCall)), at: now) >= Self.patience {
      return .call
    }
    return begins && isExiled(source, by: kind, unread: false, at: now) ? .source : nil
  }

  /// The Call-IDs of the dialogs in which nothing more is heard.
  public func deadlyCalls(at now: BootInstant) -> Set<String> {
    let calls = Set(cases.compactMap(\.suspect.call))
    return Set(
      calls.filter { deaths(in: $0, at: now) >= Self.patience }
        .map { String(decoding: $0, as: UTF8.self) })
  }

  private func deaths(in call: [UInt8], at now: BootInstant) -> Int {
    cases.reduce(0) { sum, deadly in
      deadly.suspect.call == call && isRemembered(deadly, at: now) ? sum + deadly.deaths : sum
    }
  }

  private func isExiled(
    _ source: IPEndpoint, by kind: Suspect.Kind, unread: Bool, at now: BootInstant
  ) -> Bool {
    let recent = cases.filter {
      $0.suspect.isFrom(source, by: kind) && $0.latest.duration(to: now) < Self.exile
    }
    return recent.reduce(0) { $0 + $1.deaths } >= Self.patienceWithSource
      && (!unread || recent.contains { $0.suspect.call == nil })
  }

  private func isRemembered(_ deadly: Case, at now: BootInstant) -> Bool {
    deadly.latest.duration(to: now) <= Self.remembrance
  }
}

extension Suspect {
  /// The same words, whoever said them.
  fileprivate func isAlike(_ other: Suspect) -> Bool {
    (kind == .checkpoint) == (other.kind == .checkpoint) && bytes == other.bytes
  }

  fileprivate func says(_ words: UnsafeRawBufferPointer, as kind: Kind) -> Bool {
    (self.kind == .checkpoint) == (kind == .checkpoint)
      && bytes.count == min(words.count, Hand.longest)
      && bytes.withUnsafeBytes { own in
        own.elementsEqual(UnsafeRawBufferPointer(rebasing: words[..<own.count]))
      }
  }
}
