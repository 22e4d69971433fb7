/// Where a page of a list ended. Opaque to those who hand it back; lists stay stable under
/// inserts because it names a key, not a count.
public struct PageCursor: Hashable, Sendable, CustomStringConvertible {
  public let text: String
  public var description: String { text }

  public init(_ text: String) { self.text = text }
}

/// Which part of a list is wanted.
public struct PageRequest: Hashable, Sendable {
  /// How many items a page may have.
  public static let limits = 1...500

  public let limit: Int
  public let after: PageCursor?

  /// The first `limit` items, or those that come after `after`.
  public init(
    limit: Int = 100, after: PageCursor? = nil, field: String = "limit"
  ) throws(InvalidField) {
    guard PageRequest.limits.contains(limit) else {
      throw InvalidField(field, .outOfRange(PageRequest.limits))
    }
    self.limit = limit
    self.after = after
  }

  private init(limit: Int) {
    self.limit = limit
    after = nil
  }

  /// The first hundred.
  public static let first = PageRequest(limit: 100)
}

/// A part of a list, and where the next part begins.
public struct Page<Item: Sendable>: Sendable {
  public let items: [Item]
  /// `nil`: the list ends here.
  public let next: PageCursor?

  public init(items: [Item], next: PageCursor?) {
    self.items = items
    self.next = next
  }

  /// Makes a page from `limit` + 1 rows asked for: a row too many shows that there is a next page.
  public init(_ rows: [Item], limit: Int, key: (Item) -> String) {
    items = Array(rows.prefix(limit))
    next = rows.count > limit ? items.last.map { PageCursor(key($0)) } : nil
  }

  public func map<Other: Sendable>(_ body: (Item) throws -> Other) rethrows -> Page<Other> {
    Page<Other>(items: try items.map(body), next: next)
  }
}
