/// Colleagues whose telephones answer by themselves for an extension, and hear whoever called it.
public struct PagingGroup: Hashable, Sendable {
  /// Those that are gone from the tenant are passed over.
  public var members: [ExtensionID]
  /// Who may page them; nil: everybody of the tenant. Empty: nobody (any more).
  public var pagers: [ExtensionID]?
  /// Members are heard too, by all.
  public var talksBack: Bool
  /// Then a page ends by itself.
  public var longest: Duration

  public init(
    members: [ExtensionID], pagers: [ExtensionID]? = nil, talksBack: Bool = false,
    longest: Duration = .seconds(60)
  ) {
    self.members = members
    self.pagers = pagers
    self.talksBack = talksBack
    self.longest = longest
  }

  public func isOpen(to user: ExtensionID) -> Bool { pagers?.contains(user) ?? true }
}
