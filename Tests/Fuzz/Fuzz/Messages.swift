import OSIP
import SIP

/// Any datagram is read, answered or dropped; what is read means the same after it was printed, and
/// the same to the quick reader as to the thorough one.
func fuzzMessage(_ bytes: UnsafeRawBufferPointer) {
  expectAgreement(on: bytes)
  do throws(SIPParseError) {
    expectRoundTrip(of: try SIPParser().parse(bytes))
  } catch {
    guard case .refused(let response) = error else { return }
    // It repeats what could not be read, so it need not be readable either.
    expect(SIPPrinter().print(.response(response)).count > 100, "an answer without its fields")
  }
}

/// The bytes as the body of an INVITE.
func fuzzSession(_ bytes: UnsafeRawBufferPointer) {
  let head = """
    INVITE sip:102@h SIP/2.0\r
    Via: SIP/2.0/UDP 192.0.2.7;branch=z9hG4bKa\r
    From: <sip:101@h>;tag=f\r
    To: <sip:102@h>\r
    Call-ID: c\r
    CSeq: 7 INVITE\r
    Content-Type: application/sdp\r
    \r\n
    """
  let datagram = Array(head.utf8) + bytes
  datagram.withUnsafeBytes { expectAgreement(on: $0) }
  guard let message = try? SIPParser().parse(datagram) else { return }
  expectRoundTrip(of: message)
  guard case .request(let request) = message, case .session(let session) = request.body else {
    return
  }
  for attribute in session.attributes + session.media.flatMap(\.attributes) {
    expectSameSecurity(attribute)
  }
}

/// Keys, certificates' hashes, names and passwords of checks.
private func expectSameSecurity(_ attribute: SessionAttribute) {
  if let crypto = CryptoAttribute(attribute) {
    expect(CryptoAttribute(crypto.attribute) == crypto, "another key than \(attribute)")
  }
  if let hash = CertificateFingerprint(attribute) {
    expect(CertificateFingerprint(hash.attribute) == hash, "another hash than \(attribute)")
  }
  let text = attribute.value ?? ""
  if let known = ConnectivityCredentials(fragment: text, password: text) {
    expect(known.fragment.utf8.count <= 256, "\(known.fragment.utf8.count) bytes of a name")
  }
}

private func expectAgreement(on bytes: UnsafeRawBufferPointer) {
  guard let quick = SIPMessage(quickly: bytes) else { return }
  do throws(SIPParseError) {
    let thorough = try SIPParser(readsQuickly: false).parse(bytes)
    expect(quick == thorough, "quickly \(quick)\nthoroughly \(thorough)")
  } catch {
    expect(false, "quickly \(quick)\nthoroughly \(error)")
  }
}

private func expectRoundTrip(of message: SIPMessage) {
  var message = message
  if case .request(var request) = message {
    // The bytes as they came are not those that we would send.
    request.coveredBody = nil
    message = .request(request)
  }
  let printed = SIPPrinter().print(message)
  // A field grows when it is sent on where escapes were missing; then it may be too long.
  guard printed.count <= SIPParser.maximumFieldLength else { return }
  guard var again = try? SIPParser().parse(printed) else {
    fatalError("oracle: refused its own \(String(decoding: printed, as: UTF8.self))\n\(message)")
  }
  if case .request(var request) = again {
    request.coveredBody = nil
    again = .request(request)
  }
  expect(again == message, "\(message)\nbecame\n\(again)")
}
