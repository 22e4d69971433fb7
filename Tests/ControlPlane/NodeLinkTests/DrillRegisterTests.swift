import Drills
import Etcd
import Foundation
import NodeContract
import Placement
import Testing

@testable import NodeLink

/// Against a real etcd, one test after the other: there is one place for a drill.
@Suite(
  .enabled(
    if: ProcessInfo.processInfo.environment["TANDEM_TEST_ETCD"] != nil,
    "TANDEM_TEST_ETCD names no etcd; Tests/run starts one"),
  .serialized)
struct DrillRegisterTests {
  private func drill(_ number: UInt64) -> Drill {
    let request = DrillRequest(.pause, node: NodeName("node-a1"), seconds: 7)
    let view = DrillView(cell: CellView(generation: 1, nodes: [], addresses: []))
    return Drill(
      id: DrillID(UUIDv7(high: number, low: 1)), request: request,
      plan: planDrill(request, in: view), orderedAt: WallTime(milliseconds: 1_795_000_000_123),
      orderedBy: KeyID(UUIDv7(high: number, low: 2)))
  }

  @Test("Of two drills that begin one does, and it is read as it was written")
  func oneAtATime() async throws {
    try await withRegister { register in
      let (first, second) = (drill(1), drill(2))
      let obstacles = [try await register.begin(first), try await register.begin(second)]
      #expect(obstacles == [nil, first.id])
      #expect(try await register.running() == first)
    }
  }

  @Test("Whoever stops a drill is not overwritten by whoever conducts it")
  func abort() async throws {
    try await withRegister { register in
      let drill = drill(3)
      _ = try await register.begin(drill)
      let seen = try #require(try await register.read())
      #expect(try await register.abort(drill.id))
      #expect(try await register.write(drill, after: seen.revision) == nil)
      let stopped = try #require(try await register.read())
      #expect(stopped.drill.isAborted)
      let other = try await register.abort(self.drill(4).id)
      #expect(!other)

      try await register.clear(after: seen.revision)
      #expect(try await register.running() != nil)
      try await register.clear(after: stopped.revision)
      #expect(try await register.running() == nil)
    }
  }

  @Test("With one member nobody else can come to lead, and etcd says how many there are")
  func etcdThatIsAlone() async throws {
    let etcd = EtcdClient(endpoints: [try endpoint])
    let circle = await etcd.circle()
    #expect(circle.members == 1)
    #expect(circle.answering == 1)
    await #expect(throws: EtcdError.self) { try await etcd.moveLeader() }
    await etcd.close()
  }

  private var endpoint: String {
    get throws { try #require(ProcessInfo.processInfo.environment["TANDEM_TEST_ETCD"]) }
  }

  private func withRegister(_ body: (DrillRegister) async throws -> Void) async throws {
    let etcd = EtcdClient(endpoints: [try endpoint])
    let register = DrillRegister(etcd)
    if let left = try await register.read() { try await register.clear(after: left.revision) }
    try await body(register)
    if let left = try await register.read() { try await register.clear(after: left.revision) }
    await etcd.close()
  }
}
