import Foundation
import Support
import Testing

@Suite("The phones of these tests")
struct PhoneTests {
  @Test("Two phones hear each other's tone, and no other", .timeLimit(.minutes(1)))
  func phonesHearEachOther() async throws {
    let work = WorkFolder.make("phones")
    let left = try await Baresip(
      .init(name: "left", address: "127.0.5.1", tone: 500, user: "left", domain: "127.0.5.1"),
      work: work)
    let right = try await Baresip(
      .init(name: "right", address: "127.0.5.2", tone: 700, user: "right", domain: "127.0.5.2"),
      work: work)
    left.dial("sip:right@127.0.5.2")
    #expect(try await right.rings() == "sip:left@127.0.5.1")
    right.answer()
    try await left.talks()
    try await left.hears(seconds: 1)
    left.hangUp()
    try await right.closed()
    #expect(try left.heard(of: [500, 700, 900]) == [700])
    #expect(try right.heard(of: [500, 700, 900]) == [500])
    await left.quit()
    await right.quit()
  }
}
