import NodeContract
import SIP

/// Where else a call is to go: by a called party's 3xx (RFC 3261 section 8.1.3.4), or by what its rules
/// say of a call that it did not take.
struct Redirection: Hashable, Sendable {
  let leg: LegID
  /// Where to, the preferred first.
  let targets: [SIPURI]
  /// To where its user is looked for, instead.
  var follows = false
  let reason: Forwarding.Reason
  /// Who sends the call on, where that is not the leg's party.
  var by: LegParty?
  /// What the party's leg has failed by if it leads nowhere.
  var failure = CallOutcome.rejected
}

extension Redirection {
  init(of response: SIPResponse, by leg: LegID, limit: Int) {
    self.leg = leg
    let preferred = response.headers.contacts.addresses.enumerated().sorted {
      ($1.element.preference, $0.offset) < ($0.element.preference, $1.offset)
    }
    targets = preferred.prefix(limit).map(\.element.uri)
    reason =
      ForwardingFields.read(response.headers, limit: 1).first?.reason ?? .unconditional
  }
}

extension NameAddress {
  /// Its `q` in thousandths; who says nothing is as welcome as can be.
  fileprivate var preference: Int {
    guard let text = parameters["q"], let value = Double(text), (0...1).contains(value) else {
      return 1000
    }
    return Int(value * 1000)
  }
}
