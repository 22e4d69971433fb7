import Foundation
import HTTP
import NodeContract
import NodeLink

/// The nodes' figures as this replica last heard of them, and the replica's own.
struct NodeMetrics: Sendable {
  let fleet: Fleet
  let leadership: LeaderLease

  func register(in metrics: MetricsRegistry) {
    metrics.collect { [fleet] in NodeMetrics.families(of: await fleet.snapshot()) }
    metrics.collect { [leadership] in
      [
        MetricFamily(
          "tandem_leader", help: "1 on the replica that makes planned moves.", kind: .gauge,
          samples: [MetricSample(leadership.isHeld ? 1 : 0)]),
        MetricFamily(
          "process_resident_memory_bytes", help: "Memory of this replica's process.",
          kind: .gauge, samples: residentBytes().map { [MetricSample($0)] } ?? []),
      ]
    }
  }

  static func families(of snapshot: FleetSnapshot) -> [MetricFamily] {
    perNode(snapshot) + ofLoad(snapshot) + [
      MetricFamily(
        "tandem_beats_refused_total", help: "Datagrams that were no node's beat.", kind: .counter,
        samples: [MetricSample(Double(snapshot.refusedBeats))])
    ]
  }

  private static func perNode(_ snapshot: FleetSnapshot) -> [MetricFamily] {
    [
      family(
        "linked", "1 while the node is linked to this replica.", of: snapshot,
        { $0.isLinked ? 1 : 0 }),
      family(
        "beat_age_seconds", "Since this replica last heard the node's beat.", of: snapshot,
        { $0.beatAge.map { $0 / .seconds(1) } }),
      family(
        "checkpoints", "Calls of which this replica keeps a checkpoint.", of: snapshot,
        { Double($0.checkpoints) }),
    ]
  }

  /// What each node said last of itself.
  private static func ofLoad(_ snapshot: FleetSnapshot) -> [MetricFamily] {
    func load(
      _ name: String, _ help: String, _ kind: MetricKind = .gauge,
      _ value: @escaping (NodeLoad) -> UInt64
    ) -> MetricFamily {
      family(name, help, kind, of: snapshot) { $0.load.map { Double(value($0)) } }
    }
    return [
      load("calls", "Calls that are up.") { UInt64($0.calls) },
      load("open_transactions", "SIP transactions that are open.") { UInt64($0.openTransactions) },
      load("bindings", "Registered devices.") { UInt64($0.bindings) },
      load("resident_bytes", "Memory of the node's process.") { $0.residentBytes },
      load("unacknowledged_facts", "Facts that are not committed yet.") {
        $0.unacknowledgedFacts
      },
      load("datagrams_received_total", "Datagrams at the SIP sockets.", .counter) {
        $0.datagramsReceived
      },
      load("datagrams_dropped_total", "Datagrams that were no SIP.", .counter) {
        $0.datagramsDropped
      },
      load(
        "messages_quarantined_total", "Messages not handled because processes died of them.",
        .counter
      ) { $0.messagesQuarantined },
      load("packets_relayed_total", "RTP packets relayed.", .counter) { $0.packetsRelayed },
    ]
  }

  private static func family(
    _ name: String, _ help: String, _ kind: MetricKind = .gauge, of snapshot: FleetSnapshot,
    _ value: (FleetNode) -> Double?
  ) -> MetricFamily {
    MetricFamily(
      "tandem_node_\(name)", help: help, kind: kind,
      samples: snapshot.nodes.compactMap { node in
        value(node).map { MetricSample($0, labels: [MetricLabel("node", node.name)]) }
      })
  }
}

/// From `/proc/self/statm`, in which the second number counts resident pages.
private func residentBytes() -> Double? {
  guard let text = try? String(contentsOfFile: "/proc/self/statm", encoding: .utf8) else {
    return nil
  }
  let numbers = text.split(separator: " ")
  return numbers.count > 1
    ? Double(numbers[1]).map { $0 * Double(sysconf(Int32(_SC_PAGESIZE))) } : nil
}
