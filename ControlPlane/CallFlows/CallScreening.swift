public import NodeContract

/// Who calls from outside, as far as screening asks.
public struct ScreenedCaller: Hashable, Sendable {
  /// E.164 with plus, or what the carrier said; nil: the caller does not show it.
  public var number: String?
  /// The carrier checked the number and found that it is not the caller's.
  public var isDisproven: Bool

  public init(number: String?, isDisproven: Bool = false) {
    self.number = number
    self.isDisproven = isDisproven
  }
}

/// Whose calls from outside are wanted. What a user says goes before what the tenant says. Of each, what
/// is said of disproven numbers goes first, since such a number says nothing of the caller; then the
/// number, then the ranges that it is in, the narrowest first.
public struct CallScreening: Sendable {
  /// What one user, or the tenant, says.
  fileprivate struct Entries {
    var numbers: [String: ScreeningEntry] = [:]
    var ranges: [String: ScreeningEntry] = [:]
    var withheld: ScreeningEntry?
    var disproven: ScreeningEntry?
    /// The lengths of ranges, longest first.
    var lengths: [Int] = []
  }

  private var entries: [ExtensionID?: Entries] = [:]

  public init(_ list: [ScreeningEntry]) {
    for entry in list {
      switch entry.callers {
      case .number(let number): entries[entry.extension, default: Entries()].numbers[number] = entry
      case .range(let digits): entries[entry.extension, default: Entries()].ranges[digits] = entry
      case .withheld: entries[entry.extension, default: Entries()].withheld = entry
      case .disproven: entries[entry.extension, default: Entries()].disproven = entry
      }
    }
    for owner in entries.keys {
      let lengths = Set(entries[owner]?.ranges.keys.map(\.utf8.count) ?? [])
      entries[owner]?.lengths = lengths.sorted(by: >)
    }
  }

  /// What decides of a call to an extension; nil: nobody said anything of it, and it is wanted.
  public func entry(for caller: ScreenedCaller, to owner: ExtensionID) -> ScreeningEntry? {
    entries[owner]?.entry(for: caller) ?? entries[nil]?.entry(for: caller)
  }

  /// Whether the call is not wanted.
  public func blocks(_ caller: ScreenedCaller, to owner: ExtensionID) -> Bool {
    entry(for: caller, to: owner)?.verdict == .block
  }
}

extension CallScreening.Entries {
  fileprivate func entry(for caller: ScreenedCaller) -> ScreeningEntry? {
    guard let number = caller.number else { return withheld }
    guard !caller.isDisproven || disproven == nil else { return disproven }
    if let entry = numbers[number] { return entry }
    for length in lengths where length <= number.utf8.count {
      if let entry = ranges[String(number.prefix(length))] { return entry }
    }
    return nil
  }
}
