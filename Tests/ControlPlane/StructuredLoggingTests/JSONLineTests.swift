import Testing

@testable import StructuredLogging

@Suite struct JSONLineTests {
  @Test(arguments: [
    ("plain", #""plain""#),
    (#"say "no""#, #""say \"no\"""#),
    ("two\nlines", #""two\nlines""#),
    ("bell\u{7}", #""bell\u0007""#),
    ("Grüße", #""Grüße""#),
  ])
  func aValueFromTheWireCannotBreakTheLine(value: String, expected: String) {
    #expect(JSONLine.quoted(value) == expected)
  }

  @Test func membersAreSeparatedByCommas() {
    var line = JSONLine()
    line.add("level", "info")
    line.add("call", "call_1")
    #expect(line.text + "}" == #"{"level":"info","call":"call_1"}"#)
  }
}
