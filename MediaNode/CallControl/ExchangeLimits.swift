public import SIP

/// Every bound of the exchange, and what happens beyond it.
public struct ExchangeLimits: Hashable, Sendable {
  /// Calls of all tenants; beyond: 503 with Retry-After.
  public var calls = 5_000
  /// Calls of one tenant; beyond: 503 with Retry-After.
  public var callsPerTenant = 500
  /// Devices of one extension; beyond: 503.
  public var bindingsPerExtension = 10
  /// Registrations of all tenants; beyond: 503 with Retry-After.
  public var bindings = 100_000
  /// Contacts in one REGISTER; beyond: 400.
  public var contactsPerRequest = 10
  /// Proxies in the Path of one REGISTER; beyond: 400.
  public var proxiesPerPath = 8
  /// Different User-Agent texts that bindings share; those of further phones are kept for each.
  public var userAgents = 1_000
  /// Bytes of one Contact URI, a Call-ID, a tag or a branch; beyond: 400.
  public var textBytes = 512
  /// Media lines of one session description; beyond: 488.
  public var mediaLines = 16
  /// How long one of those who answered may take to say whether it takes the call, at most: the call rings so
  /// much longer for the others.
  public var confirmation: Duration = .seconds(40)
  /// Legs of one call, those included that it had before it was transferred; a transfer beyond: 503.
  public var legsPerCall = 64
  /// How often the parties of one call may send it elsewhere, by 3xx or by their rules; beyond: the 3xx
  /// is a refusal, and the rule says nothing.
  public var redirectionsPerCall: UInt8 = 5
  /// Choices of one caller in menus; who makes more is hung up.
  public var menuChoices: UInt8 = 30
  /// Parking places of a tenant; who is to be parked when all are taken stays with its parker.
  public var parkingPlaces: UInt8 = 99
  /// How long somebody waits at a place before its parker is rung.
  public var parking: Duration = .seconds(60)
  /// How often that is in vain; then it is hung up.
  public var parkingReturns: UInt8 = 10
  /// Parties in one room; who comes beyond: 486.
  public var partiesPerRoom = 64
  /// How long a member of a paging group may take to answer by itself.
  public var pageAnswer: Duration = .seconds(5)
  /// Requests relayed within one call that still wait for their answer; beyond: 503.
  public var relayedRequestsPerCall = 8

  /// Legs whose relay was asked what it measured and did not answer yet; those beyond go on record
  /// without.
  public var measuredLegs = 10_000

  /// How long neither party of a call sends RTP or RTCP; then it ends, unless it rings or is held. A
  /// phone that sends no packet while its user is silent sends RTCP all the same.
  public var mediaSilence: Duration = .seconds(120)

  /// Subscriptions of all tenants; beyond: 503 with Retry-After.
  public var subscriptions = 50_000
  /// Subscriptions of one tenant; beyond: 503 with Retry-After.
  public var subscriptionsPerTenant = 5_000
  /// Subscriptions that one extension's devices hold together; beyond: 503 with Retry-After.
  public var subscriptionsPerExtension = 500
  /// Dialogs of one extension that its watchers are told of; those begun later are left out.
  public var watchedDialogs = 20
  /// Shorter subscriptions: 423 with Min-Expires (RFC 6665 section 4.2.1.1).
  public var shortestSubscription: Duration = .seconds(60)
  /// Longer wishes are cut to this, which is also what who says nothing gets.
  public var longestSubscription: Duration = .seconds(3600)
  /// Bytes of one message between extensions (RFC 3428 section 8); beyond: 413.
  public var messageBytes = 1_300
  /// Messages whose delivery is under way; beyond: 503 with Retry-After.
  public var messagesUnderWay = 1_000

  /// Requests whose copies are known for such; beyond, the oldest are forgotten.
  public var mergedRequests = 8_192

  /// Registrations shorter than this: 423 with Min-Expires (RFC 3261 section 10.2.8).
  public var shortestRegistration: Duration = .seconds(60)
  /// Longer wishes are cut to this.
  public var longestRegistration: Duration = .seconds(3600)
  /// When the phone says nothing.
  public var usualRegistration: Duration = .seconds(3600)

  /// How often a phone with several flows sends on each so that we take it for alive
  /// (RFC 5626 section 4.4).
  public var flowTimer: Duration = .seconds(120)
  /// How long the way tried first to a device with others, or to a carrier with several peers, may
  /// say nothing before the next is tried.
  public var flowPatience: Duration = .seconds(4)

  /// Earlier recipients of a forwarded call that are read; the older ones are left out.
  public var forwardings = 8
  /// Servers of a carrier that are tried after the first.
  public var waysPerTrunk = 7
  /// How long a carrier's server that failed is asked after the others.
  public var serverRest: Duration = .seconds(30)
  /// What a server may ask for by 503 with Retry-After; longer wishes are cut to this.
  public var longestServerRest: Duration = .seconds(600)
  /// Servers that rest; further ones are asked in their turn.
  public var restingServers = 1_000
  /// Carriers' domains whose servers are kept known; further ones are not found.
  public var locations = 2_000

  /// How long devices that are asked first may ring before those are that like it less.
  public var serialRinging: Duration = .seconds(12)
  /// How long a carrier may ring; extensions ring as long as their tenant says.
  public var trunkRinging: Duration = .seconds(120)
  /// How long a chargeable answer may wait for the spool's disk; beyond: the call ends.
  public var durabilityWait: Duration = .seconds(10)
  /// How long a caller may hear why its call goes nowhere; beyond, its phone is told.
  public var announcement: Duration = .seconds(60)
  /// How long a party may say nothing of the new address that its call was moved to; beyond, it is gone.
  public var proofAfterMove: Duration = .seconds(30)
  /// How long a phone whose connection was lost with a site has to register elsewhere; beyond, its calls end.
  public var returnAfterLoss: Duration = .seconds(35)
  /// How long such a phone is not taken for offline.
  public var unreachablePhones: Duration = .seconds(60)
  /// How long a call that was moved rings on at most: should its caller have given up meanwhile, nobody heard.
  public var ringingAfterMove: Duration = .seconds(35)
  /// Between moved calls whose parties are told, so that thousands of INVITEs do not go out at once.
  public var moveInterval: Duration = .milliseconds(1)
  /// How long nobody speaks until a message is taken for over.
  public var messageSilence: Duration = .seconds(10)
  /// The longest call; beyond: BYE to both.
  public var callDuration: Duration = .seconds(12 * 3600)
  /// How long a session lasts without a refresh; shorter wishes are taken (RFC 4028).
  public var sessionInterval: Duration = .seconds(1800)
  /// Shorter sessions: 422 with Min-SE (RFC 4028 section 4).
  public var shortestSession: Duration = .seconds(90)
  /// Whoever bears no shorter ones than this is not heard so long.
  public var longestSession: Duration = .seconds(24 * 3600)
  /// The least that Retry-After says when we shed load.
  public var retryAfter: Duration = .seconds(5)

  /// Transactions; beyond: 503 with Retry-After, later for what is within a dialog.
  public var transactions = TransactionLimits.standard
  /// What the parser lets through.
  public let messages = MessageLimits.standard
  /// Bans, rates and shedding.
  public var protection = ProtectionLimits()

  public init() {}
}
