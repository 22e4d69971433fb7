import NodeContract
import SIP
import Testing

@Suite struct ServerTransactionTests {
  @Test func aRepeatedRequestReachesTheUserOnceAndGetsTheSameAnswer() throws {
    var layer = TransactionLayer()
    let id = try #require(open(.options, &layer))
    #expect(receive(Sample.request(.options), &layer, at: 10) == [])
    let answer = Sample.request(.options).response(200, toTag: "us")
    #expect(layer.respond(answer, to: id, at: at(20)).map(\.summary) == ["send 200"])
    #expect(receive(Sample.request(.options), &layer, at: 32_019) == ["send 200"])
    #expect(layer.respond(answer, to: id, at: at(32_019)) == [])
    #expect(layer.history(until: 32_020) == [])
    #expect(layer.openCount == 0)
    #expect(receive(Sample.request(.options), &layer, at: 32_021) == ["request OPTIONS"])
  }

  @Test func aRequestThatNobodyAnswersIsForgottenAfter32Seconds() throws {
    var layer = TransactionLayer()
    let id = try #require(open(.register, &layer))
    #expect(layer.history(until: 100_000) == ["32000 unanswered"])
    #expect(layer.openCount == 0)
    #expect(
      layer.respond(Sample.request(.register).response(200), to: id, at: at(100_000)) == [])
  }

  @Test func aCallThatTheUserNeverDecidesIsForgottenAfterItsLifetime() {
    var layer = TransactionLayer()
    _ = open(.invite, &layer)
    #expect(layer.history(until: 1_000_000) == ["300000 unanswered"])
    #expect(layer.openCount == 0)
  }

  @Test func aRefusalIsRepeatedUntilItIsAcknowledged() throws {
    var layer = TransactionLayer()
    let id = try #require(open(.invite, &layer))
    respond(486, to: id, in: &layer)
    #expect(layer.history(until: 4_000) == ["500 send 486", "1500 send 486", "3500 send 486"])
    #expect(receive(Sample.request(.invite), &layer, at: 4_000) == ["send 486"])
    #expect(receive(Sample.request(.ack, toTag: "us"), &layer, at: 4_100) == [])
    #expect(receive(Sample.request(.ack, toTag: "us"), &layer, at: 4_200) == [])
    #expect(receive(Sample.request(.invite), &layer, at: 4_300) == [])
    #expect(layer.history(until: 100_000) == [])
    #expect(layer.openCount == 0)
  }

  @Test func aRefusalThatIsNeverAcknowledgedIsGivenUpAfter32Seconds() throws {
    var layer = TransactionLayer()
    let id = try #require(open(.invite, &layer))
    respond(404, to: id, in: &layer)
    #expect(
      layer.history(until: 100_000) == [
        "500 send 404", "1500 send 404", "3500 send 404", "7500 send 404", "11500 send 404",
        "15500 send 404", "19500 send 404", "23500 send 404", "27500 send 404",
        "31500 send 404", "32000 acknowledgement missing",
      ])
    #expect(layer.openCount == 0)
  }

  @Test func anAnsweredCallAbsorbsRepetitionsOfItsInvite() throws {
    var layer = TransactionLayer()
    let id = try #require(open(.invite, &layer))
    respond(180, to: id, in: &layer)
    #expect(receive(Sample.request(.invite), &layer, at: 10) == ["send 180"])
    respond(200, to: id, in: &layer)
    #expect(receive(Sample.request(.invite), &layer, at: 20) == [])
    #expect(
      layer.respond(Sample.request(.invite).response(200, toTag: "us"), to: id, at: at(500))
        .map(\.summary) == ["send 200"])
    #expect(layer.respond(Sample.request(.invite).response(486), to: id, at: at(500)) == [])
    #expect(layer.history(until: 100_000) == [])
    #expect(layer.openCount == 0)
  }

  @Test func theAcknowledgementOfAnAnswerGoesToTheUser() throws {
    var layer = TransactionLayer()
    let id = try #require(open(.invite, &layer))
    respond(200, to: id, in: &layer)
    let ack = Sample.request(.ack, branch: "z9hG4bKtwo", toTag: "us")
    #expect(receive(ack, &layer, at: 30) == ["acknowledged"])
    // Some phones give the ACK the branch of the INVITE.
    #expect(receive(Sample.request(.ack, toTag: "us"), &layer, at: 40) == ["acknowledged"])
  }

  @Test func aCancelIsAnsweredAndReportedOnce() throws {
    var layer = TransactionLayer()
    let id = try #require(open(.invite, &layer))
    respond(180, to: id, in: &layer)
    let cancel = Sample.request(.cancel)
    let events = layer.receive(.request(cancel), over: Sample.flow(), at: at(100))
    #expect(events.map(\.summary) == ["send 200", "cancelled"])
    #expect(events.first?.sentResponse?.headers.to.tag == "us")
    #expect(events.first?.sentResponse?.headers.cseq == CSeq(1, .cancel))
    #expect(receive(cancel, &layer, at: 200) == ["send 200"])
    respond(487, to: id, in: &layer)
    #expect(receive(cancel, &layer, at: 300) == ["send 200"])
    #expect(receive(Sample.request(.ack, toTag: "us"), &layer, at: 400) == [])
  }

  @Test func aCancelAfterTheAnswerChangesNothing() throws {
    var layer = TransactionLayer()
    let id = try #require(open(.invite, &layer))
    respond(200, to: id, in: &layer)
    #expect(receive(Sample.request(.cancel), &layer, at: 100) == ["send 200"])
  }

  @Test func aCancelOfNothingIsAnswered481() {
    var layer = TransactionLayer()
    let events = layer.receive(.request(Sample.request(.cancel)), over: Sample.flow(), at: at(0))
    #expect(events.map(\.summary) == ["send 481"])
    #expect(events.first?.sentResponse?.headers.to.tag != nil)
    #expect(layer.openCount == 0)
  }

  @Test func theTopmostViaTellsWhereARequestCameFrom() throws {
    var layer = TransactionLayer()
    let flow = Sample.flow(remotePort: 40_000)
    let events = layer.receive(.request(Sample.request(.options)), over: flow, at: at(0))
    guard case .request(let request, let id, over: flow)? = events.first else {
      Issue.record("no request")
      return
    }
    #expect(request.headers.vias[0].parameters["received"] == "192.0.2.7")
    #expect(request.headers.vias[0].parameters["rport"] == "40000")
    let answer = try #require(layer.respond(request.response(200), to: id, at: at(0)).first)
    #expect(answer == .send(.response(request.response(200)), over: flow))
  }

  @Test func aViaThatNamesItsOwnSourceNeedsNoReceived() {
    var request = Sample.request(.options)
    request.headers.vias[0].parameters = [
      SIPParameter("branch", "z9hG4bKone"), SIPParameter("received", "203.0.113.200"),
    ]
    var layer = TransactionLayer()
    let events = layer.receive(.request(request), over: Sample.flow(), at: at(0))
    guard case .request(let seen, _, over: _)? = events.first else {
      Issue.record("no request")
      return
    }
    #expect(seen.headers.vias[0].description == "SIP/2.0/UDP 192.0.2.7:5062;branch=z9hG4bKone")
  }

  @Test func peersThatShareABranchAreToldApartByTheirAddress() {
    var layer = TransactionLayer()
    var other = Sample.request(.options)
    other.headers.vias[0].host = "192.0.2.8"
    #expect(receive(Sample.request(.options), &layer, at: 0) == ["request OPTIONS"])
    #expect(receive(other, &layer, at: 0) == ["request OPTIONS"])
    #expect(receive(Sample.request(.register), &layer, at: 0) == ["request REGISTER"])
    #expect(layer.openCount == 3)
  }

  /// RFC 3261 section 17.2.3: the branch may be missing, or be the bare cookie.
  @Test(arguments: ["1", "z9hG4bK"])
  func aPeerWithoutUniqueBranchesIsMatchedByTheOldRule(branch: String) throws {
    var layer = TransactionLayer()
    let invite = Sample.request(.invite, branch: branch)
    let id = try #require(
      layer.receive(.request(invite), over: Sample.flow(), at: at(0)).first?.serverID)
    #expect(receive(invite, &layer, at: 10) == [])
    respond(486, to: id, in: &layer)
    let ack = Sample.request(.ack, branch: branch, toTag: "us")
    #expect(receive(ack, &layer, at: 20) == [])
    let later = Sample.request(.invite, branch: branch, number: 2)
    #expect(receive(later, &layer, at: 30) == ["request INVITE"])
    #expect(
      receive(Sample.request(.cancel, branch: branch, number: 2), &layer, at: 40)
        == ["send 200", "cancelled"])
  }

  @Test func aReliableTransportKeepsNothingAfterTheAnswer() throws {
    var layer = TransactionLayer()
    let flow = Sample.flow(.tcp)
    let options = layer.receive(.request(Sample.request(.options)), over: flow, at: at(0))
    _ = layer.respond(
      Sample.request(.options).response(200), to: try #require(options.first?.serverID), at: at(0))
    #expect(layer.openCount == 0)
    let invite = layer.receive(.request(Sample.request(.invite)), over: flow, at: at(0))
    respond(486, to: try #require(invite.first?.serverID), in: &layer)
    _ = layer.receive(.request(Sample.request(.ack, toTag: "us")), over: flow, at: at(1))
    #expect(layer.openCount == 0)
  }

  @Test func overTheLimitNewRequestsAreAnswered503AndCallsMayStillEnd() {
    let limits = TransactionLimits(
      openTransactions: 2, reserveForDialogs: 1, inviteLifetime: .seconds(300), retryAfter: 5)
    var layer = TransactionLayer(limits: limits)
    #expect(
      receive(Sample.request(.invite, branch: "z9hG4bKa"), &layer, at: 0) == ["request INVITE"])
    #expect(
      receive(Sample.request(.invite, branch: "z9hG4bKb"), &layer, at: 0) == ["request INVITE"])
    let refused = layer.receive(
      .request(Sample.request(.invite, branch: "z9hG4bKc")), over: Sample.flow(), at: at(0))
    #expect(refused.map(\.summary) == ["send 503", "refused"])
    #expect(refused.first?.sentResponse?.headers["Retry-After"] == "5")
    #expect(
      receive(Sample.request(.bye, branch: "z9hG4bKd", toTag: "us"), &layer, at: 0)
        == ["request BYE"])
    #expect(
      receive(Sample.request(.bye, branch: "z9hG4bKe", toTag: "us"), &layer, at: 0)
        == ["send 503", "refused"])
    #expect(receive(Sample.request(.invite, branch: "z9hG4bKa"), &layer, at: 1) == [])
    #expect(layer.openCount == 3)
  }

  private func open(_ method: SIPMethod, _ layer: inout TransactionLayer) -> ServerTransactionID? {
    layer.receive(.request(Sample.request(method)), over: Sample.flow(), at: at(0)).first?.serverID
  }

  private func respond(
    _ status: Int, to id: ServerTransactionID, in layer: inout TransactionLayer
  ) {
    let response = Sample.request(.invite).response(status, toTag: "us")
    #expect(layer.respond(response, to: id, at: at(0)).map(\.summary) == ["send \(status)"])
  }

  private func receive(
    _ request: SIPRequest, _ layer: inout TransactionLayer, at time: Int64
  ) -> [String] {
    layer.receive(.request(request), over: Sample.flow(), at: at(time)).map(\.summary)
  }
}
