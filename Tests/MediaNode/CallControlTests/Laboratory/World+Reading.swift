import NodeContract
import SIP

@testable import CallControl

/// What tests ask of a world.
extension World {
  var offers: [LegOffer] {
    facts.compactMap {
      if case .offered(let offer) = $0.event { offer } else { nil }
    }
  }

  func outcomes(of number: String) -> [CallOutcome] {
    facts(of: Fixture.party(number)).compactMap(\.outcome)
  }

  func end(of number: String) -> LegEnd? {
    facts(of: Fixture.party(number)).lazy.compactMap {
      if case .ended(let end) = $0 { end } else { nil }
    }.first
  }

  var carrierFacts: [FactEvent] { facts(of: .trunk(Fixture.trunk)) }

  func count(_ matches: (SIPMessage) -> Bool) -> Int { sent.count { matches($0.message) } }

  /// What the exchange sent to a party.
  func sent(to party: Party) -> [SIPMessage] {
    sent.filter { $0.flow.remote == party.endpoint }.map(\.message)
  }

  /// The 2xx that a called party gave, to give it again.
  func lastAnswer(of call: PartyCall) -> SIPResponse? { call.party.answers.last }
}

extension SIPMessage {
  func isRequest(_ method: SIPMethod) -> Bool {
    if case .request(let request) = self { request.method == method } else { false }
  }

  func isResponse(_ status: Int, to method: SIPMethod) -> Bool {
    if case .response(let response) = self {
      response.status == status && response.headers.cseq.method == method
    } else {
      false
    }
  }
}

extension SessionDescription {
  var audioEndpoint: IPEndpoint? {
    guard let audio = media.first(where: { $0.kind == "audio" && $0.port != 0 }),
      let address = audio.connection ?? connection
    else { return nil }
    return IPEndpoint(address, port: audio.port)
  }

  var directions: [String] {
    media.map { MediaDirection(of: $0, in: self).rawValue }
  }
}
