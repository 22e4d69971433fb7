import NodeContract
import SIP

/// Fax machines call each other by voice, hear who they are, and go over to T.38 by a new offer
/// (ITU-T T.38 annex D): a stream of another kind in the place of the audio.
extension AudioTerms {
  private static let faxProfile = "udptl"

  var isFax: Bool { carriage == .fax }

  /// Nil when the medium is refused, or is no fax over UDP.
  init?(fax medium: MediaDescription, in session: SessionDescription) {
    guard medium.kind == "image", medium.profile.lowercased() == Self.faxProfile, medium.port != 0,
      medium.formats.map({ $0.lowercased() }) == [PayloadFormat.fax.name],
      let address = medium.connection ?? session.connection, !address.isUnspecified
    else { return nil }
    carriage = .fax
    formats = [.fax]
    attributes = medium.attributes.filter { Self.passesOn($0, formats: [.fax]) }
    direction = .both
    remote = IPEndpoint(address, port: medium.port)
  }

  /// What a medium says, of either kind.
  init?(anyOf medium: MediaDescription, in session: SessionDescription) {
    guard let terms = AudioTerms(medium, in: session) ?? AudioTerms(fax: medium, in: session)
    else { return nil }
    self = terms
  }

  func faxMedium(at port: UInt16) -> MediaDescription {
    MediaDescription(
      kind: "image", port: port, profile: Self.faxProfile, formats: formats.map(\.name),
      attributes: attributes)
  }
}

extension PayloadFormat {
  static let fax = PayloadFormat("t38", .fax)
}
