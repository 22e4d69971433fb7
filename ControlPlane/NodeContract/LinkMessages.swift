/// The contract's own version; a frame carries the version of its kind's body.
public enum ContractVersion {
  public static let current: UInt16 = 1
}

/// What a node says to a replica.
public enum UpwardMessage: Hashable, Sendable {
  /// First on every link.
  case hello(NodeHello)
  /// Facts in spool order, sent again from the first unacknowledged one after each reconnect.
  case facts([SpoolRecord])
  case checkpoint(CheckpointEnvelope)
  /// The call is over; its checkpoint may be forgotten.
  case checkpointRetired(CallID)
  /// How the relay of a call stands; with its checkpoint it is forgotten.
  case relay(RelayState)
  case binding(BindingChange)
  case subscription(SubscriptionChange)
  case load(NodeLoad)
  case orderAnswer(OrderAnswer)
  /// A piece of what the node recorded, until it hears that it is kept.
  case sound(SoundPiece)
  /// A question about a mailbox that somebody calls.
  case mailboxRequest(MailboxRequest)
  /// A question for a sound of a tenant's.
  case soundRequest(SoundRequest)
  /// What the node makes of a drill's order.
  case drillAnswer(DrillAnswer)
  /// What was heard of a drill in the calls that the node has.
  case drillSound(DrillSound)
  /// What the node makes of an order to make a call.
  case clickAnswer(ClickAnswer)
}

/// What a replica says to a node.
public enum DownwardMessage: Hashable, Sendable {
  /// First on every link: names the replica and hands the key that authenticates beats.
  case welcome(ReplicaWelcome)
  /// A tenant as it is now; replaces an older revision.
  case tenant(TenantSnapshot)
  case tenantRemoved(TenantID)
  /// All tenants of the node's addresses have been sent since `hello`; others are stale.
  case snapshotComplete([TenantID])
  case order(OwnershipOrder)
  /// Every record of this spool up to and including `sequence` is committed in Postgres.
  case factsAcknowledged(spool: SpoolID, through: UInt64)
  case beatKey(BeatKey)
  /// Bindings of an address as this replica last heard of them, for a node that lost its memory.
  case bindings([BindingChange])
  /// Subscriptions, likewise.
  case subscriptions([SubscriptionChange])
  /// What waits in a mailbox, for the lamps of its owner's phones.
  case mailbox(MailboxChange)
  /// The other nodes of the receiver's site.
  case neighbours([Neighbour])
  /// What there is to carry on at an address that the receiver is about to be given.
  case inheritance(Inheritance)
  /// That piece is in Postgres: the node need not keep it.
  case soundIsKept(SoundPiece.Key)
  /// The answer to a question about a mailbox.
  case mailboxAnswer(MailboxAnswer)
  /// The answer to a question for a sound.
  case soundAnswer(SoundAnswer)
  /// A fault that the node is to make of itself.
  case drillOrder(DrillOrder)
  /// A question for what was heard of a drill.
  case drillInquiry(DrillInquiry)
  /// A call that a user has made.
  case clickOrder(ClickOrder)
}

public struct NodeHello: Hashable, Sendable {
  public var node: NodeName
  public var site: SiteName
  /// New for each start of the process.
  public var incarnation: UUIDv7
  public var featureLevel: UInt16
  public var spool: SpoolID
  /// What the node serves, with the epoch of the grant it knows.
  public var addresses: [HeldAddress]
  /// What the node already has, so that only newer revisions are sent.
  public var tenants: [TenantRevision]

  public init(
    node: NodeName, site: SiteName, incarnation: UUIDv7, featureLevel: UInt16, spool: SpoolID,
    addresses: [HeldAddress], tenants: [TenantRevision]
  ) {
    self.node = node
    self.site = site
    self.incarnation = incarnation
    self.featureLevel = featureLevel
    self.spool = spool
    self.addresses = addresses
    self.tenants = tenants
  }
}

public struct HeldAddress: Hashable, Sendable {
  public var address: AddressName
  public var epoch: Epoch

  public init(address: AddressName, epoch: Epoch) {
    self.address = address
    self.epoch = epoch
  }
}

public struct TenantRevision: Hashable, Sendable {
  public var tenant: TenantID
  public var revision: Int64

  public init(tenant: TenantID, revision: Int64) {
    self.tenant = tenant
    self.revision = revision
  }
}

public struct ReplicaWelcome: Hashable, Sendable {
  public var replica: ReplicaName
  public var beatKey: BeatKey

  public init(replica: ReplicaName, beatKey: BeatKey) {
    self.replica = replica
    self.beatKey = beatKey
  }
}

/// A key of 32 bytes for HMAC-SHA256 over beats, replaced hourly.
public struct BeatKey: Hashable, Sendable {
  public var number: UInt32
  public var bytes: [UInt8]

  public init(number: UInt32, bytes: [UInt8]) {
    self.number = number
    self.bytes = bytes
  }
}

/// A call as its node would have another carry it on: opaque bytes that only `CallControl` reads,
/// in an envelope that everyone may. What is kept beside calls comes so too, and is named like a call.
public struct CheckpointEnvelope: Hashable, Sendable {
  /// What it is of.
  public enum Subject: Hashable, Sendable {
    case call
    /// What an agent of queues did.
    case agent
    /// Nothing but how a queue is now, for whoever watches it.
    case queue(QueueFigures)
    /// The place in a queue of somebody who is to be called back.
    case callback
  }

  public var call: CallID
  public var tenant: TenantID
  public var address: AddressName
  public var epoch: Epoch
  /// Counts the checkpoints of this call from 1.
  public var number: UInt64
  /// At most 100 bytes for people: `101 → +447700900123, talking`.
  public var summary: String
  public var contents: [UInt8]
  public var subject: Subject

  public init(
    call: CallID, tenant: TenantID, address: AddressName, epoch: Epoch, number: UInt64,
    summary: String, contents: [UInt8], subject: Subject = .call
  ) {
    self.subject = subject
    self.call = call
    self.tenant = tenant
    self.address = address
    self.epoch = epoch
    self.number = number
    self.summary = summary
    self.contents = contents
  }
}

/// One device's registration. An `expiresIn` of zero: it is gone.
public struct BindingChange: Hashable, Sendable {
  public var tenant: TenantID
  public var `extension`: ExtensionID
  public var address: AddressName
  /// The device's Contact URI as it registered it.
  public var contact: String
  /// Where its packets come from.
  public var source: IPEndpoint
  /// Where they arrive at ours.
  public var local: IPEndpoint
  public var userAgent: String
  public var expiresIn: Duration
  /// The device, as it names itself (`+sip.instance`, RFC 5626); empty when it does not.
  public var instance: String
  /// Which of the device's flows this is (`reg-id`); zero when it keeps only one.
  public var registration: UInt32
  /// The proxies between us and the device (RFC 3327), nearest first, as name-addresses.
  public var path: [String]
  /// How it came; a connection ends with the process that held it.
  public var transport: BindingTransport
  /// Its `q` in thousandths: how much the device likes to be asked.
  public var preference: UInt16

  public init(
    tenant: TenantID, extension: ExtensionID, address: AddressName, contact: String,
    source: IPEndpoint, local: IPEndpoint, userAgent: String, expiresIn: Duration,
    instance: String = "", registration: UInt32 = 0, path: [String] = [],
    transport: BindingTransport = .udp, preference: UInt16 = 1000
  ) {
    self.tenant = tenant
    self.extension = `extension`
    self.address = address
    self.contact = contact
    self.source = source
    self.local = local
    self.userAgent = userAgent
    self.expiresIn = expiresIn
    self.instance = instance
    self.registration = registration
    self.path = path
    self.transport = transport
    self.preference = preference
  }
}

/// How a device's REGISTER came.
public enum BindingTransport: String, Hashable, Sendable, CaseIterable { case udp, tcp, tls }

/// A node's figures, sent every second.
public struct NodeLoad: Hashable, Sendable {
  public var calls: UInt32
  public var openTransactions: UInt32
  public var bindings: UInt32
  public var residentBytes: UInt64
  public var unacknowledgedFacts: UInt64
  public var datagramsReceived: UInt64
  public var datagramsDropped: UInt64
  public var packetsRelayed: UInt64
  /// Processes died of what they said, so they were not handled.
  public var messagesQuarantined: UInt64
  /// Calls for help that are up.
  public var emergencyCalls: UInt32
  /// Parties of calls by what would become of them with the loss of the site.
  public var movingParties: UInt32
  public var returningParties: UInt32
  public var fixedParties: UInt32

  public init(
    calls: UInt32 = 0, openTransactions: UInt32 = 0, bindings: UInt32 = 0,
    residentBytes: UInt64 = 0, unacknowledgedFacts: UInt64 = 0, datagramsReceived: UInt64 = 0,
    datagramsDropped: UInt64 = 0, packetsRelayed: UInt64 = 0, messagesQuarantined: UInt64 = 0,
    emergencyCalls: UInt32 = 0, movingParties: UInt32 = 0, returningParties: UInt32 = 0,
    fixedParties: UInt32 = 0
  ) {
    self.calls = calls
    self.openTransactions = openTransactions
    self.bindings = bindings
    self.residentBytes = residentBytes
    self.unacknowledgedFacts = unacknowledgedFacts
    self.datagramsReceived = datagramsReceived
    self.datagramsDropped = datagramsDropped
    self.packetsRelayed = packetsRelayed
    self.messagesQuarantined = messagesQuarantined
    self.emergencyCalls = emergencyCalls
    self.movingParties = movingParties
    self.returningParties = returningParties
    self.fixedParties = fixedParties
  }
}

/// An order about a service address, valid for its epoch only.
public struct OwnershipOrder: Hashable, Sendable {
  public enum Verb: String, Hashable, Sendable { case adopt, release }

  public var id: OrderID
  public var verb: Verb
  public var address: AddressName
  public var epoch: Epoch
  /// The latest of the receiver's own beats that the sender had heard: the order is younger than
  /// it, by the receiver's own clock. Nil: nobody can say how old the order is.
  public var beat: UInt64?
  /// Adopt: who held the address before is known to have ended.
  public var isPredecessorGone: Bool
  /// The holder stands in another site than the address.
  public var isAcross: Bool

  public init(
    id: OrderID, verb: Verb, address: AddressName, epoch: Epoch, beat: UInt64? = nil,
    isPredecessorGone: Bool = false, isAcross: Bool = false
  ) {
    self.id = id
    self.verb = verb
    self.address = address
    self.epoch = epoch
    self.beat = beat
    self.isPredecessorGone = isPredecessorGone
    self.isAcross = isAcross
  }
}

public struct OrderAnswer: Hashable, Sendable {
  public enum Verdict: Hashable, Sendable {
    case done
    /// The node knows a newer epoch of this address.
    case refusedStale(known: Epoch)
    /// The node has no such address.
    case refusedUnknownAddress
  }

  public var order: OrderID
  public var address: AddressName
  public var verdict: Verdict

  public init(order: OrderID, address: AddressName, verdict: Verdict) {
    self.order = order
    self.address = address
    self.verdict = verdict
  }
}
