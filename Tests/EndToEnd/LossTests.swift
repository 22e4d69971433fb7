import Foundation
import Support
import Testing

extension SiteA {
  @Suite("What is lost when a program dies", .installationRestored)
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
      try await bench.installation.startAgain(environment: ["TANDEM_STOP_AFTER_COMMIT": "node-a1"])
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

      // The call goes on, and ends when somebody hangs up.
      try await alice.hears(seconds: 2)
      try await bob.hears(seconds: 2)
      let legs = try await bench.hangUp(alice, bob)
      #expect(legs.map(\.evidence) == ["signalled", "signalled"])
      await alice.quit()
      await bob.quit()
    }

    @Test("The node dies while a phone rings, without a control plane: the call is answered")
    func nodeDiesWhileAPhoneRings() async throws {
      let bench = try await Bench("dies-while-ringing")
      let alice = try await bench.alice()
      let carrier = try await bench.carrier()
      alice.dial("07400123456")
      try await carrier.rings()
      try await bench.killControlPlane()
      try bench.killNode("node-a1")
      try await bench.nodeAnswers()
      carrier.answer()
      try await alice.talks()
      try await alice.hears(seconds: 2)
      try bench.killNode("node-a1")
      try await bench.nodeAnswers()
      try await carrier.hears(seconds: 1)
      alice.hangUp()
      try await carrier.closed()
      #expect(try alice.heard(of: Bench.tones) == [900])

      try await bench.installation.startAgain()
      try await bench.expectOneCallOnTheBill()
      await alice.quit()
      await carrier.quit()
    }

    @Test("The node dies during a page: those who heard it hear it on, and nobody hears them")
    func nodeDiesDuringAPage() async throws {
      let bench = try await Bench("dies-in-page")
      let phones = try await PagingTests.office("paged-on", from: 187, with: [], on: bench)
      try await PagingTests.page(phones)
      for member in phones.dropFirst() {
        try await member.comesToHear([Bench.tones[0]], of: Bench.tones)
      }
      try bench.killNode("node-a1")
      try await bench.nodeAnswers()
      for member in phones.dropFirst() {
        try await member.hears(seconds: 3 + (try member.secondsHeard))
        try await member.comesToHear([Bench.tones[0]], of: Bench.tones)
      }
      #expect(try phones[0].heard(of: Bench.tones) == [])
      phones[0].hangUp()
      for member in phones.dropFirst() { try await member.closed() }
      for phone in phones { await phone.quit() }
    }

    @Test("Node and keeper die: nobody has the call any more, and its record says so")
    func keeperDies() async throws {
      let bench = try await Bench("keeper-dies")
      let alice = try await bench.alice()
      let bob = try await bench.bob()
      try await connect(alice, dialling: "102", to: bob)
      let keeper = try bench.installation.pid(of: "node-a1")
      kill(keeper, SIGKILL)
      try await eventually("the keeper is gone", within: .seconds(5)) {
        Installation.isGone(keeper)
      }
      try await bench.installation.startAgain()
      let legs = try await bench.newRecords(2)
      #expect(legs.map(\.evidence) == ["node-lost", "node-lost"])
      await alice.quit()
      await bob.quit()
    }

    @Test("A grant of an older generation is renewed before anybody follows it")
    func olderGrantsAreNotFollowed() async throws {
      let bench = try await Bench("older-grants")
      let alice = try await bench.alice()
      let bob = try await bench.bob()
      alice.dial("102")
      try await bob.rings()
      // As a copy of etcd from before the generation changed would say it.
      let old = try await EtcdGateway().put(
        "/tandem/v1/address/phones-a", #"{"generation":0,"holder":"node-a1"}"#)
      try await eventually("the grant is renewed", within: .seconds(10)) {
        bench.installation.orders(to: "node-a1", about: "phones-a").contains {
          $0.hasPrefix("1.") && (Int($0.dropFirst(2)) ?? 0) > old
        }
      }
      #expect(!bench.installation.orders(to: "node-a1", about: "phones-a").contains("0.\(old)"))
      bob.answer()
      try await alice.talks()
      try await alice.hears(seconds: 1)
      alice.hangUp()
      try await bob.closed()
      await alice.quit()
      await bob.quit()
    }
  }
}

extension Installation {
  /// The epochs of the orders that a node carried out for an address, the newest last.
  fileprivate func orders(to node: String, about address: String) -> [String] {
    struct Line: Decodable {
      let address: String?
      let epoch: String?
      let verdict: String?
    }
    return log(of: node).split(separator: "\n").compactMap { line in
      let note = try? JSONDecoder().decode(Line.self, from: Data(line.utf8))
      return note?.address == address && note?.verdict == "done" ? note?.epoch : nil
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

  func killNode(_ name: String) throws {
    let node = try #require(try installation.nodePid(of: name))
    kill(node, SIGKILL)
  }

  /// Waits until the node of site a serves again.
  fileprivate func nodeAnswers() async throws {
    let probe = try SIPProbe(from: "127.0.4.31", to: demo.phonesAddress)
    try await eventually("an answer", within: .seconds(2), every: .milliseconds(10)) {
      try probe.send(Array(probe.options().utf8))
      return try probe.receive()?.hasPrefix("SIP/2.0 200") == true
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
