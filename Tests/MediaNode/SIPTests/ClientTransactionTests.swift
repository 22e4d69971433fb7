import NodeContract
import SIP
import Testing

@Suite struct ClientTransactionTests {
  @Test func anUnansweredInviteIsRepeatedAtDoublingIntervalsAndTimesOutAfter32Seconds() {
    var layer = TransactionLayer()
    let (id, events) = layer.send(
      Sample.outgoing(.invite), over: Sample.flow(), branch: "z9hG4bKours", at: at(0))
    #expect(events.map(\.summary) == ["send INVITE"])
    #expect(
      layer.history(until: 100_000) == [
        "500 send INVITE", "1500 send INVITE", "3500 send INVITE", "7500 send INVITE",
        "15500 send INVITE", "31500 send INVITE", "32000 timed out",
      ])
    #expect(layer.openCount == 0)
    #expect(layer.cancel(id, at: at(100_000)) == [])
  }

  @Test func ourRequestCarriesOurViaOnTop() throws {
    var layer = TransactionLayer()
    let events = layer.send(
      Sample.outgoing(.options), over: Sample.flow(), branch: "z9hG4bKours", at: at(0)
    ).events
    let via = try #require(events.first?.sentRequest?.headers.vias.first)
    #expect(via.description == "SIP/2.0/UDP 198.51.100.1:5060;rport;branch=z9hG4bKours")
  }

  @Test func anUnansweredRequestIsRepeatedEvery4SecondsAndTimesOutAfter32Seconds() {
    var layer = TransactionLayer()
    _ = layer.send(
      Sample.outgoing(.bye), over: Sample.flow(), branch: "z9hG4bKours", at: at(0))
    #expect(
      layer.history(until: 100_000) == [
        "500 send BYE", "1500 send BYE", "3500 send BYE", "7500 send BYE", "11500 send BYE",
        "15500 send BYE", "19500 send BYE", "23500 send BYE", "27500 send BYE",
        "31500 send BYE", "32000 timed out",
      ])
    #expect(layer.openCount == 0)
  }

  @Test func aProvisionalResponseSlowsARequestDownToEvery4Seconds() {
    var layer = TransactionLayer()
    let request = send(.options, &layer)
    #expect(layer.history(until: 600) == ["500 send OPTIONS"])
    #expect(receive(request.response(100), &layer, at: 700) == ["response 100"])
    #expect(
      layer.history(until: 10_000) == [
        "1500 send OPTIONS", "5500 send OPTIONS", "9500 send OPTIONS",
      ])
    #expect(receive(request.response(200), &layer, at: 10_000) == ["response 200"])
    #expect(layer.history(until: 100_000) == [])
    #expect(layer.openCount == 0)
  }

  @Test func repetitionsOfAFinalResponseAreAbsorbedFor5Seconds() {
    var layer = TransactionLayer()
    let request = send(.bye, &layer)
    #expect(receive(request.response(200), &layer, at: 100) == ["response 200"])
    #expect(receive(request.response(200), &layer, at: 5_099) == [])
    #expect(layer.history(until: 5_100) == [])
    #expect(receive(request.response(200), &layer, at: 5_101) == ["stray 200"])
  }

  @Test func aRingingInviteIsNoLongerRepeated() {
    var layer = TransactionLayer()
    let request = send(.invite, &layer)
    #expect(receive(request.response(180, toTag: "b"), &layer, at: 100) == ["response 180"])
    #expect(layer.history(until: 200_000) == [])
    #expect(layer.openCount == 1)
  }

  @Test func aRefusedInviteIsAcknowledgedEachTimeAndReportedOnce() throws {
    var layer = TransactionLayer()
    let request = send(.invite, &layer)
    let busy = request.response(486, toTag: "b")
    let events = layer.receive(.response(busy), over: Sample.flow(), at: at(100))
    #expect(events.map(\.summary) == ["send ACK", "response 486"])
    let ack = try #require(events.first?.sentRequest)
    #expect(ack.headers.vias == request.headers.vias)
    #expect(ack.headers.to.tag == "b")
    #expect(ack.headers.cseq == CSeq(1, .ack))
    #expect(ack.uri == request.uri)
    #expect(receive(busy, &layer, at: 32_099) == ["send ACK"])
    #expect(layer.history(until: 32_100) == [])
    #expect(layer.openCount == 0)
  }

  @Test func everyRepetitionOfAnAnswerReachesTheUserFor32Seconds() {
    var layer = TransactionLayer()
    let request = send(.invite, &layer)
    let answer = request.response(200, toTag: "b")
    #expect(receive(answer, &layer, at: 100) == ["response 200"])
    #expect(receive(answer, &layer, at: 600) == ["response 200"])
    #expect(receive(request.response(180, toTag: "b"), &layer, at: 700) == [])
    #expect(receive(request.response(486, toTag: "b"), &layer, at: 700) == [])
    #expect(receive(answer, &layer, at: 32_099) == ["response 200"])
    _ = layer.advance(to: at(32_100))
    #expect(layer.openCount == 0)
  }

  @Test func anAcknowledgementOfAnAnswerIsSentWithoutATransaction() {
    var layer = TransactionLayer()
    let ack = Sample.outgoing(.ack)
    let events = layer.send(ack, over: Sample.flow(), branch: "z9hG4bKack", at: at(0)).events
    #expect(events.map(\.summary) == ["send ACK"])
    #expect(layer.openCount == 0)
  }

  @Test func aReliableTransportRepeatsNothing() {
    var layer = TransactionLayer()
    _ = layer.send(
      Sample.outgoing(.invite), over: Sample.flow(.tcp), branch: "z9hG4bKours", at: at(0))
    _ = layer.send(
      Sample.outgoing(.bye), over: Sample.flow(.tls), branch: "z9hG4bKours", at: at(0))
    #expect(layer.history(until: 100_000) == ["32000 timed out", "32000 timed out"])
  }

  @Test func aResponseForAnotherAddressIsStray() {
    var layer = TransactionLayer()
    let request = send(.options, &layer)
    var response = request.response(200)
    response.headers.vias[0].host = "203.0.113.9"
    #expect(receive(response, &layer, at: 1) == ["stray 200"])
    response.headers.vias = []
    #expect(receive(response, &layer, at: 1) == ["stray 200"])
    #expect(receive(request.response(200), &layer, at: 1) == ["response 200"])
  }

  @Test func aCallThatRingsIsCancelledAtOnce() throws {
    var layer = TransactionLayer()
    let (id, request) = sendInvite(&layer)
    _ = layer.receive(
      .response(request.response(180, toTag: "b")), over: Sample.flow(), at: at(100))
    let events = layer.cancel(id, at: at(200))
    let cancel = try #require(events.first?.sentRequest)
    #expect(cancel.method == .cancel)
    #expect(cancel.headers.vias == request.headers.vias)
    #expect(cancel.headers.cseq == CSeq(1, .cancel))
    #expect(cancel.headers.to.tag == nil)
    #expect(receive(cancel.response(200), &layer, at: 300) == [])
    #expect(
      receive(request.response(487, toTag: "b"), &layer, at: 300) == ["send ACK", "response 487"])
    #expect(layer.history(until: 100_000) == [])
    #expect(layer.openCount == 0)
  }

  @Test func aCallWithoutAnySignYetIsCancelledWithItsFirstProvisionalResponse() {
    var layer = TransactionLayer()
    let (id, request) = sendInvite(&layer)
    #expect(layer.cancel(id, at: at(50)) == [])
    #expect(layer.cancel(id, at: at(60)) == [])
    #expect(
      receive(request.response(100), &layer, at: 100) == ["response 100", "send CANCEL"])
    #expect(receive(request.response(180, toTag: "b"), &layer, at: 200) == ["response 180"])
  }

  @Test func aPeerThatIgnoresACancelIsGivenUpAfter32Seconds() {
    var layer = TransactionLayer()
    let (id, request) = sendInvite(&layer)
    _ = receive(request.response(180, toTag: "b"), &layer, at: 1_000)
    _ = layer.cancel(id, at: at(2_000))
    let history = layer.history(until: 100_000)
    #expect(history.filter { $0.hasSuffix("send CANCEL") }.count == 10)
    #expect(history.last == "34000 timed out")
    #expect(layer.openCount == 0)
  }

  @Test func anAnswerThatCrossesACancelIsStillReported() {
    var layer = TransactionLayer()
    let (id, request) = sendInvite(&layer)
    _ = receive(request.response(180, toTag: "b"), &layer, at: 100)
    _ = layer.cancel(id, at: at(200))
    #expect(receive(request.response(200, toTag: "b"), &layer, at: 201) == ["response 200"])
    #expect(layer.cancel(id, at: at(202)) == [])
  }

  @Test func aCallThatRingsForEverIsCancelledAfterItsLifetime() {
    var layer = TransactionLayer()
    let (_, request) = sendInvite(&layer)
    _ = receive(request.response(180, toTag: "b"), &layer, at: 1_000)
    _ = receive(request.response(180, toTag: "b"), &layer, at: 2_000)
    let history = layer.history(until: 1_000_000)
    #expect(history.first == "302000 send CANCEL")
    #expect(history.last == "334000 timed out")
    #expect(layer.openCount == 0)
  }

  private func sendInvite(
    _ layer: inout TransactionLayer
  ) -> (id: ClientTransactionID, request: SIPRequest) {
    let (id, events) = layer.send(
      Sample.outgoing(.invite), over: Sample.flow(), branch: "z9hG4bKours", at: at(0))
    return (id, events.compactMap(\.sentRequest).first ?? Sample.outgoing(.invite))
  }

  /// Sends a request at 0 and returns it as it went to the wire.
  private func send(_ method: SIPMethod, _ layer: inout TransactionLayer) -> SIPRequest {
    layer.send(Sample.outgoing(method), over: Sample.flow(), branch: "z9hG4bKours", at: at(0))
      .events.compactMap(\.sentRequest).first ?? Sample.outgoing(method)
  }

  private func receive(
    _ response: SIPResponse, _ layer: inout TransactionLayer, at time: Int64
  ) -> [String] {
    layer.receive(.response(response), over: Sample.flow(), at: at(time)).map(\.summary)
  }
}
