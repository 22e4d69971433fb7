import ArgumentParser
import ControlLink
import FoundationEssentials
import Logging
import NodeContract
import Ownership
import TLS

/// The state of a node without a control plane: what it is told before it starts, what it has
/// recorded afterwards.
@main
struct BenchmarkState: ParsableCommand {
  static let configuration = CommandConfiguration(
    subcommands: [Provision.self, RecordedLegs.self], defaultSubcommand: Provision.self)
}

/// Writes the state of a node that was told before what it serves: so a benchmark needs no control
/// plane beside the node, which would take its share of the machine.
struct Provision: ParsableCommand {
  @Option(help: "The node's state directory.")
  var state: String

  @Option(help: "The file with the key that seals snapshots; it is made.")
  var keyFile: String

  @Option(help: "Users, spread over the tenants; user N is 100000+N, its password p100000+N.")
  var users: Int

  @Option(help: "Tenants; tenant N has the domain tN.bench.test.")
  var tenants: Int

  @Option(help: "The carrier's address and port.")
  var carrier: String

  @Option(help: "What the carrier asks us for, as the user tandem of the realm carrier.test.")
  var carrierPassword: String?

  @Option(help: "What we ask the carrier for elsewhere, as the user carrier-tN for tenant N.")
  var visitorPassword: String?

  @Flag(help: "The carrier wants us to register there.")
  var registers = false

  func run() throws {
    let key = RandomBytes.make(32)
    try key.hexadecimal.write(toFile: keyFile, atomically: true, encoding: .utf8)
    for part in ["", "/spool", "/snapshots"] {
      try FileManager.default.createDirectory(
        atPath: state + part, withIntermediateDirectories: true)
    }
    let store = try SnapshotStore(
      directory: state + "/snapshots", key: key, logger: Logger(label: "state"))
    for index in 0..<tenants { try store.save(try tenant(index)) }
    try GrantStore(path: state + "/grants").save(
      Dictionary(
        uniqueKeysWithValues: [Self.phones, Self.otherPhones, Self.phonesBySix, Self.trunks].map {
          ($0, AddressGrants.Grant(epoch: Epoch(generation: 1, revision: 1), isHeld: true))
        }))
  }

  private static let phones = AddressName("phones-a")!
  private static let otherPhones = AddressName("phones-b")!
  private static let phonesBySix = AddressName("phones-6")!
  private static let trunks = AddressName("trunks-a")!

  private func tenant(_ index: Int) throws -> TenantSnapshot {
    guard let peer = IPEndpoint(carrier) else { throw ValidationError("--carrier IP:PORT") }
    let domain = "t\(index).bench.test"
    let mine = stride(from: index, to: users, by: tenants)
    return TenantSnapshot(
      tenant: TenantID(UUIDv7(high: 1, low: UInt64(index))), revision: 1, domain: domain,
      homeAddress: Self.phones,
      dialling: DiallingRules(countryCode: "44", nationalPrefix: "0", internationalPrefix: "00"),
      ringTimeout: .seconds(30), extensions: mine.map { user($0, of: domain) },
      numbers: mine.map(number),
      trunks: [
        TrunkEntry(
          id: TrunkID(UUIDv7(high: 2, low: UInt64(index))), name: "carrier",
          address: Self.trunks, peers: [peer], account: account,
          visitor: visitor(index))
      ])
  }

  private func visitor(_ index: Int) -> TrunkVisitor? {
    guard let visitorPassword else { return nil }
    let name = "carrier-t\(index)"
    return TrunkVisitor(
      username: name,
      credentials: [credential("\(name):\(Self.trunks.text):\(visitorPassword)")])
  }

  private var account: TrunkAccount? {
    guard let carrierPassword else { return nil }
    let secret = "tandem:carrier.test:\(carrierPassword)"
    return TrunkAccount(
      username: "tandem", realm: "carrier.test", credentials: [credential(secret)],
      registrar: registers ? "sip:carrier.test" : nil)
  }

  private func user(_ number: Int, of domain: String) -> ExtensionEntry {
    let name = "\(100_000 + number)"
    return ExtensionEntry(
      id: extensionID(number), number: name, displayName: "Phone \(name)", outsideNumber: nil,
      credentials: [credential("\(name):\(domain):p\(name)")])
  }

  private func credential(_ secret: String) -> DigestCredential {
    DigestCredential(
      algorithm: .md5, ha1: OpenSSLHashing().md5(Array(secret.utf8)).hexadecimal)
  }

  /// `+4420` and eight digits.
  private func number(_ number: Int) -> NumberEntry {
    NumberEntry(
      id: NumberID(UUIDv7(high: 4, low: UInt64(number))), number: "+44\(2_000_000_000 + number)",
      destination: .extension(extensionID(number)))
  }

  private func extensionID(_ number: Int) -> ExtensionID {
    ExtensionID(UUIDv7(high: 3, low: UInt64(number)))
  }
}
