import Glibc

/// What a byte sequence from outside enters by; `TANDEM_FUZZ_ENTRY` names the one of this process.
private enum Entry: String {
  case message, session, address, digest, stream, packet, latch, handshake
}

private let entry: Entry = {
  guard let name = getenv("TANDEM_FUZZ_ENTRY").map({ String(cString: $0) }) else {
    fatalError("TANDEM_FUZZ_ENTRY names no entry")
  }
  guard let entry = Entry(rawValue: name) else { fatalError("no entry named \(name)") }
  return entry
}()

/// Called by libFuzzer with one input after the other. A trap is a finding; so is a failed oracle,
/// which traps.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzOneInput(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
  let bytes = UnsafeRawBufferPointer(start: start, count: count)
  switch entry {
  case .message: fuzzMessage(bytes)
  case .session: fuzzSession(bytes)
  case .address: fuzzAddress(bytes)
  case .digest: fuzzDigest(bytes)
  case .stream: fuzzStream(bytes)
  case .packet: fuzzPacket(bytes)
  case .latch: fuzzLatch(bytes)
  case .handshake: fuzzHandshake(bytes)
  }
  return 0
}

/// An oracle: what does not hold is a finding.
func expect(_ holds: Bool, _ what: @autoclosure () -> String) {
  guard !holds else { return }
  fatalError("oracle: " + what())
}
