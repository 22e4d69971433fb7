import Announcements
import NodeContract

/// A caller in a queue, from its coming to its end, whoever serves it: what the queue said when it came
/// counts for it, but for who the agents are.
struct QueuedCaller: Hashable, Sendable {
  enum Stage: Hashable, Sendable {
    /// It hears music, and its place. Leads to `ringing` and `leaving`.
    case waiting
    /// These agents are rung for it, or refused already. Leads to `waiting`, `served`.
    case ringing([ExtensionID])
    /// An agent has it; that leg is the agent's.
    case served(LegID)
    /// It is sent to where the queue says, and hears that it rings there, or that nobody is there. Leads
    /// out of the queue.
    case leaving
  }

  let host: ReceptionHost
  var queue: CallQueue
  let isVIP: Bool
  let enteredAt: WallTime
  var stage: Stage
  /// There was no room for it: it only leaves.
  let isTurnedAway: Bool
  /// When it has waited too long; nil: never.
  var leavesAt: BootInstant?
  /// When it hears its place again; nil: never.
  var announcesAt: BootInstant?
  /// Choices of the call so far, in menus and by queues.
  var choices: UInt8
  /// How far it is with being called back; nil: the queue calls nobody back.
  var callback: CallbackOffer?

  init(
    host: ReceptionHost, queue: CallQueue, isVIP: Bool, enteredAt: WallTime,
    stage: Stage = .waiting, isTurnedAway: Bool = false, leavesAt: BootInstant? = nil,
    announcesAt: BootInstant? = nil,
    choices: UInt8 = 0
  ) {
    self.host = host
    self.queue = queue
    self.isVIP = isVIP
    self.enteredAt = enteredAt
    self.stage = stage
    self.isTurnedAway = isTurnedAway
    self.leavesAt = leavesAt
    self.announcesAt = announcesAt
    self.choices = choices
  }

  func place(of call: CallID) -> QueuePlace {
    QueuePlace(isVIP: isVIP, enteredAt: enteredAt, call: call)
  }

  /// It has a place in the queue.
  var waits: Bool {
    switch stage {
    case .waiting, .ringing: true
    case .served, .leaving: false
    }
  }

  /// Whom it rings in this turn.
  var rung: [ExtensionID] {
    guard case .ringing(let agents) = stage else { return [] }
    return agents
  }

  /// The clocks of the queue begin.
  mutating func begin(at now: BootInstant) {
    leavesAt = queue.longestWait.map { now.advanced(by: max(.seconds(1), $0)) }
    announcesAt = queue.announcesEvery == nil ? nil : now
    callback = queue.callback.map { CallbackOffer($0, at: now) }
  }

  /// Something is said just now: what is due waits for a moment.
  mutating func speakLater(at now: BootInstant) {
    let later = now.advanced(by: .seconds(1))
    if let instant = announcesAt, instant <= now { announcesAt = later }
    if let instant = callback?.nextDeadline, instant <= now { callback?.stage = .due(later) }
  }

  /// When it hears its place after this time.
  mutating func announceLater(at now: BootInstant) {
    announcesAt = queue.announcesEvery.map { now.advanced(by: max(.seconds(5), $0)) }
  }

  /// Where it goes when nobody takes it.
  var choice: MenuChoice { MenuChoice(keys: "", place: .destination(queue.last)) }

  /// What it hears of its place.
  func programme(position: Int, expectedWait: Duration?) -> Programme {
    Programme(
      announcement: Announcement(
        host.language.place(
          position, expectedWait: queue.announcesWait ? expectedWait : nil), in: host.language))
  }
}
