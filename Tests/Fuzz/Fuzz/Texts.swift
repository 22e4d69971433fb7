import NodeContract
import SIP

/// URIs, name-addresses, Via and the lists of them.
func fuzzAddress(_ bytes: UnsafeRawBufferPointer) {
  let text = String(decoding: bytes, as: UTF8.self)
  if let uri = SIPURI(text) { expectSame(uri, SIPURI(uri.description), uri.description) }
  if let address = NameAddress(text) {
    expectSame(address, NameAddress(address.description), address.description)
  }
  if let via = Via(text) { expectSame(via, Via(via.description), via.description) }
  if let address = IPAddress(text) {
    expectSame(address, IPAddress(address.description), address.description)
  }
  if let endpoint = IPEndpoint(text) {
    expectSame(endpoint, IPEndpoint(endpoint.description), endpoint.description)
  }
  for element in headerElements(of: text) {
    expect(headerElements(of: element).count <= 1 || element.contains(","), "one \(element)")
  }
  expect(unquoted(text).utf8.count <= text.utf8.count, "unquoted \(text)")
}

/// Challenges and credentials.
func fuzzDigest(_ bytes: UnsafeRawBufferPointer) {
  let text = String(decoding: bytes, as: UTF8.self)
  if let challenge = DigestChallenge(text) {
    expectSame(challenge, DigestChallenge(challenge.description), challenge.description)
  }
  if let credentials = DigestCredentials(text) {
    expectSame(credentials, DigestCredentials(credentials.description), credentials.description)
  }
}

private func expectSame<Value: Equatable>(_ value: Value, _ again: Value?, _ text: String) {
  expect(again == value, "\(text)\nbecame \(String(describing: again))")
}
