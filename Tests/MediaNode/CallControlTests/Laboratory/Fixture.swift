import NodeContract
import SIP
import TLS

@testable import CallControl

/// One tenant with three extensions, two numbers and a carrier.
enum Fixture {
  static let domain = "demo.tandem.test"
  static let phonesAddress = name("phones-a")
  static let trunksAddress = name("trunks-a")
  static let phones = endpoint("127.0.1.1:5060")
  /// Another address for phones, which is granted only where a test wants it.
  static let otherPhonesAddress = name("phones-b")
  static let otherPhones = endpoint("127.0.1.2:5060")
  /// One for carriers, in the same site as that.
  static let otherTrunksAddress = name("trunks-b")
  static let otherTrunks = endpoint("127.0.1.11:5060")
  /// Where the addresses are found by IPv6 besides.
  static let longPhones = endpoint("[2001:db8::1]:5060")
  static let longTrunks = endpoint("[2001:db8::10]:5060")
  static let otherLongPhones = endpoint("[2001:db8::2]:5060")
  static let otherLongTrunks = endpoint("[2001:db8::11]:5060")
  static let trunks = endpoint("127.0.1.10:5060")
  static let carrier = endpoint("127.0.9.9:5060")
  static let epoch = Epoch(generation: 1, revision: 7)
  static let tenant = TenantID(UUIDv7(high: 1, low: 1))
  static let trunk = TrunkID(UUIDv7(high: 2, low: 1))

  static func name(_ text: String) -> AddressName {
    guard let name = AddressName(text) else { preconditionFailure(text) }
    return name
  }

  static func endpoint(_ text: String) -> IPEndpoint {
    guard let endpoint = IPEndpoint(text) else { preconditionFailure(text) }
    return endpoint
  }

  static func configuration(limits: ExchangeLimits, relayPorts: ClosedRange<UInt16>)
    -> ExchangeConfiguration
  {
    var configuration = ExchangeConfiguration(
      node: NodeName("node-a1")!, boot: UUIDv7(high: 9, low: 9),
      addresses: [
        ExchangeAddress(
          name: phonesAddress, ip: phones.address, role: .phones, relayPorts: relayPorts),
        ExchangeAddress(
          name: otherPhonesAddress, ip: otherPhones.address, role: .phones,
          relayPorts: relayPorts),
        ExchangeAddress(
          name: phonesAddress, ip: longPhones.address, role: .phones, relayPorts: relayPorts),
        ExchangeAddress(
          name: trunksAddress, ip: trunks.address, securePort: 5061, role: .trunks,
          relayPorts: relayPorts),
        ExchangeAddress(
          name: trunksAddress, ip: longTrunks.address, securePort: 5061, role: .trunks,
          relayPorts: relayPorts),
      ],
      limits: limits, secret: Array(repeating: 7, count: 32))
    configuration.mediaFingerprint = CertificateFingerprint(
      .sha256, Array(repeating: 0xAB, count: 32))
    return configuration
  }

  /// Of a node in another site.
  static func elsewhere(_ configuration: ExchangeConfiguration) -> ExchangeConfiguration {
    guard let ports = configuration.addresses.first?.relayPorts else { return configuration }
    var elsewhere = configuration
    elsewhere.node = NodeName("node-b1")!
    elsewhere.addresses = [
      ExchangeAddress(
        name: otherPhonesAddress, ip: otherPhones.address, securePort: 5061, role: .phones,
        relayPorts: ports),
      ExchangeAddress(
        name: otherPhonesAddress, ip: otherLongPhones.address, securePort: 5061, role: .phones,
        relayPorts: ports),
      ExchangeAddress(
        name: otherTrunksAddress, ip: otherTrunks.address, securePort: 5061, role: .trunks,
        relayPorts: ports),
      ExchangeAddress(
        name: otherTrunksAddress, ip: otherLongTrunks.address, securePort: 5061, role: .trunks,
        relayPorts: ports),
    ]
    elsewhere.mediaFingerprint = CertificateFingerprint(
      .sha256, Array(repeating: 0xCD, count: 32))
    return elsewhere
  }

  /// Where addresses of a lost site are served.
  static let hosts = [phonesAddress: otherPhonesAddress, trunksAddress: otherTrunksAddress]

  static func password(of number: String) -> String { "secret-\(number)" }

  static func extensionID(_ number: String) -> ExtensionID {
    ExtensionID(UUIDv7(high: 3, low: UInt64(number) ?? 0))
  }

  static func party(_ number: String) -> LegParty {
    .extension(extensionID(number), number: number)
  }

  static func entry(
    _ number: String, outside: String?, domain: String = Fixture.domain
  ) -> ExtensionEntry {
    let secret = Array("\(number):\(domain):\(password(of: number))".utf8)
    return ExtensionEntry(
      id: extensionID(number), number: number, displayName: "Phone \(number)",
      outsideNumber: outside,
      credentials: [
        DigestCredential(algorithm: .sha256, ha1: hex(OpenSSLHashing().sha256(secret))),
        DigestCredential(algorithm: .md5, ha1: hex(OpenSSLHashing().md5(secret))),
      ])
  }

  static func hex(_ bytes: [UInt8]) -> String {
    bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
  }

  static let snapshot = TenantSnapshot(
    tenant: tenant, revision: 1, domain: domain, homeAddress: phonesAddress,
    dialling: DiallingRules(countryCode: "44", nationalPrefix: "0", internationalPrefix: "00"),
    ringTimeout: .seconds(20),
    extensions: [
      entry("101", outside: "+442079460101"), entry("102", outside: "+442079460102"),
      entry("103", outside: nil),
    ],
    numbers: [
      NumberEntry(
        id: NumberID(UUIDv7(high: 4, low: 1)), number: "+442079460102",
        destination: .extension(extensionID("102")))
    ],
    trunks: [
      TrunkEntry(id: trunk, name: "carrier", address: trunksAddress, peers: [carrier])
    ])
}
