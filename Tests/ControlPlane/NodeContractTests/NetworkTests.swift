import NodeContract
import Testing

@Suite struct NetworkTests {
  @Test(arguments: [
    ("127.0.0.1", "127.0.0.1"),
    ("2001:DB8::1", "2001:db8::1"),
    ("[::1]", "::1"),
    ("::", "::"),
    ("1:0:0:2:0:0:0:3", "1:0:0:2::3"),
    ("2001:db8:0:1:1:1:1:1", "2001:db8:0:1:1:1:1:1"),
    ("::ffff:192.0.2.7", "::ffff:c000:207"),
  ])
  func addressesHaveOneCanonicalText(text: String, canonical: String) throws {
    #expect(try #require(IPAddress(text)).description == canonical)
  }

  @Test(arguments: [
    "", "1.2.3", "1.2.3.256", "1.2.3.4.5", "+1.2.3.4", "1..2.3", ":", ":::", "1:2:3:4:5:6:7",
    "1:2:3:4:5:6:7:8:9", "1::2::3", "12345::", "g::", "host.example",
  ])
  func nonsenseIsNoAddress(text: String) {
    #expect(IPAddress(text) == nil)
  }

  @Test func endpointsReadWhatTheyWrite() throws {
    for text in ["127.0.1.1:5060", "[2001:db8::1]:5061"] {
      #expect(try #require(IPEndpoint(text)).description == text)
    }
    #expect(IPEndpoint("127.0.1.1") == nil)
    #expect(IPEndpoint("127.0.1.1:70000") == nil)
  }
}
