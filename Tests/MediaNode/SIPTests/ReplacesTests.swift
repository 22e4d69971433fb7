import SIP
import Testing

@Suite struct ReplacesField {
  @Test func itNamesADialog() {
    let replaces = Replaces("425928@bobster.example.org;to-tag=7743;from-tag=6472")
    #expect(
      replaces
        == Replaces(callID: "425928@bobster.example.org", toTag: "7743", fromTag: "6472"))
    #expect(Replaces(" a ; From-Tag=x ; TO-TAG=y ; Early-Only")?.isEarlyOnly == true)
  }

  @Test(arguments: [
    "", "a", "a;to-tag=1", "a;from-tag=1", ";to-tag=1;from-tag=2", "a;to-tag=;from-tag=2",
    "a;to-tag=1;to-tag=2;from-tag=3", "a;to-tag;from-tag=2",
  ])
  func withoutBothTagsItNamesNone(value: String) {
    #expect(Replaces(value) == nil)
  }
}
