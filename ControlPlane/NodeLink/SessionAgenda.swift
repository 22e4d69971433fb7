import NodeContract

/// Whose mailbox it is.
struct MailboxKey: Hashable, Sendable {
  let tenant: TenantID
  let `extension`: ExtensionID
}

/// What a session still has to tell its node. Everything but the opening is the latest state of
/// something, so a slow node makes nothing grow: it hears later, and less.
struct SessionAgenda {
  enum Item: Hashable {
    case message(DownwardMessage)
    /// The tenant as it will be when its turn comes.
    case tenant(TenantID)
    /// How many messages wait there when its turn comes.
    case mailbox(MailboxKey)
    /// That this replica lives.
    case keepAlive
    /// All tenants of the node's addresses, then `snapshotComplete`.
    case allTenants
  }

  private var opening: [DownwardMessage] = []
  /// What comes with orders, and before them.
  private var inheritances: [AddressName: [DownwardMessage]] = [:]
  private var orders: [AddressName: OwnershipOrder] = [:]
  private var neighbours: [Neighbour]?
  private var prompts: [DownwardMessage] = []
  private var committed: (spool: SpoolID, through: UInt64)?
  private var kept: [SoundPiece.Key] = []
  private var answers: [MailboxAnswer] = []
  private var lent: [SoundAnswer] = []
  private var key: BeatKey?
  private var isSignOfLifeDue = false
  private var isSynchronizationDue = false
  private var tenants: Set<TenantID> = []
  private var mailboxes: Set<MailboxKey> = []

  init(opening: [DownwardMessage]) { self.opening = opening.reversed() }

  /// Replaces an order about the same address that was not sent yet.
  mutating func add(_ order: OwnershipOrder) { orders[order.address] = order }

  /// An order to adopt, after what there is to carry on at the address.
  mutating func add(_ order: OwnershipOrder, after inheritance: [Inheritance]) {
    inheritances[order.address] = inheritance.reversed().map { .inheritance($0) }
    add(order)
  }

  mutating func add(_ neighbours: [Neighbour]) { self.neighbours = neighbours }

  /// Of a drill, of which there is one at a time: an order and a question. Or of a call that a user has made, of
  /// which there are as many as the fleet waits for.
  mutating func add(_ prompt: DownwardMessage) { prompts.append(prompt) }

  mutating func acknowledge(_ spool: SpoolID, through sequence: UInt64) {
    committed = (spool, sequence)
  }

  /// A session takes no more than a few pieces at a time, so this stays short.
  mutating func acknowledge(_ piece: SoundPiece.Key) { kept.append(piece) }

  /// Likewise.
  mutating func add(_ answer: MailboxAnswer) { answers.append(answer) }

  /// Likewise.
  mutating func add(_ answer: SoundAnswer) { lent.append(answer) }

  mutating func add(_ key: BeatKey) { self.key = key }

  mutating func add(tenant: TenantID) { tenants.insert(tenant) }

  mutating func add(mailbox: MailboxKey) { mailboxes.insert(mailbox) }

  mutating func addSignOfLife() { isSignOfLifeDue = true }

  /// Everything will be compared anew, which covers single changes.
  mutating func synchronize() {
    isSynchronizationDue = true
    (tenants, mailboxes) = ([], [])
  }

  /// The most urgent item, taken off the agenda: orders before acknowledgements before tenants.
  mutating func next() -> Item? {
    if let message = opening.popLast() { return .message(message) }
    if let address = inheritances.first?.key {
      if let message = inheritances[address]?.popLast() { return .message(message) }
      inheritances[address] = nil
      return next()
    }
    if let (_, order) = orders.popFirst() { return .message(.order(order)) }
    if !prompts.isEmpty { return .message(prompts.removeFirst()) }
    if let nodes = neighbours {
      neighbours = nil
      return .message(.neighbours(nodes))
    }
    if let (spool, sequence) = committed {
      committed = nil
      return .message(.factsAcknowledged(spool: spool, through: sequence))
    }
    if let piece = kept.popLast() { return .message(.soundIsKept(piece)) }
    if let answer = answers.popLast() { return .message(.mailboxAnswer(answer)) }
    if let beatKey = key {
      key = nil
      return .message(.beatKey(beatKey))
    }
    if let answer = lent.popLast() { return .message(.soundAnswer(answer)) }
    if isSignOfLifeDue {
      isSignOfLifeDue = false
      return .keepAlive
    }
    if isSynchronizationDue {
      isSynchronizationDue = false
      return .allTenants
    }
    if let tenant = tenants.popFirst() { return .tenant(tenant) }
    return mailboxes.popFirst().map { .mailbox($0) }
  }
}
