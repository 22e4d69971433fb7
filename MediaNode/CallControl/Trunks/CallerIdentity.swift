import NodeContract
import SIP

/// Who calls, and whether those called may know (RFC 3323, RFC 3325).
struct CallerIdentity: Hashable, Sendable {
  /// The user part of whoever it is.
  var number: String
  var displayName: String?
  var isWithheld: Bool
  /// The carrier checked the number and found that it is not the caller's.
  var isDisproven = false

  /// What an untrusted caller says of itself.
  init(claimedBy request: SIPRequest) {
    let from = request.headers.from
    number = Legible.text(from.uri.user ?? "")
    displayName = from.displayName
    isWithheld = request.wishesPrivacy
  }

  /// What a carrier says. Its assertions count only when its profile says that they may be trusted;
  /// that somebody wants to stay unknown counts from anybody.
  init(of request: SIPRequest, from profile: TrunkProfile) {
    self.init(claimedBy: request)
    guard profile.isTrusted, let asserted = request.assertedIdentity else { return }
    number = Legible.text(asserted.address.uri.user ?? "")
    displayName = asserted.address.displayName ?? displayName
    isWithheld = isWithheld || asserted.isWithheld
    isDisproven = asserted.address.uri.isDisproven
  }

  /// What stands for somebody who stays unknown, in records and on displays.
  static let anonymous = "anonymous"
}

extension SIPURI {
  /// `verstat` says how the check of the caller's signed number ended (RFC 8224; 3GPP TS 24.229 section
  /// 7.2A.20): a parameter of the number, which is the user part of a SIP URI.
  fileprivate var isDisproven: Bool {
    let ofUser = (user ?? "").split(separator: ";").dropFirst()
    let ofURI = parameters["verstat"].map { "verstat=\($0)" }
    return (ofUser.map(String.init) + [ofURI].compactMap { $0 }).contains {
      $0.lowercased() == "verstat=tn-validation-failed"
    }
  }
}

extension SIPRequest {
  /// Privacy of RFC 3323 and 3325, or a From that names nobody (RFC 3323 section 4.1.1.3).
  var wishesPrivacy: Bool {
    let wishes = headers.values(of: "Privacy").flatMap {
      $0.lowercased().split { $0 == ";" || $0 == "," || $0 == " " }
    }
    return wishes.contains { ["id", "user", "header", "full"].contains($0) }
      || headers.from.uri.host == "anonymous.invalid"
  }

  /// P-Asserted-Identity, which may stand there as SIP and as tel, or else the calling party's
  /// Remote-Party-ID.
  fileprivate var assertedIdentity: (address: NameAddress, isWithheld: Bool)? {
    let asserted = headers.values(of: "P-Asserted-Identity").flatMap { headerElements(of: $0) }
      .compactMap { NameAddress($0) }.first { $0.uri.user != nil }
    if let asserted { return (asserted, false) }
    let party = headers.values(of: "Remote-Party-ID").flatMap { headerElements(of: $0) }
      .compactMap { NameAddress($0) }
      .first {
        $0.uri.user != nil && ($0.parameters["party"] ?? "calling").lowercased() == "calling"
      }
    guard let party else { return nil }
    return (party, (party.parameters["privacy"]?.lowercased() ?? "off") != "off")
  }
}

/// What a carrier is told of the caller.
struct ShownIdentity: Hashable, Sendable {
  let from: NameAddress
  let headers: [HeaderField]

  /// - Parameters:
  ///   - number: nil where there is none to show.
  ///   - host: the domain of our addresses at this carrier.
  init(
    number: String?, isWithheld: Bool, form: TrunkProfile.IdentityForm, host: String
  ) {
    let address = number.map { NameAddress(uri: SIPURI(user: $0, host: host)) }
    from = isWithheld ? .anonymous : address ?? .anonymous
    headers = address.map { Self.headers($0, isWithheld, form) } ?? []
  }

  private static func headers(
    _ address: NameAddress, _ isWithheld: Bool, _ form: TrunkProfile.IdentityForm
  ) -> [HeaderField] {
    let privacy = isWithheld ? [HeaderField("Privacy", "id")] : []
    switch form {
    case .none: return []
    case .asserted: return [HeaderField("P-Asserted-Identity", address.description)] + privacy
    case .preferred: return [HeaderField("P-Preferred-Identity", address.description)] + privacy
    case .remoteParty:
      var party = address
      party.parameters = [
        SIPParameter("party", "calling"), SIPParameter("screen", "yes"),
        SIPParameter("privacy", isWithheld ? "full" : "off"),
      ]
      return [HeaderField("Remote-Party-ID", party.description)]
    }
  }
}
