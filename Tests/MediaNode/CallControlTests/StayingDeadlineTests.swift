import NodeContract
import SIP
import Testing

@testable import CallControl

/// Mistakes of our own cost the call that they are made in, and no other.
@Suite struct StayingDeadlineTests {
  @Test func aCallThatDoesNothingAboutItsDeadlineEndsAlone() throws {
    let scene = try Scene()
    let call = scene.alice.call("102")
    #expect(scene.world.run { call.state == .talking })
    let deadline = try #require(scene.world.exchange.nextDeadline)
    let later = Moment(
      boot: deadline.advanced(by: .seconds(86_400)), wall: scene.world.now.wall)
    scene.world.exchange.passDeadlines(at: later) { _ in [] }
    let errors = scene.world.exchange.outbox.filter { action in
      guard case .log(let note) = action else { return false }
      return note.level == .error
    }
    #expect(errors.count == 1)
    let left = scene.world.exchange.calls.values.filter { !$0.machine.isEnding }
    #expect(left.isEmpty)
  }
}
