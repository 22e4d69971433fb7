import NodeContract
import SIP
import Testing

@testable import Signalling

@Suite struct ConnectionRemindersTests {
  private let now = BootInstant(nanoseconds: 1_000_000_000)

  private func flows(_ count: Int) -> [Flow] {
    (1...count).map { number in
      Flow(
        transport: .tcp, local: IPEndpoint(.v4(0x7F00_0001), port: 5060),
        remote: IPEndpoint(.v4(0x7F00_0002), port: UInt16(number)))
    }
  }

  @Test func fiveThousandPeersAreRemindedWithinTwoAndAHalfSecondsInTheirOrderAndOnceMore() {
    var reminders = ConnectionReminders()
    let flows = flows(5_000)
    reminders.add(flows, at: now)
    var told: [(flow: Flow, at: BootInstant)] = []
    while let deadline = reminders.nextDeadline {
      let due = reminders.release(at: deadline) { _ in true }
      #expect(due.count <= 2 * ConnectionReminders.atOnce)
      told += due.map { ($0, deadline) }
    }
    #expect(told.count == 10_000)
    var firsts: [Flow: BootInstant] = [:]
    for (flow, time) in told where firsts[flow] == nil { firsts[flow] = time }
    #expect(firsts.count == 5_000)
    #expect(firsts.values.max().map { now.duration(to: $0) <= .milliseconds(2_500) } == true)
    #expect(firsts[flows[0]] == now)
    #expect(flows.map { firsts[$0] ?? now } == flows.map { firsts[$0] ?? now }.sorted())
  }

  @Test func nobodyIsRemindedWhileTheGateIsShutAndNobodyTooLate() {
    var reminders = ConnectionReminders()
    reminders.add(flows(3), at: now)
    #expect(reminders.release(at: now) { _ in false }.isEmpty)
    let soon = now.advanced(by: .milliseconds(100))
    #expect(reminders.release(at: soon) { _ in true } == flows(3))
    var later = soon
    while let deadline = reminders.nextDeadline {
      later = deadline
      #expect(reminders.release(at: deadline) { _ in false }.isEmpty)
    }
    #expect(now.duration(to: later) < .seconds(6))
  }
}
