import Foundation
import Support
import Testing

extension SiteA {
  @Suite("What is lost when a program dies")
  struct LossTests {
    @Test("The control plane dies during a call: the call is on the bill, once")
    func controlPlaneDiesDuringACall() async throws {
      let bench = try await Bench("control-plane-dies")
      let alice = try await bench.alice()
      let carrier = try await bench.carrier()
      try await connect(alice, dialling: "07400123456", to: carrier)
      try await bench.killControlPlane()
      try await carrier.hears(seconds: 2)
      alice.hangUp()
      try await carrier.closed()
      #expect(try alice.heard(of: Bench.tones) == [900])

      try await bench.installation.startAgain()
      try await bench.expectOneCallOnTheBill()
      await alice.quit()
      await carrier.quit()
    }

    @Test("The control plane dies between a commit and its acknowledgement: still once")
    func controlPlaneDiesAfterACommit() async throws {
      let bench = try await Bench("dies-after-commit")
      let alice = try await bench.alice()
      let carrier = try await bench.carrier()
      try await bench.everyFactIsCommitted()
      try await bench.killControlPlane()
      try await bench.installation.startAgain(environment: ["TANDEM_STOP_AFTER_COMMIT": "1"])
      let doomed = try bench.installation.pid(of: "control-plane")

      try await connect(alice, dialling: "07400123456", to: carrier)
      try await eventually("it dies by itself", within: .seconds(10)) {
        Installation.isGone(doomed)
      }
      alice.hangUp()
      try await carrier.closed()

      try await bench.installation.startAgain()
      try await bench.expectOneCallOnTheBill()
      await alice.quit()
      await carrier.quit()
    }

    @Test("The node dies: its port never refuses, and answers again within a second")
    func nodeDies() async throws {
      let bench = try await Bench("node-dies")
      let alice = try await bench.alice()
      let bob = try await bench.bob()
      try await connect(alice, dialling: "102", to: bob)
      let probe = try SIPProbe(from: "127.0.4.31", to: bench.demo.phonesAddress)
      _ = try await probe.ask(probe.options())

      let node = try #require(try bench.installation.nodePid(of: "node-a1"))
      let began = ContinuousClock.now
      kill(node, SIGKILL)
      // A refusal would be thrown here, by the connected socket.
      try await eventually("an answer", within: .seconds(2), every: .milliseconds(10)) {
        try probe.send(Array(probe.options().utf8))
        return try probe.receive()?.hasPrefix("SIP/2.0 200") == true
      }
      #expect(ContinuousClock.now - began < .seconds(1))
      #expect(try bench.installation.nodePid(of: "node-a1") != node)

      let legs = try await bench.newRecords(2)
      #expect(legs.map(\.evidence) == ["node-lost", "node-lost"])
      await alice.quit()
      await bob.quit()
    }

    @Test("A grant of an older generation moves nothing, a newer one does")
    func olderGrantsMoveNothing() async throws {
      let bench = try await Bench("older-grants")
      let key = "/tandem/v1/address/phones-a"
      let etcd = EtcdGateway()
      // As a copy of etcd from before the generation changed would say it.
      try await etcd.put(key, #"{"generation":0,"holder":"node-b1"}"#)
      try await bench.sees("phones-a", at: "node-b1")
      let alice = try await bench.alice()
      let bob = try await bench.bob()
      try await connect(alice, dialling: "102", to: bob)
      alice.hangUp()
      try await bob.closed()

      try await etcd.put(key, #"{"generation":2,"holder":"node-a1"}"#)
      try await eventually("the newer grant arrives", within: .seconds(10)) {
        bench.installation.log(of: "node-a1").contains(#""epoch":"2."#)
      }
      await alice.quit()
      await bob.quit()
    }
  }
}

extension Bench {
  /// Kill -9, and waits until it is gone.
  fileprivate func killControlPlane() async throws {
    let pid = try installation.pid(of: "control-plane")
    kill(pid, SIGKILL)
    try await eventually("the control plane is gone", within: .seconds(5)) {
      Installation.isGone(pid)
    }
  }

  /// Waits until the control plane has heard who is to hold an address.
  fileprivate func sees(_ address: String, at holder: String) async throws {
    struct Address: Decodable {
      let name: String
      let holder: String?
    }
    struct List: Decodable { let items: [Address] }
    try await eventually("\(address) is to be held by \(holder)", within: .seconds(10)) {
      let list = try await JSONDecoder().decode(List.self, from: api.pbxctl("address", "list"))
      return list.items.contains { $0.name == address && $0.holder == holder }
    }
  }

  /// One call to the carrier: two legs, one record each, and one charge.
  fileprivate func expectOneCallOnTheBill() async throws {
    _ = try await newRecords(2)
    try await everyFactIsCommitted()
    let legs = try await newRecords(2)
    #expect(legs.count == 2)
    #expect(Set(legs.map(\.call)).count == 1)
    #expect(legs.map(\.outcome) == ["answered", "answered"])
    #expect(legs.compactMap(\.charge).map(\.prefix) == ["4474"])
  }
}
