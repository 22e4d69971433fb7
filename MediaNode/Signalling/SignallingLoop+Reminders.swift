import Epoll
import Gates
import Logging
import NodeContract
import SIP

/// Peers of connections that ended with another machine learn that from us.
extension SignallingLoop {
  /// The first first, the others in a pace that their coming back does no harm.
  func remind(peersOf flows: [Flow]) {
    reminders.add(flows, at: EventLoop.readMoment().boot)
    if reminderTimer == nil {
      reminderTimer = loop.makeTimer { [unowned self] in assumeIsolated { $0.remindNext() } }
    }
    remindNext()
  }

  private func remindNext() {
    // While the gate is shut the address may be somebody else's.
    let due = reminders.release(at: EventLoop.readMoment().boot) { [gates] flow in
      gates.gate(of: flow.local.address).begins
    }
    for flow in due {
      do throws(SystemError) {
        try reminder.remind(flow.remote, of: flow.local, number: .random(in: 0...UInt32.max))
      } catch {
        noteUnreminded(error)
      }
    }
    if let reminderTimer { loop.setTimer(reminderTimer, at: reminders.nextDeadline) }
  }

  /// Once: it is the same for all.
  private func noteUnreminded(_ error: SystemError) {
    guard !wasUnreminded else { return }
    wasUnreminded = true
    log.warning(
      "phones on connections learn of the takeover when they speak next: \(error). Reminding them needs CAP_NET_RAW"
    )
  }
}

/// When whom to remind: each peer twice, as the first word may be lost.
struct ConnectionReminders {
  /// Two thousand in a second, some at once.
  static let atOnce = 10
  static let pace = Duration.milliseconds(5)
  static let again = Duration.milliseconds(1_500)
  /// How long the gate may stay shut.
  private static let patience = Duration.seconds(3)

  private struct Entry {
    let flow: Flow
    var due: BootInstant
    let until: BootInstant
  }

  /// In the order in which they are due.
  private var entries: [Entry] = []

  var nextDeadline: BootInstant? { entries.first?.due }

  mutating func add(_ flows: [Flow], at now: BootInstant) {
    for (place, flow) in flows.enumerated() {
      for first in [now, now.advanced(by: Self.again)] {
        let due = first.advanced(by: Self.pace * (place / Self.atOnce))
        entries.append(Entry(flow: flow, due: due, until: due.advanced(by: Self.patience)))
      }
    }
    entries.sort { $0.due < $1.due }
  }

  /// Those that may be reminded now. Others are asked for again, until it is too late.
  mutating func release(at now: BootInstant, _ mayLeave: (Flow) -> Bool) -> [Flow] {
    let count = entries.firstIndex { $0.due > now } ?? entries.count
    var flows: [Flow] = []
    var later: [Entry] = []
    for var entry in entries[..<count] {
      if mayLeave(entry.flow) {
        flows.append(entry.flow)
      } else if entry.until > now {
        entry.due = now.advanced(by: Self.pace)
        later.append(entry)
      }
    }
    entries.removeFirst(count)
    guard !later.isEmpty else { return flows }
    entries.append(contentsOf: later)
    entries.sort { $0.due < $1.due }
    return flows
  }
}
