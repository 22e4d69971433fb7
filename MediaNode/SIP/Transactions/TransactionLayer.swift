public import NodeContract

/// All transactions of a SIP element (RFC 3261 section 17 with RFC 6026) as one value.
///
/// It answers nothing by itself but CANCEL (200 or 481), retransmissions, finals other than 2xx
/// (with their ACK), and requests over the limit. Repeating a 2xx until its ACK comes is the
/// user's task (RFC 3261 section 13.3.1.4): ``respond(_:to:at:)`` sends it again each time, and
/// ``Retransmission`` says when.
public struct TransactionLayer: Sendable {
  /// A transaction, its flow, and its running timers.
  struct Record<Machine: Sendable, Key: Sendable>: Sendable {
    var machine: Machine
    var key: Key
    var flow: Flow
    /// It goes by TCP for its size alone.
    var isMoved = false
    var retransmission: TimerWheel<Alarm>.Handle?
    var expiry: TimerWheel<Alarm>.Handle?
  }

  enum ClientMachine: Sendable {
    case invite(InviteClientTransaction)
    case other(ClientTransaction)
    /// A CANCEL: its user is the layer itself, so nothing is delivered.
    case cancel(ClientTransaction)
  }

  enum ServerMachine: Sendable {
    case invite(InviteServerTransaction)
    case other(ServerTransaction)
  }

  /// What a timer of the wheel belongs to.
  enum Alarm: Hashable, Sendable {
    case client(ClientTransactionID, TransactionTimer)
    case server(ServerTransactionID, TransactionTimer)
  }

  let timers: TransactionTimers
  let limits: TransactionLimits
  var clients: [ClientTransactionID: Record<ClientMachine, ClientTransactionKey>] = [:]
  var clientIDs: [ClientTransactionKey: ClientTransactionID] = [:]
  var servers: [ServerTransactionID: Record<ServerMachine, ServerTransactionKey>] = [:]
  var serverIDs: [ServerTransactionKey: ServerTransactionID] = [:]
  var wheel = TimerWheel<Alarm>()
  var largeRequests = LargeRequests()
  var completed = CompletedTransactions()
  private var serial: UInt64 = 0

  public init(timers: TransactionTimers = .standard, limits: TransactionLimits = .standard) {
    self.timers = timers
    self.limits = limits
  }

  /// When `advance` has something to do next; it may turn out to be nothing.
  public var nextDeadline: BootInstant? { wheel.nextDeadline }

  /// The transactions not yet over; 0 again some time after the last message.
  public var openCount: Int { clients.count + servers.count }

  /// Takes a message off the wire. `flow` is the path it came by; answers go back over it.
  public mutating func receive(
    _ message: SIPMessage, over flow: Flow, at now: BootInstant
  ) -> [TransactionEvent] {
    switch message {
    case .request(let request): receive(request, over: flow, at: now)
    case .response(let response): receive(response, at: now)
    }
  }

  /// Does all that was due until `now`.
  public mutating func advance(to now: BootInstant) -> [TransactionEvent] {
    var events: [TransactionEvent] = []
    for alarm in wheel.advance(to: now) {
      switch alarm {
      case .client(let id, let timer): events += fire(timer, of: id, at: now)
      case .server(let id, let timer): events += fire(timer, of: id, at: now)
      }
    }
    return events
  }

  mutating func nextSerial() -> UInt64 {
    serial += 1
    return serial
  }

  /// Arms, replaces or stops one of the two timers of a record. Static, as a method would hold
  /// on to the wheel that it changes, and so have it copied.
  static func set(
    _ timer: TransactionTimer, of record: inout Record<some Sendable, some Sendable>,
    to alarm: Alarm?, at deadline: BootInstant, in wheel: inout TimerWheel<Alarm>
  ) {
    let old = timer == .retransmission ? record.retransmission : record.expiry
    if let old { wheel.cancel(old) }
    let new = alarm.map { wheel.arm($0, at: deadline) }
    switch timer {
    case .retransmission: record.retransmission = new
    case .expiry: record.expiry = new
    }
  }
}
