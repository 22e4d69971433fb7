import NodeContract
import Placement

@testable import Drills

/// Two nodes at site a, of which a1 has its addresses with thirty calls, and one at site b.
enum DrillFixture {
  static func node(_ text: String) -> NodeName { named(text) }
  static func site(_ text: String) -> SiteName { named(text) }
  static func address(_ text: String) -> AddressName { named(text) }

  private static func named<Kind>(_ text: String) -> OperatorName<Kind> {
    guard let name = OperatorName<Kind>(text) else { preconditionFailure("no name: \(text)") }
    return name
  }

  static func id<Kind>(_ number: UInt64) -> TypedID<Kind> {
    TypedID(UUIDv7(high: 0x0190_0000_0000_7000, low: 0x8000_0000_0000_0000 | number))
  }

  static let nodes = [node("a1"), node("a2"), node("b1")]

  static var view: DrillView {
    DrillView(
      cell: CellView(
        generation: 1,
        nodes: [cell("a1", "a"), cell("a2", "a"), cell("b1", "b")],
        addresses: [
          held("phones-a", at: "a", load: 20, by: "a1", "a2", "b1"),
          held("phones-b", at: "b", load: 5, by: "b1", nil, "a1"),
          held("trunks-a", at: "a", load: 10, by: "a1", "a2", "b1"),
        ]),
      loads: [
        node("a1"): NodeLoad(
          calls: 30, movingParties: 40, returningParties: 15, fixedParties: 5),
        node("a2"): NodeLoad(), node("b1"): NodeLoad(calls: 5, movingParties: 10),
      ],
      linked: Set(nodes), members: 3, answeringMembers: 3, movesAcross: true)
  }

  static func cell(_ name: String, _ site: String) -> CellNode {
    CellNode(name: node(name), site: self.site(site), capacity: 1_000)
  }

  static func held(
    _ name: String, at site: String, load: Int64, by holder: String, _ heir: String?,
    _ standby: String?
  ) -> CellAddress {
    CellAddress(
      name: address(name), site: self.site(site), load: load,
      grant: AddressGrant(
        holding: Holding(
          holder: node(holder), heir: heir.map { node($0) }, standby: standby.map { node($0) }),
        epoch: Epoch(generation: 1, revision: 7)))
  }

  static func drill(_ request: DrillRequest, in view: DrillView = view) -> Drill {
    Drill(
      id: id(1), request: request, plan: planDrill(request, in: view),
      orderedAt: WallTime(milliseconds: 1_000_000), orderedBy: id(2))
  }
}

extension DrillPlan {
  var rules: [DrillObstacle.Rule] { obstacles.map(\.rule) }
}
