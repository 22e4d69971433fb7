import NodeContract
import Testing

@Suite struct CallOutcomeTests {
  @Test func everyUnsuccessfulOutcomeHasAFinalFailureResponse() {
    for outcome in CallOutcome.allCases where outcome != .answered {
      #expect((400..<700).contains(outcome.sipStatus), "\(outcome)")
      #expect((1...127).contains(outcome.q850Cause), "\(outcome)")
    }
  }

  @Test(arguments: [(486, CallOutcome.busy), (600, .busy), (404, .unknownNumber), (603, .rejected)])
  func aPhonesAnswerKeepsItsMeaning(status: Int, outcome: CallOutcome) {
    #expect(CallOutcome(sipStatus: status, fromCarrier: false) == outcome)
  }

  @Test func aFailingCarrierIsNotMistakenForARejectingPerson() {
    #expect(CallOutcome(sipStatus: 503, fromCarrier: true) == .carrierFailed)
    #expect(CallOutcome(sipStatus: 503, fromCarrier: false) == .offline)
  }

  @Test func anObservedByeProvesMoreThanADeadNode() {
    #expect(EndEvidence.signalled > .mediaEnded)
    #expect(EndEvidence.mediaEnded > .nodeLost)
  }
}
