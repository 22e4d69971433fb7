internal import SwiftProtobuf

extension PagingGroup: WireConvertible {
  init(wire: WirePagingGroup) throws(WireError) {
    self.init(
      members: try WireField.ids(wire.members, "paging.member"),
      pagers: wire.restricted ? try WireField.ids(wire.pagers, "paging.pager") : nil,
      talksBack: wire.talksBack,
      longest: try WireField.duration(nanoseconds: wire.longestNanoseconds, "paging.longest"))
  }

  var wire: WirePagingGroup {
    .with {
      $0.members = members.map(\.wire)
      $0.pagers = (pagers ?? []).map(\.wire)
      $0.restricted = pagers != nil
      $0.talksBack = talksBack
      $0.longestNanoseconds = longest.nanoseconds
    }
  }
}
