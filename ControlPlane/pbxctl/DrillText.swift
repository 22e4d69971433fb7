import Foundation

/// Plans and reports of drills as people read them.
enum DrillText {
  static func plan(_ answer: JSON) -> String {
    let plan = answer["plan"] ?? .null
    var lines = [
      "\(said(answer, "fault")) of \(said(answer, "target")), \(said(answer, "seconds")) s"
    ]
    lines += effects(plan)
    let obstacles = plan["obstacles"]?.array ?? []
    lines += obstacles.map { "FORBIDDEN (\(said($0, "rule"))): \(said($0, "detail"))" }
    if obstacles.isEmpty { lines.append("No guard rail stands in the way.") }
    return lines.joined(separator: "\n")
  }

  private static func effects(_ plan: JSON) -> [String] {
    var lines = (plan["effects"]?.array ?? []).map { effect in
      let next = effect["next"]?.string
      let what =
        switch effect["way"]?.string {
        case "restart": "\(said(effect, "holder"))'s next process carries on"
        case "heir": "\(next ?? "") takes it in the site"
        case "standby": "\(next ?? "") takes it in another site"
        case "lost": "nobody takes it"
        default: "stays where it is"
        }
      return "  \(said(effect, "address")): \(said(effect, "calls")) calls, \(what)"
    }
    lines.append(
      "  parties that move / return / are fixed, were the site lost: \(said(plan, "moving_parties"))"
        + " / \(said(plan, "returning_parties")) / \(said(plan, "fixed_parties"))")
    if let promised = plan["promised_milliseconds"]?.plain, !promised.isEmpty {
      lines.append("  promised: silence p99 ≤ \(promised) ms where calls go on")
    }
    lines.append("  calls that nothing is promised for: \(said(plan, "calls_at_risk"))")
    return lines
  }

  static func report(_ drill: JSON) -> String {
    let report = drill["report"] ?? .null
    var lines = [
      "\(said(drill, "id"))  \(said(drill, "fault")) of \(said(drill, "target")), "
        + "\(said(drill, "seconds")) s",
      "phase: \(said(drill, "phase"))  verdict: \(said(drill, "verdict"))",
      "ordered: \(said(drill, "ordered_at"))  struck: \(said(drill, "struck_at"))  "
        + "ended: \(said(drill, "ended_at"))",
    ]
    let figures = ["detection", "decision", "adoption", "return"].compactMap { figure in
      report["\(figure)_milliseconds"].flatMap {
        $0.plain.isEmpty ? nil : "\(figure) \($0.plain) ms"
      }
    }
    if !figures.isEmpty { lines.append("since the fault: " + figures.joined(separator: ", ")) }
    lines.append(
      "calls before: \(said(report, "calls_before"))  missing: \(said(report, "calls_missing"))  "
        + "legs lost: \(said(report, "lost_legs"))  "
        + "ledger differences: \(said(report, "ledger_differences"))")
    let silences = report["silences"]?.array ?? []
    if !silences.isEmpty { lines.append(table(of: silences)) }
    lines += (report["ended_legs"]?.array ?? []).map {
      "  \(said($0, "count")) legs ended meanwhile: \(said($0, "outcome")), \(said($0, "evidence"))"
    }
    lines += (drill["remarks"]?.array ?? []).map { "REMARK: \($0.plain)" }
    return lines.joined(separator: "\n")
  }

  private static func table(of silences: [JSON]) -> String {
    Output(
      .object(["items": .array(silences)]),
      columns: [
        Output.Column("Transport", "transport"), Output.Column("Class", "party"),
        Output.Column("Streams", "streams"), Output.Column("Unheard", "unheard"),
        Output.Column("p50 ms", "p50_milliseconds"), Output.Column("p99 ms", "p99_milliseconds"),
        Output.Column("max ms", "maximum_milliseconds"),
      ]
    ).table
  }

  private static func said(_ object: JSON, _ member: String) -> String {
    let text = object[member]?.plain ?? ""
    return text.isEmpty ? "-" : text
  }
}
