import NodeContract

extension CallQueue.Callback: Checkpointed {
  func write(to writer: inout CheckpointWriter) {
    writer.write(key)
    writer.write(offeredAfter)
    writer.write(offeredFrom)
    writer.write(takesOtherNumbers)
    writer.write(attempts)
    writer.write(pause)
    writer.write(keepsFor)
    writer.write(endsAt)
  }

  init(from reader: inout CheckpointReader) throws(CheckpointError) {
    self.init(
      key: try reader.read(), offeredAfter: try reader.read(), offeredFrom: try reader.read(),
      takesOtherNumbers: try reader.read(), attempts: try reader.read(),
      pause: try reader.read(), keepsFor: try reader.read(), endsAt: try reader.read())
  }
}

extension CallbackOffer.Stage: Checkpointed {
  func write(to writer: inout CheckpointWriter) {
    switch self {
    case .due(let instant):
      writer.write(UInt8(1))
      writer.write(instant)
    case .withheld: writer.write(UInt8(2))
    case .open: writer.write(UInt8(3))
    case .confirming(let number):
      writer.write(UInt8(4))
      writer.write(number)
    case .typing: writer.write(UInt8(5))
    case .kept: writer.write(UInt8(6))
    }
  }

  init(from reader: inout CheckpointReader) throws(CheckpointError) {
    switch try reader.read(UInt8.self) {
    case 1: self = .due(try reader.read())
    case 2: self = .withheld
    case 3: self = .open
    case 4: self = .confirming(try reader.read())
    case 5: self = .typing
    case 6: self = .kept
    default: throw .malformed("stage of a callback")
    }
  }
}

extension CallbackOffer: Checkpointed {
  func write(to writer: inout CheckpointWriter) {
    writer.write(terms)
    writer.write(stage)
    writer.write(tries)
  }

  init(from reader: inout CheckpointReader) throws(CheckpointError) {
    self.init(try reader.read(), stage: try reader.read(), tries: try reader.read())
  }
}

/// What a call says beside its place in a queue that calls back.
struct CallbackParts: Hashable, Checkpointed {
  let terms: CallQueue.Callback?
  let offer: CallbackOffer?
  let turn: WrittenErrand<CallID>?

  /// Nil: nobody is called back.
  init?(_ call: CallMachine) {
    (terms, offer) = (call.queued?.queue.callback, call.queued?.callback)
    turn = call.errand?.asCallback
    if terms == nil, offer == nil, turn == nil { return nil }
  }

  func write(to writer: inout CheckpointWriter) {
    writer.write(terms)
    writer.write(offer)
    writer.write(turn)
  }

  init(from reader: inout CheckpointReader) throws(CheckpointError) {
    terms = try reader.read()
    offer = try reader.read()
    turn = try reader.read()
  }
}

/// A callback's place as whoever carries calls on finds it among their checkpoints: named by its id, and told
/// from a call by its first byte.
struct CallbackCheckpoint: Equatable {
  /// No version of a call's, of an agent's or of a queue's figures.
  private static let version: UInt8 = 0x82

  let place: CallbackPlace

  /// Whether these are such bytes, whole or not.
  static func isMeant(by bytes: [UInt8]) -> Bool { bytes.first == version }

  init(place: CallbackPlace) { self.place = place }

  func bytes(at now: BootInstant) -> [UInt8] {
    var writer = CheckpointWriter(at: now)
    writer.write(Self.version)
    writer.write(place.id)
    writer.write(place.tenant)
    writer.write(place.host)
    writer.write(place.number)
    writer.write(place.isVIP)
    writer.write(place.enteredAt.milliseconds)
    writer.write(place.terms)
    writer.write(place.expiresAt)
    writer.write(place.restsUntil)
    writer.write(place.attempts)
    return writer.bytes
  }

  init(_ bytes: [UInt8], at now: BootInstant) throws(CheckpointError) {
    var reader = CheckpointReader(bytes, at: now)
    let version = try reader.read(UInt8.self)
    guard version == Self.version else { throw .unknownVersion(version) }
    place = CallbackPlace(
      id: try reader.read(), tenant: try reader.read(), host: try reader.read(),
      number: try reader.read(), isVIP: try reader.read(),
      enteredAt: WallTime(milliseconds: try reader.read()), terms: try reader.read(),
      expiresAt: try reader.read(), restsUntil: try reader.read(), attempts: try reader.read())
    guard reader.left == 0 else { throw .leftover(reader.left) }
  }
}
