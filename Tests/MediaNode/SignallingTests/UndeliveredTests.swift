import Epoll
import NodeContract
import Support
import Testing

/// Phones and carriers that the network says are not there.
@Suite struct UndeliveredTests {
  @Test(arguments: ["127.0.0.1", "::1"])
  func aCallToAPhoneThatIsGoneEndsAtOnce(host: String) async throws {
    let address = try #require(IPAddress(host))
    // Nobody has this port.
    let phone = IPEndpoint(address, port: UnclaimedPorts.next())
    try await SignallingNode.with(serves: true, at: address, phoneAt: phone) { node in
      let refusal = try #require(node.pair.refusal(within: .seconds(4)))
      #expect(refusal.hasPrefix("SIP/2.0 480 "))
    }
  }
}
