import ControlLink
import Foundation
import Logging
import NodeContract
import Testing

@Suite struct SnapshotStoreTests {
  let folder = TemporaryFolder()
  let key = [UInt8](1...32)

  private func store(key: [UInt8]? = nil) throws -> SnapshotStore {
    try SnapshotStore(
      directory: folder.path("snapshots"), key: key ?? self.key, logger: Logger(label: "test"))
  }

  private func tenant(_ number: UInt64, revision: Int64 = 1) -> TenantSnapshot {
    TenantSnapshot(
      tenant: TenantID(UUIDv7(high: number, low: number)), revision: revision,
      domain: "tenant\(number).tandem.test", homeAddress: AddressName("phones-a")!,
      dialling: DiallingRules(countryCode: "44", nationalPrefix: "0", internationalPrefix: "00"),
      ringTimeout: .seconds(30), extensions: [], numbers: [], trunks: [])
  }

  private func files() throws -> [String] {
    try FileManager.default.contentsOfDirectory(atPath: folder.path("snapshots")).sorted()
  }

  @Test func whatWasSavedLastIsThereAfterARestart() throws {
    try store().save(tenant(1))
    try store().save(tenant(2))
    try store().save(tenant(1, revision: 2))
    let loaded = try store().load().sorted { $0.tenant < $1.tenant }
    #expect(loaded == [tenant(1, revision: 2), tenant(2)])
  }

  @Test func aRemovedTenantStaysAway() throws {
    try store().save(tenant(1))
    try store().remove(tenant(1).tenant)
    try store().remove(tenant(2).tenant)
    #expect(try store().load().isEmpty)
  }

  @Test func nothingReadableLiesOnDisk() throws {
    try store().save(tenant(1))
    let path = folder.path("snapshots/\(try files()[0])")
    let bytes = try Data(contentsOf: URL(filePath: path))
    #expect(bytes.range(of: Data("tandem.test".utf8)) == nil)
    let mode = try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int
    #expect(mode == 0o600)
  }

  @Test func aSnapshotThatSomebodyChangedIsLeftOut() throws {
    try store().save(tenant(1))
    try store().save(tenant(2))
    let path = URL(filePath: folder.path("snapshots/\(try files()[0])"))
    var bytes = try Data(contentsOf: path)
    bytes[bytes.count / 2] ^= 1
    try bytes.write(to: path)
    #expect(try store().load() == [tenant(2)])
  }

  @Test func oneTenantsSnapshotCannotPassForAnothers() throws {
    try store().save(tenant(1))
    try store().save(tenant(2))
    let names = try files()
    let bytes = try Data(contentsOf: URL(filePath: folder.path("snapshots/\(names[0])")))
    try bytes.write(to: URL(filePath: folder.path("snapshots/\(names[1])")))
    #expect(try store().load() == [tenant(1)])
  }

  @Test func anotherKeyOpensNothingAndSaysSo() throws {
    try store().save(tenant(1))
    #expect(throws: SnapshotStoreError.noneOpens(directory: folder.path("snapshots"))) {
      try store(key: [UInt8](repeating: 9, count: 32)).load()
    }
  }

  @Test func aShortKeyIsRefused() {
    #expect(throws: SnapshotStoreError.unusableKey) { try store(key: [1, 2, 3]) }
  }
}
