import NodeContract
import SIP
import Testing

/// What the network gives back of requests that it could not deliver.
@Suite struct QuotedRequestTests {
  private func begun(_ method: SIPMethod, within dialog: String? = nil)
    throws -> (layer: TransactionLayer, sent: SIPRequest, bytes: [UInt8])
  {
    var layer = TransactionLayer()
    var request = Sample.outgoing(method)
    request.headers.to.tag = dialog
    let events = layer.send(request, over: Sample.flow(), branch: "z9hG4bKours", at: at(0)).events
    let sent = try #require(events.first?.sentRequest)
    return (layer, sent, SIPPrinter().print(.request(sent)))
  }

  @Test(arguments: [SIPMethod.invite, .options, .register])
  func whoIsNotThereIsNotAskedAgain(method: SIPMethod) throws {
    var (layer, _, bytes) = try begun(method)
    let quoted = try #require(QuotedRequest(bytes.prefix(300)))
    let events = layer.undelivered(quoted, over: Sample.flow(), at: at(10))
    #expect(events.map(\.summary) == ["timed out"])
    #expect(layer.history(until: 100_000) == [])
    #expect(layer.openCount == 0)
  }

  @Test func whoWasHeardIsThere() throws {
    var (layer, request, bytes) = try begun(.invite)
    let quoted = try #require(QuotedRequest(bytes))
    _ = layer.receive(.response(request.response(180, toTag: "b")), over: Sample.flow(), at: at(5))
    #expect(layer.undelivered(quoted, over: Sample.flow(), at: at(10)) == [])
    #expect(layer.openCount == 1)
  }

  @Test func withinADialogAPartyIsAskedAgain() throws {
    var (layer, _, bytes) = try begun(.bye, within: "b")
    let quoted = try #require(QuotedRequest(bytes))
    #expect(layer.undelivered(quoted, over: Sample.flow(), at: at(10)) == [])
    #expect(layer.history(until: 600) == ["500 send BYE"])
  }

  @Test func whoCannotKnowTheBranchEndsNothing() throws {
    var (layer, _, bytes) = try begun(.invite)
    let text = String(decoding: bytes, as: UTF8.self).replacing("z9hG4bKours", with: "z9hG4bKyours")
    let guess = try #require(QuotedRequest(Array(text.utf8)))
    #expect(layer.undelivered(guess, over: Sample.flow(), at: at(10)) == [])
    let quoted = try #require(QuotedRequest(bytes))
    var elsewhere = Sample.flow()
    elsewhere.remote.port &+= 1
    #expect(layer.undelivered(quoted, over: elsewhere, at: at(10)) == [])
    #expect(layer.openCount == 1)
  }

  @Test func whatIsNoRequestOfOursIsNone() throws {
    let (_, _, bytes) = try begun(.invite)
    for count in 0..<90 { #expect(QuotedRequest(bytes.prefix(count)) == nil, "\(count)") }
    let answer = "SIP/2.0 200 OK\r\nVia: SIP/2.0/UDP a;branch=b\r\n\r\n"
    #expect(QuotedRequest(Array(answer.utf8)) == nil)
    #expect(QuotedRequest([UInt8](repeating: 10, count: 2_000)) == nil)
  }
}
