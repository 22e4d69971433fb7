import Foundation
import Support
import Testing

extension SiteA {
  /// Real phones of two makers, by every transport.
  @Suite("Phones of all kinds")
  struct PairingTests {
    private static let transports = ["udp", "tcp", "tls"]

    @Test(
      "baresip and linphone by UDP, TCP and TLS hear each other, whoever calls",
      .timeLimit(.minutes(3)))
    func everyPhoneCallsEveryOther() async throws {
      let bench = try await Bench("pairings")
      let numbers = (601...606).map(String.init)
      let tenant = try await SecondTenant(
        "pairings", homeAddress: "phones-a", proxy: bench.demo.phonesAddress, ringTimeout: 30,
        extensions: numbers, on: bench)
      let phones = try await phones(of: tenant, numbers, bench)
      for round in Self.rounds(of: phones.count) {
        // Calls of different phones at the same time, so that nobody has to wait for all of them.
        try await withThrowingTaskGroup { group in
          for (caller, callee) in round {
            group.addTask { try await talk(phones[caller], to: phones[callee]) }
          }
          try await group.waitForAll()
        }
      }
      for phone in phones { await phone.quit() }
    }

    /// Three of each make, one for each transport, with a tone of their own.
    private func phones(of tenant: SecondTenant, _ numbers: [String], _ bench: Bench) async throws
      -> [any Softphone]
    {
      var phones: [any Softphone] = []
      for (index, number) in numbers.enumerated() {
        var settings = tenant.phone(
          number, address: "127.0.4.\(61 + index)", tone: Self.tones[index])
        settings.transport = Self.transports[index % 3]
        settings.secureProxy = bench.demo.securePhonesAddress
        settings.authority = bench.demo.authority
        phones.append(
          index < 3
            ? try await Baresip(settings, work: bench.work)
            : try await Linphone(settings, work: bench.work))
      }
      for phone in phones { try await phone.registered() }
      return phones
    }

    private static let tones = [500, 700, 900, 1100, 1300, 1700]

    private func talk(_ caller: any Softphone, to callee: any Softphone) async throws {
      let what = "\(caller.settings.name) calls \(callee.settings.name)"
      try await connect(caller, dialling: callee.settings.user, to: callee)
      caller.hangUp()
      try await callee.closed()
      try await caller.closed()
      #expect(try caller.heard(of: Self.tones) == [callee.settings.tone], "\(what)")
      #expect(try callee.heard(of: Self.tones) == [caller.settings.tone], "\(what)")
    }

    /// Everybody calls everybody else once, in rounds in which each has one call: those who sit round
    /// a table move on by one place after each round, but for the first.
    static func rounds(of count: Int) -> [[(Int, Int)]] {
      var seats = Array(0..<count)
      return (0..<count - 1).flatMap { _ in
        defer { seats.insert(seats.removeLast(), at: 1) }
        let pairs = (0..<count / 2).map { (seats[$0], seats[count - 1 - $0]) }
        return [pairs, pairs.map { ($0.1, $0.0) }]
      }
    }
  }
}
