/// A value that somebody sent and that cannot be taken, with the field it stands in, so that the
/// API can point at it.
public struct InvalidField: Error, Hashable, Sendable, CustomStringConvertible {
  /// What is wrong with it.
  public enum Problem: Hashable, Sendable {
    case empty
    /// More characters than `limit`.
    case tooLong(limit: Int)
    /// More of them than `limit`.
    case tooMany(limit: Int)
    /// Not of the form that `expected` describes to a person.
    case malformed(expected: String)
    case outOfRange(ClosedRange<Int>)
    /// Names something that does not exist, or that the asker may not see.
    case unknownReference
    /// Somebody else already has it.
    case taken
  }

  /// The field's name in the API: `home_address`.
  public let field: String
  public let problem: Problem

  public init(_ field: String, _ problem: Problem) {
    self.field = field
    self.problem = problem
  }

  /// One sentence for a person.
  public var description: String {
    switch problem {
    case .empty: "\(field) must not be empty."
    case .tooLong(let limit): "\(field) must have at most \(limit) characters."
    case .tooMany(let limit): "\(field) must be \(limit) at most."
    case .malformed(let expected): "\(field) must be \(expected)."
    case .outOfRange(let range):
      "\(field) must be between \(range.lowerBound) and \(range.upperBound)."
    case .unknownReference: "\(field) names something that does not exist."
    case .taken: "\(field) is already in use."
    }
  }
}
