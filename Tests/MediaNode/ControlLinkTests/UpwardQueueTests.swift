import NodeContract
import Testing

@testable import ControlLink

@Suite struct UpwardQueueTests {
  private func checkpoint(_ call: UInt64, number: UInt64) -> UpwardMessage {
    .checkpoint(
      CheckpointEnvelope(
        call: CallID(UUIDv7(high: call, low: call)), tenant: TenantID(UUIDv7(high: 1, low: 1)),
        address: AddressName("phones-a")!, epoch: .none, number: number, summary: "",
        contents: []))
  }

  private func drain(_ queue: inout UpwardQueue) -> [UpwardMessage] {
    var messages: [UpwardMessage] = []
    while let message = queue.next() { messages.append(message) }
    return messages
  }

  @Test func aSlowLinkHearsOnlyTheLastCheckpointOfACall() {
    var queue = UpwardQueue()
    queue.add(checkpoint(1, number: 1))
    queue.add(checkpoint(2, number: 1))
    for number in UInt64(2)...1000 { queue.add(checkpoint(1, number: number)) }
    #expect(queue.count == 2)
    #expect(drain(&queue) == [checkpoint(1, number: 1000), checkpoint(2, number: 1)])
  }

  @Test func aCallThatEndedIsHeardOfAsEnded() {
    var queue = UpwardQueue()
    let call = CallID(UUIDv7(high: 1, low: 1))
    queue.add(checkpoint(1, number: 1))
    queue.add(.checkpointRetired(call))
    #expect(drain(&queue) == [.checkpointRetired(call)])
  }

  @Test func manyMessagesComeOutInTheirOrder() {
    var queue = UpwardQueue()
    var expected: [UpwardMessage] = []
    var received: [UpwardMessage] = []
    for call in UInt64(1)...1000 {
      expected.append(checkpoint(call, number: 1))
      queue.add(checkpoint(call, number: 1))
      if call.isMultiple(of: 3), let message = queue.next() { received.append(message) }
    }
    #expect(received + drain(&queue) == expected)
    #expect(queue.next() == nil)
  }
}

@Suite struct ReplicatedStateTests {
  private func binding(_ contact: String, expiresIn: Duration) -> BindingChange {
    BindingChange(
      tenant: TenantID(UUIDv7(high: 1, low: 1)), extension: ExtensionID(UUIDv7(high: 2, low: 2)),
      address: AddressName("phones-a")!, contact: contact, source: IPEndpoint("192.0.2.1:5060")!,
      local: IPEndpoint("192.0.2.2:5060")!, userAgent: "", expiresIn: expiresIn)
  }

  private func instant(_ seconds: Int64) -> BootInstant {
    BootInstant(nanoseconds: seconds * 1_000_000_000)
  }

  @Test func aReplicaWithoutMemoryIsToldTheTimeThatIsLeft() {
    var state = ReplicatedState()
    state.note(.binding(binding("sip:a", expiresIn: .seconds(60))), at: instant(0))
    state.note(.binding(binding("sip:b", expiresIn: .seconds(10))), at: instant(0))
    #expect(
      state.messages(at: instant(15)) == [.binding(binding("sip:a", expiresIn: .seconds(45)))])
  }

  @Test func aBindingThatIsGoneIsNotToldOf() {
    var state = ReplicatedState()
    state.note(.binding(binding("sip:a", expiresIn: .seconds(60))), at: instant(0))
    state.note(.binding(binding("sip:a", expiresIn: .zero)), at: instant(1))
    #expect(state.messages(at: instant(2)).isEmpty)
  }

  @Test func memoryGivenBackNeverReplacesWhatIsNewer() {
    var state = ReplicatedState()
    let newer = binding("sip:a", expiresIn: .seconds(60))
    state.note(.binding(newer), at: instant(0))
    let restored = state.restore(
      [binding("sip:a", expiresIn: .seconds(9)), binding("sip:b", expiresIn: .seconds(9))],
      at: instant(0))
    #expect(restored == [binding("sip:b", expiresIn: .seconds(9))])
    #expect(state.messages(at: instant(0)).contains(.binding(newer)))
  }
}
