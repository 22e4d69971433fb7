import Announcements
import CallFlows
import NodeContract
import SIP

/// A tenant's rules say which of its calls are recorded.
extension Exchange {
  /// Rules are asked when two talk who did not before, unless their call is recorded already.
  mutating func followRecordingRules(
    from before: CopyOnWrite<CallMachine>, of id: CallID, at now: Moment
  ) {
    guard let tenant = directory[before.wrappedValue.tenant],
      !tenant.snapshot.recordingRules.isEmpty, let call = calls[id]?.machine
    else { return }
    let before = before.wrappedValue
    let passed = call.passed(since: before)
    if passed != call.rungFor { calls[id]?.machine.rungFor = passed }
    guard call.recording == nil, let talkers = call.talkers, talkers != before.talkers,
      let facts = recordable(call, passed: passed, in: tenant),
      let rule = tenant.snapshot.recordingRules.rule(for: facts), rule.records
    else { return }
    let language = tenant.snapshot.dialling.language
    let announcement = Announcement(language.notice(.isRecorded), in: language)
    update(id, at: now) { $0.record(by: rule, saying: announcement, at: now) }
  }

  /// Nil: it is for help, and help is not kept waiting.
  private func recordable(
    _ call: CallMachine, passed: [ExtensionID], in tenant: DirectoryTenant
  ) -> RecordableCall? {
    guard let other = call.connected, !tenant.isEmergency(call.called) else { return nil }
    var extensions = Set(passed)
    for leg in [call.caller, call[other]] {
      if case .extension(let id, _) = leg.party { extensions.insert(id) }
    }
    if let queue = call.queued?.host.entry { extensions.insert(queue) }
    let colleague = tenant.extensionsByNumber[call.called] ?? tenant.destination(of: call.called)
    if let colleague { extensions.insert(colleague.id) }
    return RecordableCall(
      call: call.id,
      direction: call.caller.isTrunk
        ? .fromOutside : call[other].isTrunk ? .toOutside : .inside,
      extensions: extensions, number: call.called.hasPrefix("+") ? call.called : nil)
  }
}

extension CallMachine {
  /// Most that a call comes through, each once.
  private static let mostPassed = 16

  /// The groups and flows that it came through.
  fileprivate func passed(since before: CallMachine) -> [ExtensionID] {
    var passed = rungFor
    for id in [before.flow?.host.entry, flow?.host.entry, before.group, group].compactMap(\.self)
    where !passed.contains(id) && passed.count < Self.mostPassed {
      passed.append(id)
    }
    return passed
  }

  /// Whose members ring; nil: no group's.
  private var group: ExtensionID? {
    if case .members(let members)? = further { members.group } else { nil }
  }
}
