/// How long a reply is true, which the library does not tell for records of every kind: the shortest
/// time to live of its answers, or that of its absence (RFC 2308 section 5).
struct DNSLifetime: Hashable {
  /// Seconds; nil without answers.
  private(set) var ofRecords: UInt32?
  /// Seconds; nil where no SOA says.
  private(set) var ofAbsence: UInt32?

  private static let startOfAuthority: UInt16 = 6
  /// Records that are looked at; a reply holds no more than this by far.
  private static let recordLimit = 1_000

  init(of reply: UnsafeRawBufferPointer) {
    var reader = Reader(bytes: reply)
    guard reader.skip(4), let questions = reader.short(), let answers = reader.short(),
      let authorities = reader.short(), reader.skip(2)
    else { return }
    for _ in 0..<min(Int(questions), Self.recordLimit) {
      guard reader.skipName(), reader.skip(4) else { return }
    }
    for _ in 0..<min(Int(answers), Self.recordLimit) {
      guard let record = reader.record() else { return }
      ofRecords = min(ofRecords ?? .max, record.lifetime)
    }
    for _ in 0..<min(Int(authorities), Self.recordLimit) {
      guard let record = reader.record() else { return }
      if record.type == Self.startOfAuthority {
        ofAbsence = min(record.lifetime, record.lastWord ?? record.lifetime)
      }
    }
  }

  private struct Record {
    let type: UInt16
    let lifetime: UInt32
    /// The last four bytes of its data: an SOA's minimum.
    let lastWord: UInt32?
  }

  /// RFC 1035 section 4.1.
  private struct Reader {
    let bytes: UnsafeRawBufferPointer
    private var place = 0

    init(bytes: UnsafeRawBufferPointer) { self.bytes = bytes }

    mutating func skip(_ count: Int) -> Bool {
      guard bytes.count - place >= count else { return false }
      place += count
      return true
    }

    mutating func byte() -> UInt8? {
      guard place < bytes.count else { return nil }
      defer { place += 1 }
      return bytes[place]
    }

    mutating func short() -> UInt16? {
      guard let high = byte(), let low = byte() else { return nil }
      return UInt16(high) << 8 | UInt16(low)
    }

    mutating func word() -> UInt32? {
      guard let high = short(), let low = short() else { return nil }
      return UInt32(high) << 16 | UInt32(low)
    }

    /// Labels up to the root's or a pointer.
    mutating func skipName() -> Bool {
      while let length = byte() {
        if length == 0 { return true }
        if length >= 0xC0 { return skip(1) }
        guard skip(Int(length)) else { return false }
      }
      return false
    }

    mutating func record() -> Record? {
      guard skipName(), let type = short(), skip(2), let lifetime = word(), let length = short(),
        skip(Int(length))
      else { return nil }
      guard length >= 4 else { return Record(type: type, lifetime: lifetime, lastWord: nil) }
      place -= 4
      return Record(type: type, lifetime: lifetime, lastWord: word())
    }
  }
}
