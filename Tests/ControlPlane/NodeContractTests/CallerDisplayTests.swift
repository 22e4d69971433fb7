import NodeContract
import Testing

@Suite struct CallerDisplayTests {
  @Test(
    arguments: [
      ("Acme: {caller}", "Ann", "+44", "Acme: Ann"),
      ("Acme: {caller}", nil, "+44", "Acme: +44"),
      ("Acme: {caller}", nil, nil, "Acme"),
      ("{caller} ({number}) for Acme", "Ann", "+44", "Ann (+44) for Acme"),
      ("Acme", "Ann", "+44", "Acme"),
      (" {number} ", "Ann", nil, nil),
    ] as [(String, String?, String?, String?)])
  func phonesShowWhoCallsWhom(
    template: String, name: String?, number: String?, text: String?
  ) throws {
    #expect(try #require(CallerDisplay(template)).filled(name: name, number: number) == text)
  }

  @Test(arguments: ["{name}", "{", "}", "{caller", "caller}", "{{caller}}", "{}"])
  func whatIsNoTemplateIsRefused(text: String) { #expect(CallerDisplay(text) == nil) }
}
