import SIP

/// What a fax machine says of itself when it speaks T.38 (ITU-T T.38 annex D.2.3).
extension Party {
  static let faxTerms = [
    SessionAttribute("T38FaxVersion", "0"), SessionAttribute("T38MaxBitRate", "14400"),
    SessionAttribute("T38FaxRateManagement", "transferredTCF"),
    SessionAttribute("T38FaxMaxDatagram", "400"),
    SessionAttribute("T38FaxUdpEC", "t38UDPRedundancy"),
  ]

  func fax(at port: UInt16) -> MediaDescription {
    MediaDescription(
      kind: "image", port: port, profile: "udptl", formats: ["t38"], attributes: Self.faxTerms)
  }
}

extension SessionDescription {
  var offersFax: Bool { media.contains { $0.kind == "image" && $0.port != 0 } }
}
