public import NodeContract

extension PagingGroup {
  /// Members of one group, at most: no more hear each other in one room, who speaks included.
  public static let mostMembers = 60
  /// Those who may page it, at most, where they are named.
  public static let mostPagers = 200

  /// A group as a person gave it.
  /// - Parameter seconds: how long a page lasts at most.
  public init(
    checkingMembers members: [ExtensionID], pagers: [ExtensionID]?, talksBack: Bool,
    longest seconds: Int
  ) throws(InvalidField) {
    guard !members.isEmpty else { throw InvalidField("members", .empty) }
    try members.check(atMost: Self.mostMembers, as: "members")
    try pagers?.check(atMost: Self.mostPagers, as: "pagers")
    guard (5...3600).contains(seconds) else { throw InvalidField("longest", .outOfRange(5...3600)) }
    self.init(
      members: members, pagers: pagers, talksBack: talksBack, longest: .seconds(seconds))
  }
}

extension [ExtensionID] {
  /// A list of colleagues as a person gave it.
  fileprivate func check(atMost limit: Int, as field: String) throws(InvalidField) {
    guard count <= limit else { throw InvalidField(field, .tooMany(limit: limit)) }
    guard Set(self).count == count else {
      throw InvalidField(field, .malformed(expected: "each member once"))
    }
  }
}
