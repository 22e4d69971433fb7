/// What an operator named: 1 to 32 characters of `a-z`, `0-9` and `-`.
public struct OperatorName<Kind: Sendable>: Hashable, Sendable, Comparable, CustomStringConvertible
{
  public let text: String
  public var description: String { text }

  public init?(_ text: some StringProtocol) {
    guard (1...32).contains(text.utf8.count), text.utf8.allSatisfy(Self.isAllowed) else {
      return nil
    }
    self.text = String(text)
  }

  private static func isAllowed(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "0")...UInt8(ascii: "9"),
      UInt8(ascii: "-"):
      true
    default: false
    }
  }

  public static func < (left: Self, right: Self) -> Bool { left.text < right.text }
}

public enum SiteMark: Sendable {}
public enum NodeMark: Sendable {}
public enum AddressMark: Sendable {}
public enum ReplicaMark: Sendable {}

/// A datacenter.
public typealias SiteName = OperatorName<SiteMark>
/// A media-node process and its keeper.
public typealias NodeName = OperatorName<NodeMark>
/// A service address: what phones or carriers talk to.
public typealias AddressName = OperatorName<AddressMark>
/// A control-plane process.
public typealias ReplicaName = OperatorName<ReplicaMark>
