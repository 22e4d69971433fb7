import Foundation
import Support
import Testing

extension SiteA {
  @Suite("Conferences")
  struct ConferenceTests {
    @Test("Three phones that dial the same room hear each other", .timeLimit(.minutes(1)))
    func threePhonesHearEachOther() async throws {
      let bench = try await Bench("conference")
      let numbers = ["651", "652", "653"]
      let tenant = try await SecondTenant(
        "conference", homeAddress: "phones-a", proxy: bench.demo.phonesAddress, ringTimeout: 30,
        extensions: numbers, on: bench)
      let phones = try await tenant.phones(numbers, from: 71, on: bench)
      for phone in phones {
        phone.dial("*61")
        try await phone.talks()
      }
      for (index, phone) in phones.enumerated() {
        let others = Bench.tones.filter { $0 != Bench.tones[index] }
        try await phone.comesToHear(others, of: Bench.tones)
      }
      phones[0].hangUp()
      try await phones[1].comesToHear([Bench.tones[2]], of: Bench.tones)
      for phone in phones { await phone.quit() }
    }
  }
}
