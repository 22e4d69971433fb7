import CallFlows
import NodeContract

/// A tenant's snapshot with its indexes.
struct DirectoryTenant: Sendable {
  let snapshot: TenantSnapshot
  private(set) var extensionsByNumber: [String: ExtensionEntry]
  private(set) var extensionsByID: [ExtensionID: ExtensionEntry]
  let numbers: [String: NumberEntry]
  /// Whom the tenant knows outside.
  let contacts: ContactIndex
  /// Whose calls it does not want.
  let screening: CallScreening
  let accounts: TenantAccounts
  /// In their order.
  let queues: [ExtensionID]
  /// Of all its queues.
  let agents: Set<ExtensionID>
  /// Some of its extensions are heard at others' telephones.
  let hasPagingGroups: Bool
  /// With which its extensions begin, and how many digits the longest has.
  let firstDigits: Set<String>
  let longestExtension: Int

  init(_ snapshot: TenantSnapshot, hashing: any Hashing) {
    self.snapshot = snapshot
    extensionsByNumber = Dictionary(snapshot.extensions.map { ($0.number, $0) }) { old, _ in old }
    extensionsByID = Dictionary(snapshot.extensions.map { ($0.id, $0) }) { old, _ in old }
    numbers = Dictionary(snapshot.numbers.map { ($0.number, $0) }) { old, _ in old }
    contacts = ContactIndex(snapshot.contacts)
    screening = CallScreening(snapshot.screening)
    firstDigits = Set(snapshot.extensions.map { String($0.number.prefix(1)) })
    longestExtension = snapshot.extensions.map(\.number.utf8.count).max() ?? 0
    hasPagingGroups = snapshot.extensions.contains { $0.paging != nil }
    queues = snapshot.extensions.filter { $0.queue != nil }.map(\.id).sorted()
    agents = Set(snapshot.extensions.flatMap { $0.queue?.agents.map(\.extension) ?? [] })
    accounts = TenantAccounts(of: snapshot, extensionsByNumber, hashing: hashing)
  }

  var id: TenantID { snapshot.tenant }

  /// What the snapshot does not know yet.
  mutating func merge(_ switches: AnsweringSwitches, of id: ExtensionID) {
    guard var entry = extensionsByID[id] else { return }
    entry.switches.merge(switches)
    extensionsByID[id] = entry
    extensionsByNumber[entry.number] = entry
  }

  /// Whom a number of the tenant's own reaches; nil: not its number.
  func destination(of number: String) -> ExtensionEntry? {
    guard let entry = numbers[number] else { return nil }
    switch entry.destination {
    case .extension(let id): return extensionsByID[id]
    }
  }
}

/// The tenants that this node serves: by domain for phones, by peer and number for carriers.
struct TenantDirectory: Sendable {
  private struct Peer: Hashable {
    let address: AddressName
    let ip: IPAddress
  }

  private let hashing: any Hashing
  private var tenants: [TenantID: DirectoryTenant] = [:]
  /// As they were told, of tenants that are at home elsewhere than they were told.
  private var displaced: [TenantID: TenantSnapshot] = [:]
  /// What was switched here and no snapshot says yet.
  private var switched: [TenantID: [ExtensionID: AnsweringSwitches]] = [:]
  private var byDomain: [String: TenantID] = [:]
  private var byPeer: [Peer: Set<TenantID>] = [:]
  /// The tenants of each trunk: a reseller's tenants share its trunks.
  private var byTrunk: [TrunkID: Set<TenantID>] = [:]
  /// Who has a number, so that a carrier's call is not tried with each of its tenants.
  private var byNumber: [String: Set<TenantID>] = [:]
  /// How tenants dial: one for each country, rather than for each tenant.
  private var dialling: [DiallingRules: Int] = [:]
  /// Trunks that somebody has an account or a visitor's password for.
  private(set) var provenTrunks: [TrunkID: TrunkEntry] = [:]
  /// Trunks that a certificate tells.
  private(set) var certifiedTrunks: [TrunkID: TrunkEntry] = [:]
  /// Trunks to a domain.
  private(set) var routedTrunks: [TrunkID: TrunkEntry] = [:]

  init(hashing: any Hashing) { self.hashing = hashing }

  var count: Int { tenants.count }

  subscript(id: TenantID) -> DirectoryTenant? { tenants[id] }

  var ids: [TenantID] { tenants.keys.sorted() }

  /// False when this revision, or a newer one, is known.
  /// - Parameter hosts: where lost addresses are served.
  mutating func install(
    _ snapshot: TenantSnapshot, by hosts: [AddressName: AddressName] = [:]
  ) -> Bool {
    if let known = tenants[snapshot.tenant] {
      guard snapshot.revision > known.snapshot.revision else { return false }
    }
    store(snapshot, by: hosts)
    return true
  }

  /// Addresses are served elsewhere than before.
  mutating func place(_ id: TenantID, by hosts: [AddressName: AddressName]) {
    guard let known = tenants[id]?.snapshot else { return }
    let told = displaced[id] ?? known
    if !known.isPlaced(as: told.placed(by: hosts)) { store(told, by: hosts) }
  }

  private mutating func store(_ told: TenantSnapshot, by hosts: [AddressName: AddressName]) {
    let snapshot = told.placed(by: hosts)
    forget(told.tenant)
    displaced[told.tenant] = snapshot.isPlaced(as: told) ? nil : told
    var tenant = DirectoryTenant(snapshot, hashing: hashing)
    keepSwitched(in: &tenant)
    tenants[snapshot.tenant] = tenant
    byDomain[snapshot.domain.lowercased()] = snapshot.tenant
    for peer in Self.peers(of: snapshot) { byPeer[peer, default: []].insert(snapshot.tenant) }
    for number in snapshot.numbers { byNumber[number.number, default: []].insert(snapshot.tenant) }
    dialling[snapshot.dialling, default: 0] += 1
    for trunk in snapshot.trunks {
      byTrunk[trunk.id, default: []].insert(snapshot.tenant)
      let isProven = trunk.account != nil || trunk.visitor != nil
      provenTrunks[trunk.id] = isProven ? trunk : nil
      certifiedTrunks[trunk.id] = trunk.certificateName == nil ? nil : trunk
      routedTrunks[trunk.id] = trunk.route == nil ? nil : trunk
    }
  }

  mutating func remove(_ id: TenantID) {
    forget(id)
    switched[id] = nil
    displaced[id] = nil
  }

  // MARK: - What users switch

  /// Holds at once, and until a snapshot says something later.
  mutating func merge(_ change: AnsweringSwitches.Change, of tenant: TenantID) {
    let switches = AnsweringSwitches([change.kind: change.state])
    guard tenants[tenant]?.has(change.extension) == true else { return }
    switched[tenant, default: [:]][change.extension, default: AnsweringSwitches()].merge(switches)
    tenants[tenant]?.merge(switches, of: change.extension)
  }

  private mutating func keepSwitched(in tenant: inout DirectoryTenant) {
    for (id, switches) in switched[tenant.id] ?? [:] {
      let known = tenant.extensionsByID[id]?.switches
      let missing = known.map { switches.missing(in: $0) } ?? AnsweringSwitches()
      switched[tenant.id]?[id] = missing.states.isEmpty ? nil : missing
      tenant.merge(missing, of: id)
    }
    if switched[tenant.id]?.isEmpty == true { switched[tenant.id] = nil }
  }

  private mutating func forget(_ id: TenantID) {
    guard let tenant = tenants.removeValue(forKey: id) else { return }
    let domain = tenant.snapshot.domain.lowercased()
    if byDomain[domain] == id { byDomain[domain] = nil }
    for peer in Self.peers(of: tenant.snapshot) {
      byPeer[peer]?.remove(id)
      if byPeer[peer]?.isEmpty == true { byPeer[peer] = nil }
    }
    for trunk in tenant.snapshot.trunks { remove(id, fromTrunk: trunk.id) }
    for number in tenant.snapshot.numbers { remove(id, fromNumber: number.number) }
    let others = (dialling[tenant.snapshot.dialling] ?? 1) - 1
    dialling[tenant.snapshot.dialling] = others > 0 ? others : nil
  }

  private mutating func remove(_ tenant: TenantID, fromNumber number: String) {
    byNumber[number]?.remove(tenant)
    if byNumber[number]?.isEmpty ?? false { byNumber[number] = nil }
  }

  private mutating func remove(_ tenant: TenantID, fromTrunk trunk: TrunkID) {
    byTrunk[trunk]?.remove(tenant)
    guard byTrunk[trunk]?.isEmpty ?? true else { return }
    byTrunk[trunk] = nil
    provenTrunks[trunk] = nil
    routedTrunks[trunk] = nil
    certifiedTrunks[trunk] = nil
  }

  /// Where we are to register.
  var registeringTrunks: [TrunkID: TrunkEntry] {
    provenTrunks.filter { $0.value.account?.registrar != nil }
  }

  private static func peers(of snapshot: TenantSnapshot) -> [Peer] {
    snapshot.trunks.flatMap { trunk in
      trunk.peers.map { Peer(address: trunk.address, ip: $0.address) }
    }
  }

  func tenant(domain: String) -> DirectoryTenant? {
    byDomain[domain.lowercased()].flatMap { tenants[$0] }
  }

  /// Whether any carrier sends calls to `address` from there. A carrier is known by its IP
  /// address alone, since many send from other ports than they listen on.
  func isPeer(_ remote: IPEndpoint, at address: AddressName) -> Bool {
    byPeer[Peer(address: address, ip: remote.address)] != nil
  }

  /// Whose `called` may be, in whichever way it is to be read, the lowest first.
  private func owners(of called: String, among candidates: Set<TenantID>?) -> [DirectoryTenant] {
    guard let candidates else { return [] }
    var owners: Set<TenantID> = []
    for rules in dialling.keys {
      guard let number = rules.e164(fromCarrier: called) else { continue }
      owners.formUnion(byNumber[number] ?? [])
    }
    return owners.intersection(candidates).sorted().compactMap { tenants[$0] }
  }

  /// Who is meant by a call to `called` that came over this trunk.
  func inbound(to called: String, over trunk: TrunkID)
    -> (tenant: DirectoryTenant, trunk: TrunkEntry, number: String)?
  {
    for tenant in owners(of: called, among: byTrunk[trunk]) {
      guard let number = tenant.snapshot.dialling.e164(fromCarrier: called),
        tenant.numbers[number] != nil,
        let entry = tenant.snapshot.trunks.first(where: { $0.id == trunk })
      else { continue }
      return (tenant, entry, number)
    }
    return nil
  }

  /// Who is meant by a call of the carrier at `remote` to `called`, and over which trunk it came.
  func inbound(to called: String, from remote: IPEndpoint, at address: AddressName)
    -> (tenant: DirectoryTenant, trunk: TrunkEntry, number: String)?
  {
    let candidates = byPeer[Peer(address: address, ip: remote.address)]
    for tenant in owners(of: called, among: candidates) {
      guard let number = tenant.snapshot.dialling.e164(fromCarrier: called),
        tenant.numbers[number] != nil,
        let trunk = tenant.trunk(from: remote, at: address)
      else { continue }
      return (tenant, trunk, number)
    }
    return nil
  }
}

extension DirectoryTenant {
  /// The trunk with this very peer, or else with one at the same IP address.
  fileprivate func trunk(from remote: IPEndpoint, at address: AddressName) -> TrunkEntry? {
    let here = snapshot.trunks.filter { $0.address == address }
    return here.first { $0.peers.contains(remote) }
      ?? here.first { $0.peers.contains { $0.address == remote.address } }
  }
}
