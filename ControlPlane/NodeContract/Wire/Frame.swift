/// The framing of the link: u32 body length, u16 kind, u16 version, all big endian, then the body.
public enum Frame {
  public static let headerLength = 8
  public static let maximumBodyLength = 1 << 20
  /// What is longer than a frame goes in several: all but the last are of the kind `continued`. A
  /// tenant of 100,000 extensions is as long as this.
  public static let maximumMessageLength = 1 << 25

  /// Says only that its sender lives: an empty body of kind 0, which no decoder hands on. Either
  /// end sends one when it has nothing else to say, and gives the link up when it hears nothing.
  /// HTTP/2's own PING will not do: servers take more than one in half a minute for an attack.
  public static let keepAlive =
    UInt32(0).bigEndianBytes + keepAliveKind.bigEndianBytes
    + ContractVersion.current.bigEndianBytes

  static let keepAliveKind: UInt16 = 0

  static func encoded(_ kind: FrameKind, _ body: [UInt8]) throws(WireError) -> [UInt8] {
    guard body.count <= maximumMessageLength else { throw .frameTooLong(bytes: body.count) }
    var (frames, rest): ([UInt8], ArraySlice<UInt8>) = ([], body[...])
    frames.reserveCapacity(body.count + headerLength)
    while rest.count > maximumBodyLength {
      frames += frame(.continued, rest.prefix(maximumBodyLength))
      rest = rest.dropFirst(maximumBodyLength)
    }
    return frames + frame(kind, rest)
  }

  private static func frame(_ kind: FrameKind, _ body: ArraySlice<UInt8>) -> [UInt8] {
    UInt32(body.count).bigEndianBytes + kind.rawValue.bigEndianBytes
      + ContractVersion.current.bigEndianBytes + body
  }
}

/// The kinds of frames with a message in them. Numbers are never used again for something else.
enum FrameKind: UInt16 {
  case hello = 1
  case facts = 2
  case checkpoint = 3
  case checkpointRetired = 4
  case binding = 5
  case load = 6
  case orderAnswer = 7
  case subscription = 8
  case relay = 9
  case sound = 10
  case mailboxRequest = 11
  case soundRequest = 12
  case drillAnswer = 13
  case drillSound = 14
  case clickAnswer = 15

  /// Of either direction: the body goes on in the next frame, whose kind is the message's.
  case continued = 100
  case welcome = 101
  case tenant = 102
  case tenantRemoved = 103
  case snapshotComplete = 104
  case order = 105
  case factsAcknowledged = 106
  case beatKey = 107
  case bindings = 108
  case subscriptions = 109
  case mailbox = 110
  case neighbours = 111
  case inheritance = 112
  case keptSound = 113
  case mailboxAnswer = 114
  case soundAnswer = 115
  case drillOrder = 116
  case drillInquiry = 117
  case clickOrder = 118
}

/// One direction's messages of the link.
public protocol LinkMessage: Sendable {
  /// The message as one frame, or as several that belong together. Throws `frameTooLong` when its
  /// body exceeds `Frame.maximumMessageLength`.
  func encodedFrame() throws(WireError) -> [UInt8]

  /// Reads a frame's body; nil for a kind or version that this side does not know.
  init?(kind: UInt16, version: UInt16, body: ArraySlice<UInt8>) throws(WireError)
}

extension UpwardMessage: LinkMessage {
  public func encodedFrame() throws(WireError) -> [UInt8] {
    switch self {
    case .hello(let hello): try Frame.encoded(.hello, hello.wire.body)
    case .facts(let records):
      try Frame.encoded(.facts, FactBatch(records: records).wire.body)
    case .checkpoint(let envelope): try Frame.encoded(.checkpoint, envelope.wire.body)
    case .checkpointRetired(let call):
      try Frame.encoded(.checkpointRetired, RetiredCheckpoint(call: call).wire.body)
    case .relay(let relay): try Frame.encoded(.relay, relay.wire.body)
    case .binding(let change): try Frame.encoded(.binding, change.wire.body)
    case .subscription(let change): try Frame.encoded(.subscription, change.wire.body)
    case .load(let load): try Frame.encoded(.load, load.wire.body)
    case .orderAnswer(let answer): try Frame.encoded(.orderAnswer, answer.wire.body)
    case .sound(let piece): try Frame.encoded(.sound, piece.wire.body)
    case .mailboxRequest(let request):
      try Frame.encoded(.mailboxRequest, request.wire.body)
    case .soundRequest(let request): try Frame.encoded(.soundRequest, request.wire.body)
    case .drillAnswer(let answer): try Frame.encoded(.drillAnswer, answer.wire.body)
    case .drillSound(let sound): try Frame.encoded(.drillSound, sound.wire.body)
    case .clickAnswer(let answer): try Frame.encoded(.clickAnswer, answer.wire.body)
    }
  }

  public init?(kind: UInt16, version: UInt16, body: ArraySlice<UInt8>) throws(WireError) {
    guard version <= ContractVersion.current, let kind = FrameKind(rawValue: kind) else {
      return nil
    }
    switch kind {
    case .hello: self = .hello(try NodeHello(body: body))
    case .facts: self = .facts(try FactBatch(body: body).records)
    case .checkpoint: self = .checkpoint(try CheckpointEnvelope(body: body))
    case .checkpointRetired: self = .checkpointRetired(try RetiredCheckpoint(body: body).call)
    case .relay: self = .relay(try RelayState(body: body))
    case .binding: self = .binding(try BindingChange(body: body))
    case .subscription: self = .subscription(try SubscriptionChange(body: body))
    case .load: self = .load(try NodeLoad(body: body))
    case .orderAnswer: self = .orderAnswer(try OrderAnswer(body: body))
    case .sound: self = .sound(try SoundPiece(body: body))
    case .mailboxRequest: self = .mailboxRequest(try MailboxRequest(body: body))
    case .soundRequest: self = .soundRequest(try SoundRequest(body: body))
    case .drillAnswer: self = .drillAnswer(try DrillAnswer(body: body))
    case .drillSound: self = .drillSound(try DrillSound(body: body))
    case .clickAnswer: self = .clickAnswer(try ClickAnswer(body: body))
    case .welcome, .tenant, .tenantRemoved, .snapshotComplete, .order, .factsAcknowledged,
      .beatKey, .bindings, .subscriptions, .mailbox, .neighbours, .inheritance, .keptSound,
      .mailboxAnswer, .soundAnswer, .drillOrder, .drillInquiry, .clickOrder, .continued:
      return nil
    }
  }
}

extension DownwardMessage: LinkMessage {
  public func encodedFrame() throws(WireError) -> [UInt8] {
    switch self {
    case .welcome(let welcome): try Frame.encoded(.welcome, welcome.wire.body)
    case .tenant(let tenant): try Frame.encoded(.tenant, tenant.wire.body)
    case .tenantRemoved(let tenant):
      try Frame.encoded(.tenantRemoved, RemovedTenant(tenant: tenant).wire.body)
    case .snapshotComplete(let tenants):
      try Frame.encoded(.snapshotComplete, TenantList(tenants: tenants).wire.body)
    case .order(let order): try Frame.encoded(.order, order.wire.body)
    case .factsAcknowledged(let spool, let through):
      try Frame.encoded(
        .factsAcknowledged, CommittedFacts(spool: spool, through: through).wire.body)
    case .beatKey(let key): try Frame.encoded(.beatKey, key.wire.body)
    case .bindings(let changes):
      try Frame.encoded(.bindings, BindingList(bindings: changes).wire.body)
    case .subscriptions(let changes):
      try Frame.encoded(.subscriptions, SubscriptionList(subscriptions: changes).wire.body)
    case .mailbox(let change): try Frame.encoded(.mailbox, change.wire.body)
    case .neighbours(let nodes):
      try Frame.encoded(.neighbours, NeighbourList(neighbours: nodes).wire.body)
    case .inheritance(let inheritance):
      try Frame.encoded(.inheritance, inheritance.wire.body)
    case .soundIsKept(let piece): try Frame.encoded(.keptSound, piece.wire.body)
    case .mailboxAnswer(let answer): try Frame.encoded(.mailboxAnswer, answer.wire.body)
    case .soundAnswer(let answer): try Frame.encoded(.soundAnswer, answer.wire.body)
    case .drillOrder(let order): try Frame.encoded(.drillOrder, order.wire.body)
    case .drillInquiry(let inquiry): try Frame.encoded(.drillInquiry, inquiry.wire.body)
    case .clickOrder(let order): try Frame.encoded(.clickOrder, order.wire.body)
    }
  }

  public init?(kind: UInt16, version: UInt16, body: ArraySlice<UInt8>) throws(WireError) {
    guard version <= ContractVersion.current, let kind = FrameKind(rawValue: kind) else {
      return nil
    }
    switch kind {
    case .welcome: self = .welcome(try ReplicaWelcome(body: body))
    case .tenant: self = .tenant(try TenantSnapshot(body: body))
    case .tenantRemoved: self = .tenantRemoved(try RemovedTenant(body: body).tenant)
    case .snapshotComplete: self = .snapshotComplete(try TenantList(body: body).tenants)
    case .order: self = .order(try OwnershipOrder(body: body))
    case .factsAcknowledged:
      let committed = try CommittedFacts(body: body)
      self = .factsAcknowledged(spool: committed.spool, through: committed.through)
    case .beatKey: self = .beatKey(try BeatKey(body: body))
    case .bindings: self = .bindings(try BindingList(body: body).bindings)
    case .subscriptions:
      self = .subscriptions(try SubscriptionList(body: body).subscriptions)
    case .mailbox: self = .mailbox(try MailboxChange(body: body))
    case .neighbours: self = .neighbours(try NeighbourList(body: body).neighbours)
    case .inheritance: self = .inheritance(try Inheritance(body: body))
    case .keptSound: self = .soundIsKept(try SoundPiece.Key(body: body))
    case .mailboxAnswer: self = .mailboxAnswer(try MailboxAnswer(body: body))
    case .soundAnswer: self = .soundAnswer(try SoundAnswer(body: body))
    case .drillOrder: self = .drillOrder(try DrillOrder(body: body))
    case .drillInquiry: self = .drillInquiry(try DrillInquiry(body: body))
    case .clickOrder: self = .clickOrder(try ClickOrder(body: body))
    case .hello, .facts, .checkpoint, .checkpointRetired, .relay, .binding, .subscription, .load,
      .orderAnswer, .sound, .mailboxRequest, .soundRequest, .drillAnswer, .drillSound,
      .clickAnswer, .continued:
      return nil
    }
  }
}
