import NodeContract
import SIP
import Testing

@Suite struct DialogTests {
  private let contact = NameAddress(uri: SIPURI(user: "us", host: "198.51.100.1"))

  @Test func theCallerFollowsTheRouteBackwardsToThePeersContact() throws {
    var dialog = try #require(callerDialog(routes: ["<sip:near;lr>", "<sip:far;lr>"].reversed()))
    let bye = dialog.request(.bye)
    #expect(bye.uri.description == "sip:102@192.0.2.8")
    #expect(bye.headers.routes.map(\.description) == ["<sip:near;lr>", "<sip:far;lr>"])
    #expect(bye.headers.from.tag == "caller")
    #expect(bye.headers.to.tag == "callee")
    #expect(bye.headers.callID == "one@192.0.2.7")
    #expect(bye.headers.cseq == CSeq(2, .bye))
    #expect(dialog.request(.info).headers.cseq == CSeq(3, .info))
  }

  @Test func theCalleeFollowsTheRouteForwardsAndCountsForItself() throws {
    var invite = Sample.request(.invite, number: 77)
    invite.headers.recordRoutes = ["<sip:near;lr>", "<sip:far;lr>"].compactMap { NameAddress($0) }
    var dialog = try #require(Dialog(answering: invite, localTag: "us", contact: contact))
    let bye = dialog.request(.bye)
    #expect(bye.uri.description == "sip:101@192.0.2.7:5062")
    #expect(bye.headers.routes.map(\.uri.host) == ["near", "far"])
    #expect(bye.headers.from.tag == "us")
    #expect(bye.headers.to.tag == "caller")
    #expect(bye.headers.cseq == CSeq(1, .bye))
    #expect(bye.headers.contacts.addresses == [contact])
  }

  @Test func aStrictRouterGetsTheRequestUri() throws {
    let dialog = try #require(callerDialog(routes: ["<sip:far;lr>", "<sip:strict>"]))
    let ack = dialog.acknowledgement(of: 1)
    #expect(ack.uri.description == "sip:strict")
    #expect(
      ack.headers.routes.map(\.description) == ["<sip:far;lr>", "<sip:102@192.0.2.8>"])
    #expect(ack.headers.cseq == CSeq(1, .ack))
  }

  @Test func anOldRequestOfThePeerIsRefused() throws {
    var dialog = try #require(
      Dialog(answering: Sample.request(.invite, number: 10), localTag: "us", contact: contact))
    #expect(dialog.receive(Sample.request(.info, number: 10)) == false)
    #expect(dialog.receive(Sample.request(.ack, number: 10)) == true)
    #expect(dialog.receive(Sample.request(.info, number: 12)) == true)
    #expect(dialog.receive(Sample.request(.bye, number: 11)) == false)
  }

  @Test func aReinviteMovesThePeer() throws {
    var dialog = try #require(
      Dialog(answering: Sample.request(.invite, number: 10), localTag: "us", contact: contact))
    var moved = Sample.request(.invite, number: 11)
    moved.headers.contacts = .addresses([NameAddress(uri: SIPURI(user: "101", host: "new"))])
    #expect(dialog.receive(moved) == true)
    #expect(dialog.request(.info).uri.host != "new", "it may yet be refused")
    dialog.refreshTarget(by: moved)
    #expect(dialog.request(.info).uri.host == "new")
    var elsewhere = Sample.request(.info, number: 12)
    elsewhere.headers.contacts = .addresses([NameAddress(uri: SIPURI(user: "1", host: "else"))])
    dialog.refreshTarget(by: elsewhere)
    #expect(dialog.request(.bye).uri.host == "new", "INFO moves nobody")
  }

  @Test func theAnswerConfirmsAnEarlyDialogAndItsRouteCounts() throws {
    let invite = Sample.request(.invite)
    var ringing = invite.response(180, toTag: "callee")
    ringing.headers.recordRoutes = []
    var dialog = try #require(Dialog(request: invite, response: ringing))
    #expect(!dialog.isConfirmed)
    var ok = invite.response(200, toTag: "callee")
    ok.headers.recordRoutes = ["<sip:p;lr>"].compactMap { NameAddress($0) }
    ok.headers.contacts = .addresses([NameAddress(uri: SIPURI(user: "102", host: "192.0.2.8"))])
    dialog.receive(ok)
    #expect(dialog.isConfirmed)
    #expect(dialog.routeSet.map(\.uri.host) == ["p"])
    #expect(dialog.remoteTarget.host == "192.0.2.8")
  }

  @Test func bothSidesNameTheDialogAlike() throws {
    let invite = Sample.request(.invite)
    let caller = try #require(DialogID(of: invite.response(200, toTag: "callee")))
    let callee = try #require(DialogID(of: Sample.request(.bye, toTag: "callee")))
    #expect(caller == DialogID(callID: callee.callID, localTag: "caller", remoteTag: "callee"))
    #expect(callee == DialogID(callID: caller.callID, localTag: "callee", remoteTag: "caller"))
    #expect(DialogID(of: invite) == nil)
  }

  @Test func anAnswerIsRepeatedUntilThePatienceEnds() {
    var repetition = Retransmission(at: at(0))
    var times: [Int64] = []
    while true {
      let deadline = repetition.nextDeadline
      let step = repetition.advance(to: deadline)
      if step == .giveUp { break }
      #expect(step == .again)
      times.append(deadline.nanoseconds / 1_000_000)
    }
    #expect(
      times == [500, 1_500, 3_500, 7_500, 11_500, 15_500, 19_500, 23_500, 27_500, 31_500])
    #expect(repetition.nextDeadline == at(32_000))
  }

  @Test func aRefusalCopiesNoRoute() {
    var invite = Sample.request(.invite)
    invite.headers.recordRoutes = ["<sip:p;lr>"].compactMap { NameAddress($0) }
    #expect(invite.response(180).headers.recordRoutes.count == 1)
    #expect(invite.response(100, toTag: "us").headers.to.tag == nil)
    let busy = invite.response(486, toTag: "us")
    #expect(busy.headers.recordRoutes == [])
    #expect(busy.reason == "Busy Here")
    #expect(busy.headers.to.tag == "us")
    #expect(StatusCode.reason(for: 499) == "Bad Request")
  }

  /// Of our INVITE through proxies that recorded themselves, the last first.
  private func callerDialog(routes: [String]) -> Dialog? {
    let invite = Sample.request(.invite)
    var ok = invite.response(200, toTag: "callee")
    ok.headers.recordRoutes = routes.compactMap { NameAddress($0) }
    ok.headers.contacts = .addresses([NameAddress(uri: SIPURI(user: "102", host: "192.0.2.8"))])
    return Dialog(request: invite, response: ok)
  }
}
