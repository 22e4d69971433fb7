import NodeContract
import SIP
import Testing

/// More requests than the layer has room for.
@Suite struct CrowdedTransactions {
  private func layer(room: Int = 3, reserve: Int = 1) -> TransactionLayer {
    var limits = TransactionLimits.standard
    limits.openTransactions = room
    limits.reserveForDialogs = reserve
    return TransactionLayer(limits: limits)
  }

  private func request(_ number: Int, _ method: SIPMethod = .register) -> SIPRequest {
    var request = Sample.request(method)
    request.headers.vias[0].branch = "z9hG4bK-\(number)"
    return request
  }

  @discardableResult
  private func receive(
    _ request: SIPRequest, _ layer: inout TransactionLayer, at milliseconds: Int64 = 0
  ) -> ServerTransactionID? {
    let events = layer.receive(
      .request(request), over: Sample.flow(), at: at(milliseconds))
    for case .request(_, let id, _) in events { return id }
    return nil
  }

  private func answer(
    _ request: SIPRequest, _ layer: inout TransactionLayer, at milliseconds: Int64 = 0
  ) {
    guard let id = receive(request, &layer, at: milliseconds) else { return }
    _ = layer.respond(
      request.response(200, toTag: "us"), to: id, at: at(milliseconds))
  }

  @Test func theOldestThatHasItsAnswerGivesWay() {
    var layer = layer()
    for number in 1...3 { answer(request(number), &layer) }
    #expect(receive(request(4), &layer) != nil)
    #expect(layer.openCount == 3)
    #expect(layer.isOpen(request(2)) && layer.isOpen(request(3)) && layer.isOpen(request(4)))
    #expect(!layer.isOpen(request(1)))
  }

  @Test func whatHasNoAnswerGivesWayToNobody() {
    var layer = layer()
    for number in 1...3 { receive(request(number), &layer) }
    #expect(receive(request(4), &layer) == nil)
    #expect((1...3).allSatisfy { layer.isOpen(request($0)) })
  }

  @Test func anInviteThatWasRefusedWaitsForItsAcknowledgement() throws {
    var layer = layer()
    for number in 1...3 {
      let invite = request(number, .invite)
      let id = try #require(receive(invite, &layer))
      _ = layer.respond(invite.response(486, toTag: "us"), to: id, at: at(0))
    }
    #expect(receive(request(4), &layer) == nil)
  }

  /// Timer J is 32 s: 1,500 registrations a second with a challenge each make 96,000 of them.
  @Test func registrationsAtFullRateNeverFillTheLayer() {
    var limits = TransactionLimits.standard
    limits.openTransactions = 5_000
    var layer = TransactionLayer(limits: limits)
    var refused = 0
    for number in 0..<30_000 {
      let milliseconds = Int64(number) / 3
      if number % 300 == 0 { _ = layer.advance(to: at(milliseconds)) }
      let request = request(number)
      guard let id = receive(request, &layer, at: milliseconds) else {
        refused += 1
        continue
      }
      _ = layer.respond(
        request.response(401, toTag: "us"), to: id, at: at(milliseconds))
    }
    #expect(refused == 0)
    #expect(layer.openCount == 5_000)
    #expect(layer.isOpen(request(29_999)) && layer.isOpen(request(25_000)))
    _ = layer.advance(to: at(60_000))
    #expect(layer.openCount == 0)
  }

  @Test func thoseThatEndedByThemselvesLeaveNothingBehind() {
    var layer = layer(room: 100)
    for number in 0..<50 {
      let now = Int64(number) * 40_000
      _ = layer.advance(to: at(now))
      answer(request(number), &layer, at: now)
      #expect(layer.openCount == 1)
    }
  }
}
