public import NodeContract

/// How long a drill's stages are waited for.
public struct DrillPatience: Hashable, Sendable {
  /// Until a node that was told has answered.
  public var answers: Duration = .seconds(3)
  /// Until others carry on, after which whoever was struck is waited for.
  public var successors: Duration = .seconds(20)
  /// After calls are carried on, until what was heard of them is asked for.
  public var settling: Duration = .seconds(2)
  /// Likewise where some parties must find another site by themselves.
  public var finding: Duration = .seconds(15)
  /// Until whoever was struck is back, beyond the time of the fault.
  public var returning: Duration = .seconds(60)
  /// Until records of calls that ended are there.
  public var books: Duration = .seconds(30)

  public init() {}
}

/// One replica's conduct of a drill: sights in, actions out. Should that replica be lost, whoever leads
/// next carries on from what was kept: it strikes nobody, waits for who was struck, and says so.
public struct DrillConduct: Sendable {
  public private(set) var drill: Drill
  private let conductor: String
  private let patience: DrillPatience
  /// When the phase began here.
  private var phaseBegan: BootInstant
  private var struck: BootInstant?
  private var processes: [NodeName: UUIDv7] = [:]
  private var callsBefore: Set<CallID> = []
  private var carriedOnAt: BootInstant?
  private var inquiredAt: BootInstant?
  private var isBackSince: BootInstant?

  /// - Parameter conductor: this process, and no other.
  public init(
    of drill: Drill, by conductor: String, patience: DrillPatience = DrillPatience(),
    at now: BootInstant
  ) {
    self.drill = drill
    self.conductor = conductor
    self.patience = patience
    phaseBegan = now
  }

  /// Somebody stopped it.
  public mutating func abort() { drill.abort() }

  /// Actions are carried out in their order; when `keep` fails, none of those behind it is.
  public mutating func step(_ sight: DrillSight, at now: Moment) -> [DrillAction] {
    if let lost = takeFromAnother(at: now) { return lost }
    switch drill.phase {
    case .planned: return begin(sight, at: now)
    case .striking: return collectAnswers(sight, at: now)
    case .struck: return watch(sight, at: now)
    case .returning: return awaitReturn(sight, at: now)
    case .ended: return [.file]
    }
  }

  /// What another process did not tell anybody is lost with it.
  private mutating func takeFromAnother(at now: Moment) -> [DrillAction]? {
    guard let former = drill.conductor, former != conductor else { return nil }
    drill.conductor = conductor
    guard drill.request.fault != .controlPlanes, drill.phase != .ended else { return [.keep] }
    drill.remarks.append("The replica that conducted it was lost, with what it had seen.")
    drill.abort()
    enter(.returning, at: now)
    return [.keep]
  }

  private mutating func enter(_ phase: Drill.Phase, at now: Moment) {
    drill.phase = phase
    phaseBegan = now.boot
  }

  private func hasLasted(_ patience: Duration, at now: Moment) -> Bool {
    phaseBegan.duration(to: now.boot) >= patience
  }

  // MARK: - Striking

  private mutating func begin(_ sight: DrillSight, at now: Moment) -> [DrillAction] {
    guard !drill.isAborted else {
      return end(.aborted, "It was stopped before anything was done.", at: now)
    }
    guard sight.obstacles.isEmpty else {
      drill.remarks += sight.obstacles.map(\.detail)
      return end(.refused, at: now)
    }
    drill.conductor = conductor
    callsBefore = drill.plan.strikes.reduce(into: []) { $0.formUnion(sight.calls[$1] ?? []) }
    drill.report.callsBefore = callsBefore.count
    processes = sight.nodes.compactMapValues(\.process)
    guard let fault = drill.request.fault.order else {
      strike(at: now)
      switch drill.request.fault {
      case .etcdLeader: return [.keep, .moveLeader]
      case .controlPlanes: return [.keep, .leave(seconds: drill.request.seconds)]
      case .process, .machine, .pause, .isolate, .mute, .deaf, .site, .postgresPrimary, .slowDisk,
        .clockStep, .carrierGone, .poison, .reconnectStorm:
        return end(.failed, "Nobody makes \(drill.request.fault.rawValue).", at: now)
      }
    }
    enter(.striking, at: now)
    let order = DrillOrder(
      drill: drill.id, fault: fault, seconds: UInt32(clamping: drill.request.seconds))
    return [.keep] + drill.plan.strikes.map { .order($0, order) }
  }

  private mutating func collectAnswers(_ sight: DrillSight, at now: Moment) -> [DrillAction] {
    let answers = sight.answers.filter { drill.plan.strikes.contains($0.key) }
    let begun = answers.values.filter { $0.verdict == .begins }.map(\.at)
    let isOver = hasLasted(patience.answers, at: now)
    guard answers.count == drill.plan.strikes.count || isOver else { return [] }
    for node in drill.plan.strikes {
      switch answers[node]?.verdict {
      case .begins: continue
      case .refused(let refusal): drill.remarks.append("\(node) refused: \(refusal.sentence)")
      case nil: drill.remarks.append("\(node) did not answer.")
      }
    }
    // Who did not answer may have done it.
    if begun.isEmpty, answers.count == drill.plan.strikes.count { return end(.refused, at: now) }
    strike(at: now, since: begun.max()?.advanced(by: DrillOrder.notice) ?? now.boot)
    return [.keep]
  }

  private mutating func strike(at now: Moment, since fault: BootInstant? = nil) {
    struck = fault ?? now.boot
    drill.struckAt = now.advanced(by: now.boot.duration(to: struck ?? now.boot)).wall
    enter(.struck, at: now)
  }

  // MARK: - What comes of it

  private mutating func watch(_ sight: DrillSight, at now: Moment) -> [DrillAction] {
    // Gone and back: this process is another one, which only the wall clock connects with the fault.
    if struck == nil, let struckAt = drill.struckAt {
      struck = now.boot.advanced(
        by: .milliseconds(min(0, struckAt.milliseconds - now.wall.milliseconds)))
    }
    note(\.detectionMilliseconds, if: isMissed(in: sight), at: now)
    note(\.decisionMilliseconds, if: isDecided(in: sight), at: now)
    if carriedOnAt == nil, isCarriedOn(in: sight, at: now) {
      note(\.adoptionMilliseconds, if: true, at: now)
      carriedOnAt = now.boot
    }
    note(\.returnMilliseconds, if: isBack(in: sight, at: now), at: now)
    if drill.isAborted || hasLasted(patience.successors + duration, at: now) {
      if !drill.isAborted { drill.remarks.append("Nobody carried on.") }
      enter(.returning, at: now)
      return [.keep]
    }
    let patience = drill.request.fault == .site ? patience.finding : patience.settling
    guard let carriedOnAt, carriedOnAt.duration(to: now.boot) >= patience else { return [] }
    return inquire(sight, at: now)
  }

  private var duration: Duration { .seconds(drill.request.seconds) }

  private mutating func inquire(_ sight: DrillSight, at now: Moment) -> [DrillAction] {
    let successors = drill.request.fault.order == nil ? [] : drill.plan.successors
    if let inquiredAt {
      let isOver = inquiredAt.duration(to: now.boot) >= patience.answers
      guard successors.isSubset(of: sight.sounds.keys) || isOver else { return [] }
      for node in successors.subtracting(sight.sounds.keys).sorted() {
        drill.remarks.append("\(node) did not say what was heard.")
      }
      drill.report.silences = DrillReport.silences(of: sight.sounds.values.flatMap { $0 })
      enter(.returning, at: now)
      return [.keep]
    }
    inquiredAt = now.boot
    let age = struck?.duration(to: now.boot) ?? .zero
    return successors.sorted().map { .inquire($0, DrillInquiry(drill: drill.id, age: age)) }
  }

  private mutating func note(
    _ figure: WritableKeyPath<DrillReport, Int?>, if isSo: Bool, at now: Moment
  ) {
    guard isSo, drill.report[keyPath: figure] == nil, let struck else { return }
    drill.report[keyPath: figure] = max(0, Int(struck.duration(to: now.boot) / .milliseconds(1)))
  }

  private func isMissed(in sight: DrillSight) -> Bool {
    !drill.plan.strikes.isEmpty
      && drill.plan.strikes.contains { sight.nodes[$0]?.isHeard == false }
  }

  private func isDecided(in sight: DrillSight) -> Bool {
    let moving = drill.plan.effects.filter { $0.way == .heir || $0.way == .standby }
    return !moving.isEmpty
      && moving.allSatisfy { effect in
        sight.addresses[effect.address].map { !drill.plan.strikes.contains($0.holder) } ?? false
      }
  }

  private func isCarriedOn(in sight: DrillSight, at now: Moment) -> Bool {
    switch drill.request.fault {
    case .process:
      drill.plan.strikes.allSatisfy { hasBegunAnew($0, in: sight) && isThere($0, in: sight) }
    case .machine, .pause, .isolate, .mute, .site:
      drill.plan.effects.allSatisfy { effect in
        sight.addresses[effect.address].map {
          $0.isAdopted && !drill.plan.strikes.contains($0.holder)
        } ?? false
      }
    case .deaf: hasLasted(duration, at: now)
    case .etcdLeader, .controlPlanes: sight.isQuorumFresh && isEverybodyThere(in: sight)
    case .postgresPrimary, .slowDisk, .clockStep, .carrierGone, .poison, .reconnectStorm: false
    }
  }

  private func hasBegunAnew(_ node: NodeName, in sight: DrillSight) -> Bool {
    sight.nodes[node]?.process != processes[node]
  }

  private func isThere(_ node: NodeName, in sight: DrillSight) -> Bool {
    sight.nodes[node].map { $0.isHeard && $0.isLinked } ?? false
  }

  /// Whoever is struck, and whoever holds what is concerned.
  private func isEverybodyThere(in sight: DrillSight) -> Bool {
    var concerned = sight.addresses
    if drill.request.fault.target != .installation {
      let addresses = Set(drill.plan.effects.map(\.address))
      concerned = concerned.filter { addresses.contains($0.key) }
    }
    return drill.plan.strikes.allSatisfy { isThere($0, in: sight) }
      && concerned.values.allSatisfy { isThere($0.holder, in: sight) }
  }

  // MARK: - Coming back

  private mutating func awaitReturn(_ sight: DrillSight, at now: Moment) -> [DrillAction] {
    let areBack = isBack(in: sight, at: now)
    if !areBack { isBackSince = nil }
    if areBack, isBackSince == nil {
      isBackSince = now.boot
      note(\.returnMilliseconds, if: true, at: now)
    }
    guard let isBackSince else {
      guard hasLasted(patience.returning + duration, at: now) else { return [] }
      for node in drill.plan.strikes where !isThere(node, in: sight) {
        drill.remarks.append("\(node) is not back: look after its machine.")
      }
      return end(.failed, at: now)
    }
    // A moment, so that whoever came and went is not taken for back.
    guard isBackSince.duration(to: now.boot) >= patience.settling else { return [] }
    return close(sight, at: now)
  }

  /// Whoever is struck for a time is there again only then; a process is when it is another one.
  private func isBack(in sight: DrillSight, at now: Moment) -> Bool {
    guard isEverybodyThere(in: sight) else { return false }
    switch drill.request.fault.order {
    case .process: return drill.plan.strikes.allSatisfy { hasBegunAnew($0, in: sight) }
    case .machine, .pause, .isolate, .mute, .deaf:
      return struck.map { $0.duration(to: now.boot) >= duration } ?? true
    case nil: return true
    }
  }

  private mutating func close(_ sight: DrillSight, at now: Moment) -> [DrillAction] {
    let gone = sight.calls.values.reduce(callsBefore) { $0.subtracting($1) }
    guard !gone.isEmpty else { return judge(at: now) }
    let missing = sight.books.map { gone.subtracting($0.recordedCalls) } ?? gone
    guard missing.isEmpty || hasLasted(patience.books + duration, at: now) else {
      return [.audit(gone.sorted())]
    }
    drill.report.callsMissing = missing.count
    drill.report.books = sight.books ?? DrillBooks()
    drill.report.books.recordedCalls = []
    return judge(at: now)
  }

  private mutating func judge(at now: Moment) -> [DrillAction] {
    let report = drill.report
    var broken: [String] = []
    if report.callsMissing > 0 {
      broken.append("\(report.callsMissing) calls are up nowhere and on no record.")
    }
    if report.books.lostLegs > 0 {
      broken.append("\(report.books.lostLegs) legs ended with their node.")
    }
    if report.books.ledgerDifferences > 0 {
      broken.append("\(report.books.ledgerDifferences) legs' charges and ledger lines differ.")
    }
    for silence in report.silences where silence.party == .moves || !isAcross {
      broken += silence.broken(promise: drill.plan.promisedMilliseconds)
    }
    drill.remarks += broken
    if drill.isAborted { return end(.aborted, at: now) }
    return end(drill.remarks.isEmpty ? .kept : .broken, at: now)
  }

  private var isAcross: Bool { drill.plan.effects.contains { $0.way == .standby } }

  private mutating func end(
    _ verdict: Drill.Verdict, _ remark: String? = nil, at now: Moment
  ) -> [DrillAction] {
    if let remark { drill.remarks.append(remark) }
    drill.verdict = verdict
    drill.endedAt = now.wall
    enter(.ended, at: now)
    return [.keep, .file]
  }
}

extension DrillReport.Silence {
  fileprivate func broken(promise: Int?) -> [String] {
    var sentences: [String] = []
    if unheard > 0 {
      sentences.append("\(unheard) of \(streams) streams by \(transport) were not heard again.")
    }
    if let promise, let p99 = p99Milliseconds, p99 > promise {
      sentences.append(
        "p99 of the silence by \(transport) is \(p99) ms, and \(promise) are promised.")
    }
    return sentences
  }
}

extension DrillRefusal {
  /// What is in the way, and what to do about it.
  public var sentence: String {
    switch self {
    case .emergencyCall: "somebody calls for help there. Wait until that is over."
    case .stale: "the order came too late. Try again."
    case .noKeeper: "it has no keeper, which would start it again. Start it by its keeper."
    case .unbounded: "the fault has no end, or one that is too far away."
    case .noInterface:
      "no interface of its machine is ours to cut: addresses stand there for good. In the laboratory "
        + "they do not."
    case .noFirewall: "its machine has no nft, which cuts cables. Install the package nftables."
    }
  }
}
