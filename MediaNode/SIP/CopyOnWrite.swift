/// Keeps a large value in one allocation, which its copies share until one of them changes.
///
/// A SIP message is made of dozens of texts. A struct that holds them itself copies and counts
/// each of them whenever it is passed on; this copies one reference.
@propertyWrapper
@frozen
public struct CopyOnWrite<Value> {
  @usableFromInline
  final class Box {
    /// Reached through a struct alone, whose accesses the compiler checks.
    @exclusivity(unchecked) @usableFromInline var value: Value
    @inlinable
    init(_ value: Value) { self.value = value }
  }

  @usableFromInline var box: Box

  @inlinable
  public init(wrappedValue: Value) { box = Box(wrappedValue) }

  /// The allocation rather than what is in it: to keep the value as it is now, without a copy.
  @inlinable
  public var projectedValue: CopyOnWrite { self }

  @inlinable
  public var wrappedValue: Value {
    _read { yield box.value }
    _modify {
      if !isKnownUniquelyReferenced(&box) { box = Box(box.value) }
      yield &box.value
    }
  }
}

/// A box is written to only while nobody shares it.
extension CopyOnWrite: @unchecked Sendable where Value: Sendable {}

extension CopyOnWrite: Equatable where Value: Equatable {
  @inlinable
  public static func == (left: CopyOnWrite, right: CopyOnWrite) -> Bool {
    left.box === right.box || left.box.value == right.box.value
  }
}

extension CopyOnWrite: Hashable where Value: Hashable {
  @inlinable
  public func hash(into hasher: inout Hasher) { hasher.combine(box.value) }
}
