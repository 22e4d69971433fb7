import NodeContract
import SIP
import Testing

@Suite struct LargeRequestTests {
  private func large(_ method: SIPMethod) -> SIPRequest {
    var request = Sample.outgoing(method)
    request.headers["Subject"] = String(repeating: "x", count: 1_300)
    return request
  }

  private func sent(_ events: [TransactionEvent]) -> [String] {
    events.compactMap { event in
      guard case .send(.request(let request), let flow) = event else { return nil }
      let via = request.headers.vias.first?.transport ?? ""
      return "\(request.method) \(flow.transport.rawValue) \(via)"
    }
  }

  @Test func aRequestTooLargeForADatagramGoesByTCPAndIsSentOnce() {
    var layer = TransactionLayer()
    let events = layer.send(
      large(.invite), over: Sample.flow(), branch: "z9hG4bKours", mayMove: true, at: at(0)
    ).events
    #expect(sent(events) == ["INVITE TCP TCP"])
    #expect(layer.history(until: 100_000) == ["32000 timed out"])
  }

  @Test func aRequestOf1300BytesStaysADatagram() {
    for (bytes, expected) in [(1_300, "OPTIONS UDP UDP"), (1_301, "OPTIONS TCP TCP")] {
      var layer = TransactionLayer()
      var request = Sample.outgoing(.options)
      request.headers["Subject"] = "x"
      var probe = request
      probe.headers.vias = [
        Via(
          transport: "UDP", host: "198.51.100.1", port: 5060,
          parameters: [SIPParameter("rport"), SIPParameter("branch", "z9hG4bKours")])
      ]
      let missing = bytes - SIPPrinter().print(.request(probe)).count
      request.headers["Subject"] = String(repeating: "x", count: missing + 1)
      let events = layer.send(
        request, over: Sample.flow(), branch: "z9hG4bKours", mayMove: true, at: at(0)
      ).events
      #expect(sent(events) == [expected])
    }
  }

  @Test func aPhoneThatRegisteredByUDPGetsDatagramsHoweverLarge() {
    var layer = TransactionLayer()
    let events = layer.send(
      large(.invite), over: Sample.flow(), branch: "z9hG4bKours", at: at(0)
    ).events
    #expect(sent(events) == ["INVITE UDP UDP"])
  }

  @Test func whereNobodyTakesConnectionsTheRequestGoesAsADatagramAndIsRepeated() {
    var layer = TransactionLayer()
    _ = layer.send(
      large(.invite), over: Sample.flow(), branch: "z9hG4bKours", mayMove: true, at: at(0))
    #expect(sent(layer.close(Sample.flow(.tcp), at: at(100))) == ["INVITE UDP UDP"])
    #expect(
      layer.history(until: 4_000) == ["600 send INVITE", "1600 send INVITE", "3600 send INVITE"])
    #expect(layer.history(until: 100_000).last == "32100 timed out")
    #expect(layer.openCount == 0)
  }

  @Test func whoRefusedAConnectionIsNotAskedForOneAgainFor10Minutes() {
    var layer = TransactionLayer()
    _ = layer.send(
      large(.options), over: Sample.flow(), branch: "z9hG4bKone", mayMove: true, at: at(0))
    _ = layer.close(Sample.flow(.tcp), at: at(100))
    for (time, transport) in [(1_000, "UDP"), (600_000, "UDP"), (600_101, "TCP")] {
      let events = layer.send(
        large(.options), over: Sample.flow(), branch: "z9hG4bK\(time)", mayMove: true,
        at: at(Int64(time))
      ).events
      #expect(sent(events) == ["OPTIONS \(transport) \(transport)"])
    }
  }

  @Test func aCancelledInviteThatHadToChangeItsTransportIsCancelledThere() throws {
    var layer = TransactionLayer()
    let sending = layer.send(
      large(.invite), over: Sample.flow(), branch: "z9hG4bKours", mayMove: true, at: at(0))
    #expect(layer.cancel(sending.id, at: at(50)) == [])
    let again = layer.close(Sample.flow(.tcp), at: at(100))
    let request = try #require(again.first?.sentRequest)
    let events = layer.receive(
      .response(request.response(180, toTag: "b")), over: Sample.flow(), at: at(200))
    #expect(sent(events) == ["CANCEL UDP UDP"])
  }

  @Test func aConnectionThatIsLostAfterTheFirstResponseEndsTheRequest() throws {
    var layer = TransactionLayer()
    let sending = layer.send(
      large(.invite), over: Sample.flow(), branch: "z9hG4bKours", mayMove: true, at: at(0))
    let request = try #require(sending.events.first?.sentRequest)
    _ = layer.receive(
      .response(request.response(180, toTag: "b")), over: Sample.flow(.tcp), at: at(50))
    #expect(layer.close(Sample.flow(.tcp), at: at(100)).map(\.summary) == ["timed out"])
  }

  @Test func anAcknowledgementOfAnAnswerNeverMoves() {
    var layer = TransactionLayer()
    let events = layer.send(
      large(.ack), over: Sample.flow(), branch: "z9hG4bKours", mayMove: true, at: at(0)
    ).events
    #expect(sent(events) == ["ACK UDP UDP"])
  }
}
