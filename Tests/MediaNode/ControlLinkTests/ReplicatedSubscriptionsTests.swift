import NodeContract
import Testing

@testable import ControlLink

@Suite struct ReplicatedSubscriptionsTests {
  private let start = BootInstant(nanoseconds: 1_000_000_000)

  private func watching(_ name: String, for duration: Duration = .seconds(600))
    -> SubscriptionChange
  {
    SubscriptionChange(
      key: .init(callID: name, localTag: "t"), tenant: TenantID(UUIDv7(high: 1, low: 1)),
      address: AddressName("phones-a")!, expiresIn: duration, contents: [1])
  }

  @Test func aReplicaThatComesBackIsToldOfSubscriptionsWithTheTimeThatIsLeft() {
    var state = ReplicatedState()
    state.note(.subscription(watching("a")), at: start)
    state.note(.subscription(watching("b")), at: start)
    state.note(.subscription(watching("b", for: .zero)), at: start)
    let later = start.advanced(by: .seconds(100))
    #expect(state.messages(at: later) == [.subscription(watching("a", for: .seconds(500)))])
    #expect(state.messages(at: start.advanced(by: .seconds(600))).isEmpty)
  }

  @Test func onlyWhatIsNotKnownIsRestored() {
    var state = ReplicatedState()
    state.note(.subscription(watching("a")), at: start)
    let over = watching("c", for: .zero)
    #expect(
      state.restore([watching("a"), watching("b"), over], at: start) == [watching("b")])
    #expect(state.restore([watching("b")], at: start).isEmpty)
  }
}
