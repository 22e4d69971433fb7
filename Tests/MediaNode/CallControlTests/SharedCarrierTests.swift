import NodeContract
import TLS
import Testing

@testable import CallControl

/// A reseller's tenants share its carriers.
@Suite struct SharedCarriers {
  private func tenant(_ index: Int, number: String) -> TenantSnapshot {
    var tenant = Fixture.snapshot
    tenant.tenant = TenantID(UUIDv7(high: 7, low: UInt64(index)))
    tenant.domain = "t\(index).tandem.test"
    tenant.numbers[0].number = number
    return tenant
  }

  private func owner(of called: String, in directory: TenantDirectory) -> String? {
    directory.inbound(to: called, from: Fixture.carrier, at: Fixture.trunksAddress)?
      .tenant.snapshot.domain
  }

  @Test func aCallFindsItsTenantAmongThoseOfTheCarrier() {
    var directory = TenantDirectory(hashing: OpenSSLHashing())
    for index in 10..<60 { _ = directory.install(tenant(index, number: "+4420794601\(index)")) }
    #expect(owner(of: "+442079460142", in: directory) == "t42.tandem.test")
    #expect(owner(of: "442079460142", in: directory) == "t42.tandem.test")
    #expect(owner(of: "02079460159", in: directory) == "t59.tandem.test")
    #expect(owner(of: "+442079460199", in: directory) == nil)
    directory.remove(TenantID(UUIDv7(high: 7, low: 42)))
    #expect(owner(of: "+442079460142", in: directory) == nil)
  }

  @Test func aNumberThatMovedIsItsNewTenants() {
    var directory = TenantDirectory(hashing: OpenSSLHashing())
    _ = directory.install(tenant(10, number: "+442079460110"))
    var moved = tenant(11, number: "+442079460111")
    _ = directory.install(moved)
    var left = tenant(10, number: "+442079460100")
    left.revision = 2
    moved.revision = 2
    moved.numbers[0].number = "+442079460110"
    _ = directory.install(left)
    _ = directory.install(moved)
    #expect(owner(of: "+442079460110", in: directory) == "t11.tandem.test")
    #expect(owner(of: "+442079460111", in: directory) == nil)
  }
}
