import Epoll
import Logging
import MediaPlane
import MediaSupport
import NodeContract
import RTP
import TLS
import Testing

private let connectivity = LegConnectivity(
  ourFragment: "OURS", ourPassword: "ourPasswordOfTwentyTwo", theirFragment: "their")

/// Phones that check the way of their media.
@Suite(.timeLimit(.minutes(2))) struct CheckedWays {
  private func call() async throws -> RelayedCall {
    let call = try RelayedCall(expectedA: { _ in IPEndpoint("127.0.99.99:4000") })
    call.plane.secure(1, side: .a, LegTransport(.none, connectivity: connectivity))
    // The answer shows that this is done.
    _ = try await call.statistics()
    return call
  }

  private func ask(
    _ relay: IPEndpoint, from party: Party, user: String = "OURS:their",
    password: String = "ourPasswordOfTwentyTwo", isNominating: Bool = true, priority: UInt8 = 0x6E
  ) {
    let check = CheckRequest(
      user: user, password: password, isNominating: isNominating, priority: priority)
    party.media.send(check.bytes, to: relay)
  }

  @Test func whoProvesItselfIsAnsweredAndItsMediaGoesWhereItChose() async throws {
    let call = try await call()
    ask(call.relayA, from: call.a)
    let answer = try call.a.hear()
    #expect(answer.source == call.relayA && answer.bytes[..<2] == [1, 1])
    // Nothing was said yet, and the description told another address.
    let said = call.b.say([1], to: call.relayB)
    #expect(try call.a.hear().bytes == said)
    try call.introduce()
  }

  @Test func whoCannotProveItselfGetsNoAnswerAndChangesNothing() async throws {
    let call = try await call()
    let stranger = try Party(ssrc: 1)
    ask(call.relayA, from: stranger, password: "ourPasswordOfTwentyOne")
    ask(call.relayA, from: stranger, user: "OURS:other")
    ask(call.relayA, from: call.a)
    _ = try call.a.hear()
    #expect(stranger.hearsNothing)
    #expect(try await call.statistics().a.strangers == 2)
  }

  @Test func onceTheWayIsChosenNobodyElseIsLatchedOnto() async throws {
    let call = try await call()
    ask(call.relayA, from: call.a)
    _ = try call.a.hear()
    let stranger = try Party(ssrc: 1)
    for _ in 0..<20 { stranger.say([66], to: call.relayA) }
    try call.introduce()
    #expect(call.b.hearsNothing)
    #expect(try await call.statistics().a.strangers == 20)
  }

  @Test func aPartyThatChoosesABetterWayIsFollowed() async throws {
    let call = try await call()
    ask(call.relayA, from: call.a)
    _ = try call.a.hear()
    let elsewhere = try Party(ssrc: 1)
    ask(call.relayA, from: elsewhere, isNominating: false)
    _ = try elsewhere.hear()
    ask(call.relayA, from: elsewhere, priority: 0x10)
    _ = try elsewhere.hear()
    let before = call.b.say([1], to: call.relayB)
    #expect(try call.a.hear().bytes == before, "a lesser way is not taken")
    ask(call.relayA, from: elsewhere, priority: 0x7E)
    _ = try elsewhere.hear()
    let after = call.b.say([2], to: call.relayB)
    #expect(try elsewhere.hear().bytes == after)
  }

  @Test func withoutANameAndAPasswordAQuestionIsGarbage() async throws {
    let call = try RelayedCall()
    ask(call.relayA, from: call.a)
    try call.introduce()
    #expect(try await call.statistics().a.garbage == 1)
  }
}
