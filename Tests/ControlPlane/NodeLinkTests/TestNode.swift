import ControlLink
import Foundation
import Logging
import NodeContract
import Ownership
import Support
import Synchronization
import TLS

/// A spool in memory whose records are durable at once.
final class MemorySpool: FactSource {
  private struct State {
    var records: [SpoolRecord] = []
    var acknowledged: UInt64 = 0
  }

  let id = SpoolID(UUIDv7(high: 7, low: 7))
  private let state = Mutex(State())

  var firstUnacknowledged: UInt64 { state.withLock { $0.acknowledged + 1 } }
  var acknowledged: UInt64 { state.withLock { $0.acknowledged } }
  var lastDurable: UInt64 { state.withLock { UInt64($0.records.count) } }

  func append(_ count: Int) {
    state.withLock { state in
      for _ in 0..<count {
        let sequence = UInt64(state.records.count + 1)
        state.records.append(SpoolRecord(spool: id, sequence: sequence, fact: .sample(sequence)))
      }
    }
  }

  func records(from sequence: UInt64, limit: Int) throws -> [SpoolRecord] {
    state.withLock { Array($0.records.dropFirst(Int(sequence) - 1).prefix(limit)) }
  }

  func acknowledge(through sequence: UInt64) {
    state.withLock { $0.acknowledged = max($0.acknowledged, sequence) }
  }
}

/// A node with real links, and memory instead of calls, spool and disk.
final class TestNode: Sendable {
  static let phones = AddressName("phones-a")!

  private struct Memory {
    var received: [DownwardMessage] = []
    var grants = AddressGrants(addresses: [TestNode.phones])
    var tenants: [TenantID: Int64]
  }

  let spool = MemorySpool()
  let lines = LoggedLines()
  let incarnation: UUIDv7
  /// What it says a while after it was told to give an address up, and before it answers.
  private let lastWords: [UpwardMessage]
  private let memory: Mutex<Memory>
  private let started: Mutex<ReplicaLinks?> = Mutex(nil)

  /// - Parameters:
  ///   - name: what the node says it is.
  ///   - identity: what its certificate says; that of the same name unless given.
  ///   - tenants: revisions that it has already.
  ///   - known: the epoch of phones-a that it has on disk.
  init(
    _ name: String = "node-a1", in site: String = "a", of replica: TestReplica,
    identity: TLSIdentity? = nil, life: UInt64 = 1, linkPort: Int? = nil,
    tenants: [TenantID: Int64] = [:], known: Epoch? = nil,
    saysHeld: Bool = true, lastWords: [UpwardMessage] = []
  ) throws {
    self.lastWords = lastWords
    incarnation = UUIDv7(high: life, low: life)
    var start = Memory(tenants: tenants)
    if let known { _ = start.grants.restore([Self.phones: .init(epoch: known, isHeld: true)]) }
    memory = Mutex(start)
    let node = NodeName(name)!
    let configuration = LinkConfiguration(
      node: node, incarnation: incarnation,
      replicas: [
        ReplicaEndpoint(
          name: TestReplica.name, host: .v4(0x7F00_0001),
          linkPort: UInt16(linkPort ?? replica.linkPort), beatPort: UInt16(replica.beatPort))
      ], identity: identity ?? replica.authority.identity(name))
    let links = try ReplicaLinks(
      configuration: configuration, facts: spool, logger: lines.logger,
      hello: { [unowned self] in
        greeting(as: node, in: SiteName(site)!, saysHeld: saysHeld)
      },
      receive: { [unowned self] message, _ in receive(message) })
    started.withLock { $0 = links }
    links.start()
  }

  var links: ReplicaLinks {
    started.withLock { links in
      guard let links else { preconditionFailure("the node was stopped") }
      return links
    }
  }

  func stop() { started.withLock { $0.take() }?.stop() }

  private func greeting(as node: NodeName, in site: SiteName, saysHeld: Bool) -> NodeHello {
    memory.withLock { memory in
      NodeHello(
        node: node, site: site, incarnation: incarnation, featureLevel: 1,
        spool: spool.id,
        addresses: saysHeld ? memory.grants.spokenOf : [],
        tenants: memory.tenants.map { TenantRevision(tenant: $0.key, revision: $0.value) })
    }
  }

  /// Nobody has the first; the node says nothing of calls to the second.
  static let (refusedNumber, unheardNumber) = ("199", "198")

  private func receive(_ message: DownwardMessage) {
    if case .clickOrder(let order) = message, order.number != Self.unheardNumber {
      let refusal: ClickRefusal? = order.number == Self.refusedNumber ? .unknownNumber : nil
      say(.clickAnswer(ClickAnswer(call: order.call, verb: order.verb, refusal: refusal)))
    }
    let answer = memory.withLock { memory -> OrderAnswer? in
      memory.received.append(message)
      guard case .order(let order) = message else { return nil }
      let verdict = memory.grants.receive(order).verdict
      return OrderAnswer(order: order.id, address: order.address, verdict: verdict)
    }
    guard case .order(let order) = message, let answer else { return }
    if order.verb == .release, !lastWords.isEmpty {
      Task { [self] in
        try await Task.sleep(for: .milliseconds(300))
        for word in lastWords + [.orderAnswer(answer)] { say(word) }
      }
    } else {
      say(.orderAnswer(answer))
    }
  }

  /// A node that is just being stopped says nothing.
  private func say(_ message: UpwardMessage) { started.withLock { $0 }?.send(message) }

  var received: [DownwardMessage] { memory.withLock { $0.received } }
  var held: [HeldAddress] { memory.withLock { $0.grants.held } }
  var status: ReplicaStatus { links.status[TestReplica.name] ?? ReplicaStatus() }

  func record(_ count: Int) {
    spool.append(count)
    links.factsAreDurable()
  }

  /// Waits until the link is up.
  func linked() async throws {
    try await eventually("the link is up", within: .seconds(10)) { status.isLinked }
  }

  func receives(_ message: DownwardMessage) async throws {
    try await eventually("\(message) arrives", within: .seconds(10)) { received.contains(message) }
  }
}

extension AddressGrants {
  /// What it holds, or might.
  fileprivate var spokenOf: [HeldAddress] {
    known.filter { $0.value.isHeld || $0.value.epoch == .none }
      .map { HeldAddress(address: $0.key, epoch: $0.value.epoch) }
  }
}

extension Fact {
  static func sample(_ number: UInt64) -> Fact {
    Fact(
      tenant: TenantID(UUIDv7(high: 1, low: 1)), call: CallID(UUIDv7(high: 2, low: number)),
      leg: LegID(UUIDv7(high: 3, low: number)),
      time: FactTime(
        boot: UUIDv7(high: 4, low: 4), instant: BootInstant(nanoseconds: Int64(number)),
        wall: WallTime(milliseconds: 1)),
      observer: NodeName("node-a1")!, epoch: .none, event: .answered)
  }
}

extension TenantSnapshot {
  static func sample(_ number: UInt64, revision: Int64, home: String = "phones-a") -> Self {
    TenantSnapshot(
      tenant: TenantID(UUIDv7(high: 1, low: number)), revision: revision,
      domain: "tenant\(number).tandem.test", homeAddress: AddressName(home)!,
      dialling: DiallingRules(countryCode: "44", nationalPrefix: "0", internationalPrefix: "00"),
      ringTimeout: .seconds(30), extensions: [], numbers: [], trunks: [])
  }
}
