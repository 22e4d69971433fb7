public import Digits
public import NodeContract
public import SIP

/// What the exchange wants done, in this order.
public enum ExchangeAction: Hashable, Sendable {
  case send(SIPMessage, over: Flow)
  /// These connections ended with the machine that held them, and their peers do not know it: in this
  /// order they are told.
  case remind([Flow])
  /// Opens both sides of a relay. Comes before the message that names its ports.
  case openRelay(RelayPlan)
  /// A session description told, or changed, where the party on that side listens: packets for it
  /// go there until its own first packet shows better; a source latched before counts no more.
  case directRelay(RelayID, side: RelaySide, to: IPEndpoint)
  /// What lies beneath the audio on that side, from now on. Comes before the `directRelay` of the same
  /// description.
  case secureRelay(RelayID, side: RelaySide, MediaTransport)
  /// How the audio passes an open relay from now on; at first its packets are passed on as they are.
  case carry(RelayID, Passage)
  /// Tells the party on that side of a decoded relay of a key.
  case tellKey(DigitInfo, RelayID, side: RelaySide)
  /// Says this to the party on that side of a decoded relay, in place of what it hears else, from that
  /// position on; `played` is to hear of its end.
  case play(Announcement, numbered: UInt32, RelayID, side: RelaySide, from: Duration)
  /// The party has heard enough.
  case stopPlaying(RelayID, side: RelaySide)
  /// The party on that side of a decoded relay takes a seat in a room, another one, or leaves (nil):
  /// it hears the room in place of the other party.
  case seat(RoomSeat?, RelayID, side: RelaySide)
  /// Records what is said in a decoded relay, until the next part, its close, or nil.
  case recordRelay(RecordingPart?, RelayID)
  /// No more parts of it begin: this is all that is known of it.
  case soundEnded(StoredSound)
  /// Ask the control plane about a mailbox; `mailboxAnswered` hears of the answer, or nothing does.
  case askMailbox(MailboxQuestion)
  /// `legMeasured` is to hear what was measured on that side since the last time; the leg leaves it.
  case measureRelay(RelayID, side: RelaySide, LegID)
  /// The ports are used again later, not at once.
  case closeRelay(RelayID)
  /// Spool this. With a receipt: the exchange waits for `factIsDurable` before it goes on.
  case record(Fact, receipt: FactReceipt?)
  /// Comes before the messages that it describes.
  case checkpoint(CheckpointEnvelope)
  /// The call is over.
  case retireCheckpoint(CallID)
  case bindingChanged(BindingChange)
  /// Ask the DNS; `located` hears of the answer.
  case locate(DNSQuestion)
  /// A subscription, as whoever carries it on must know it.
  case subscriptionChanged(SubscriptionChange)
  case log(LogNote)
}

/// Names one relay of this exchange; never used twice by one process.
public struct RelayID: Hashable, Sendable, Comparable {
  public let number: UInt64

  public init(number: UInt64) { self.number = number }

  public static func < (left: RelayID, right: RelayID) -> Bool { left.number < right.number }
}

/// The two sides of a relay: the caller's and the called party's.
public enum RelaySide: String, Hashable, Sendable, CaseIterable {
  case caller, callee

  public var other: RelaySide { self == .caller ? .callee : .caller }
}

/// Where a relay listens: an even port for RTP, the one above it for RTCP.
public struct RelayPlan: Hashable, Sendable {
  public var id: RelayID
  /// Our socket that talks to the caller.
  public var callerLocal: IPEndpoint
  /// Our socket that talks to the called party.
  public var calleeLocal: IPEndpoint
  /// Where the caller's session description says it listens; nil when it made no offer yet.
  public var callerRemote: IPEndpoint?
  /// Nil until the called party's session description came: see `directRelay`.
  public var calleeRemote: IPEndpoint?
  /// What lies beneath the audio on each side: see `secureRelay`.
  public var callerTransport: MediaTransport
  public var calleeTransport: MediaTransport
  /// Another process, or another machine, had the call before.
  public var isCarriedOn = false

  public init(
    id: RelayID, callerLocal: IPEndpoint, calleeLocal: IPEndpoint,
    callerRemote: IPEndpoint? = nil, calleeRemote: IPEndpoint? = nil,
    callerTransport: MediaTransport = .plain, calleeTransport: MediaTransport = .plain
  ) {
    self.id = id
    self.callerLocal = callerLocal
    self.calleeLocal = calleeLocal
    self.callerRemote = callerRemote
    self.calleeRemote = calleeRemote
    self.callerTransport = callerTransport
    self.calleeTransport = calleeTransport
  }
}

/// Names a fact whose durability the exchange waits for.
public struct FactReceipt: Hashable, Sendable {
  public let number: UInt64

  public init(number: UInt64) { self.number = number }
}

/// One line for the log. Carries nothing secret and no whole message.
public struct LogNote: Hashable, Sendable {
  public enum Level: String, Hashable, Sendable { case debug, info, notice, warning, error }

  public var level: Level
  public var message: String
  public var tenant: TenantID?
  public var call: CallID?
  public var leg: LegID?

  public init(
    _ level: Level, _ message: String, tenant: TenantID? = nil, call: CallID? = nil,
    leg: LegID? = nil
  ) {
    self.level = level
    self.message = message
    self.tenant = tenant
    self.call = call
    self.leg = leg
  }
}

/// What the exchange has to do at this moment.
public struct ExchangeLoad: Hashable, Sendable {
  /// Calls with a relay: those that ring or talk.
  public let calls: Int
  public let openTransactions: Int
  public let bindings: Int
}

/// What the exchange holds at this moment.
public struct ExchangeCensus: Hashable, Sendable {
  public var tenants = 0
  public var bindings = 0
  /// Calls that ring or talk.
  public var calls = 0
  /// Calls that are over and only absorb what their parties still send.
  public var endingCalls = 0
  public var openDialogs = 0
  public var openTransactions = 0
  public var subscriptions = 0
  public var openRelays = 0
  public var portsInUse = 0
  /// Carriers' domains whose servers are known.
  public var locatedCarriers = 0
  /// Carriers that know us by our own registration.
  public var registeredTrunks = 0
  /// Requests without an answer since the start: scanners and banned sources.
  public var droppedRequests: UInt64 = 0
  /// Requests since the start that were answered 503 because there were too many.
  public var shedRequests: UInt64 = 0

  public init() {}
}
