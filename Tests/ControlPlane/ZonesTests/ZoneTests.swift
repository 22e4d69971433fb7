import NodeContract
import Placement
import SeededRandom
import Tenancy
import Testing

@testable import Zones

/// What the DNS says of tenants' domains.
@Suite struct ZoneTests {
  private let servers = [Sample.domain("ns-a.example.net"), Sample.domain("ns-b.example.net")]

  private func zone(_ holdings: [AddressName: Holding], of text: String = "demo.example.com")
    throws -> Zone
  {
    let zones = Sample.inventory.zones(by: holdings, nameServers: servers)
    return try #require(zones[Sample.domain(text)])
  }

  @Test func theHoldersAddressComesFirstAndTheStandbySitesAfterIt() throws {
    let zone = try zone(Sample.atHome)
    #expect(
      zone.text(serial: 7) == """
        $ORIGIN demo.example.com.
        $TTL 10
        @ 300 IN SOA ns-a.example.net. hostmaster 7 3600 600 86400 10
        @ 300 IN NS ns-a.example.net.
        @ 300 IN NS ns-b.example.net.
        @ IN A 192.0.2.1
        @ IN AAAA 2001:db8::1
        @ 300 IN NAPTR 10 10 "s" "SIP+D2U" "" _sip._udp.demo.example.com.
        @ 300 IN NAPTR 10 20 "s" "SIPS+D2T" "" _sips._tcp.demo.example.com.
        @ 300 IN NAPTR 10 30 "s" "SIP+D2T" "" _sip._tcp.demo.example.com.
        _sip._udp IN SRV 10 0 5060 phones-a
        _sip._udp IN SRV 20 0 5060 phones-b
        _sips._tcp IN SRV 10 0 5061 phones-a
        _sips._tcp IN SRV 20 0 5061 phones-b
        _sip._tcp IN SRV 10 0 5060 phones-a
        _sip._tcp IN SRV 20 0 5060 phones-b
        phones-a IN A 192.0.2.1
        phones-a IN AAAA 2001:db8::1
        phones-b IN A 198.51.100.1

        """)
  }

  @Test func theDeathOfANodeInItsSiteChangesNothing() throws {
    var holdings = Sample.atHome
    holdings[Sample.phonesA] = Holding(
      holder: Sample.node("node-a2"), standby: Sample.node("node-b1"))
    #expect(try zone(holdings) == zone(Sample.atHome))
  }

  @Test func theAddressOfALostSiteIsServedAtThatOfWhoeverStoodBy() throws {
    var holdings = Sample.atHome
    holdings[Sample.phonesA] = Holding(
      holder: Sample.node("node-b1"), standby: Sample.node("node-a1"))
    let places = try zone(holdings).places
    #expect(places.map(\.label) == ["phones-b", "phones-a"])
    #expect(places[0].ips == [Sample.ip("198.51.100.1")])
  }

  @Test func whatNobodyWasGrantedYetWillBeServedAtHome() throws {
    #expect(try zone([:]).places.map(\.label) == ["phones-a"])
  }

  @Test func aStandbyWithoutAnAddressOfItsOwnIsNotNamed() throws {
    var holdings = Sample.atHome
    holdings[Sample.phonesB] = nil
    #expect(try zone(holdings).places.map(\.label) == ["phones-a"])
  }

  @Test func aTenantWhoseDomainIsAnAddressNameInAnothersDomainDrawsNobodyThere() throws {
    var inventory = Sample.inventory
    inventory.homes[Sample.domain("phones-a.demo.example.com")] = Sample.phonesB
    let zones = inventory.zones(by: Sample.atHome, nameServers: servers)
    let places = try #require(zones[Sample.domain("demo.example.com")]).places
    #expect(places.map(\.label) == ["phones-ax", "phones-b"])
  }

  @Test func aDomainTooLongForServicesHasItsOwnAddressAlone() throws {
    let long = (["demo"] + Array(repeating: String(repeating: "a", count: 60), count: 4))
      .joined(separator: ".")
    var inventory = Sample.inventory
    inventory.homes = [Sample.domain(long): Sample.phonesA]
    let text = try #require(
      inventory.zones(by: Sample.atHome, nameServers: servers).values.first
    ).text(serial: 1)
    #expect(text.contains("\n@ IN A 192.0.2.1\n") && !text.contains("SRV"))
  }

  /// Whatever is where: every name leads to an address, nothing but records is in the file, and the first place
  /// is at the site of the holder.
  @Test(arguments: UInt64(1)...300)
  func everyZoneIsWholeWhoeverHoldsWhat(seed: UInt64) throws {
    var random = SeededGenerator(seed: seed)
    let (inventory, holdings) = Sample.drawn(&random)
    let zones = inventory.zones(by: holdings, nameServers: servers)
    #expect(zones == inventory.zones(by: holdings, nameServers: servers))
    #expect(zones.count == inventory.homes.count)
    for (domain, home) in inventory.homes {
      let zone = try #require(zones[domain])
      let records = zone.text(serial: 1).split(separator: "\n").dropFirst(2).map {
        $0.split(separator: " ").map(String.init)
      }
      let hosts = Set(records.filter { $0[2] == "A" || $0[2] == "AAAA" }.map { $0[0] })
      #expect(hosts.contains("@"))
      for service in records where service[2] == "SRV" {
        #expect(hosts.contains(service[6]), "\(domain): \(service)")
        #expect(inventory.homes[Sample.domain("\(service[6]).\(domain)")] == nil)
      }
      for record in records {
        let type = record.first { ["SOA", "NS", "A", "AAAA", "NAPTR", "SRV"].contains($0) }
        #expect(type != nil && record[0].utf8.allSatisfy(Sample.isOfName), "\(record)")
      }
      let holder = holdings[home].flatMap { inventory.sites[$0.holder] }
      let first = try #require(zone.places.first)
      let address = try #require(
        inventory.addresses.first { first.ips.contains($0.ip) && $0.role == .phones })
      let standby = holdings[home]?.standby.flatMap { inventory.sites[$0] }
      let site = inventory.addresses.first { $0.name == home }?.site
      #expect([holder, standby, site].contains(address.site), "seed \(seed)")
    }
  }
}

@Suite struct ZoneSerialTests {
  @Test func everyNumberIsGreaterThanTheLastAlsoWhenTheClockIsNot() {
    #expect(ZoneSerial.next(after: nil, atSecond: 1_000) == 1_000)
    #expect(ZoneSerial.next(after: 900, atSecond: 1_000) == 1_000)
    #expect(ZoneSerial.next(after: 1_000, atSecond: 1_000) == 1_001)
    #expect(ZoneSerial.next(after: 1_005, atSecond: 1_000) == 1_006)
    #expect(ZoneSerial.next(after: .max, atSecond: 1 << 32 - 1) == 0)
    var (random, last) = (SeededGenerator(seed: 3), UInt32.max - 500)
    for _ in 0..<1_000 {
      let next = ZoneSerial.next(
        after: last, atSecond: Int64(last) + Int64.random(in: -9...9, using: &random))
      #expect(ZoneSerial.isLater(next, than: last))
      last = next
    }
  }

  @Test func theNumberIsFoundInAZonesFileAndInNothingElse() throws {
    let zones = Sample.inventory.zones(
      by: Sample.atHome, nameServers: [Sample.domain("ns.example.net")])
    let text = try #require(zones.values.first).text(serial: 4_000_000_000)
    #expect(ZoneSerial.written(in: text) == 4_000_000_000)
    for other in ["", "\n\n", "@ SOA", "@ 300 IN SOA a. b many 1 2 3 4"] {
      #expect(ZoneSerial.written(in: other) == nil)
    }
  }
}
