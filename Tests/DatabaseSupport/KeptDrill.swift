import Drills
public import NodeContract
public import Persistence
import Placement
@_spi(Authorization) import Tenancy

/// A drill in the database that has not ended.
public enum KeptDrill {
  public static func keep(in store: Store) async throws -> DrillID {
    var random = SystemRandomNumberGenerator()
    let time = DemoCustomer.beginning
    let request = DrillRequest(.process, node: DemoSite.node.name)
    let cell = CellView(generation: 1, nodes: [], addresses: [])
    let drill = Drill(
      id: DrillID(at: time, using: &random), request: request,
      plan: planDrill(request, in: DrillView(cell: cell)), orderedAt: time,
      orderedBy: KeyID(at: time, using: &random))
    try await store.drills.keep(drill, in: .platform)
    return drill.id
  }
}
