import Announcements
import NodeContract

/// Somebody speaks to colleagues whose telephones answer by themselves: as the call of whoever speaks has it.
struct Page: Hashable, Sendable {
  let language: SpokenLanguage
  /// How long it is at most, from when somebody hears it.
  let longest: Duration
  /// Somebody hears it, or did.
  var isHeard = false
}

/// A page as the call of a member has it.
struct PageShare: Hashable, Sendable {
  /// The call of whoever speaks.
  let page: CallID
  let host: ReceptionHost
  /// The member is heard, too.
  let talksBack: Bool
}

/// The calls of members by the page that they hear, or are to. Follows from what the calls say of themselves.
struct PageTable: Sendable {
  private var members: [CallID: Set<CallID>] = [:]

  var isEmpty: Bool { members.isEmpty }
  var ids: [CallID] { members.keys.sorted() }

  func members(of page: CallID) -> [CallID] { (members[page] ?? []).sorted() }

  mutating func enter(_ call: CallMachine) {
    guard let page = call.errand?.share?.page else { return }
    members[page, default: []].insert(call.id)
  }

  mutating func leave(_ call: CallMachine) {
    guard let page = call.errand?.share?.page else { return }
    members[page]?.remove(call.id)
    if members[page]?.isEmpty == true { members[page] = nil }
  }
}
