import CallFlows
import Digits
import NodeContract
import SIP

/// Names a request that waits for our response; minted by the exchange, never reused.
struct RequestToken: Hashable, Sendable, Comparable {
  let number: UInt64

  static func < (left: RequestToken, right: RequestToken) -> Bool { left.number < right.number }
}

/// What a call wants done, in this order. It knows no transactions, only requests by their token
/// and its own by their branch.
enum CallAction: Hashable, Sendable {
  /// A request of ours; its responses come back under the branch.
  case request(SIPRequest, over: Flow, branch: String)
  /// The ACK of a 2xx.
  case acknowledge(SIPRequest, over: Flow, branch: String)
  /// Cancels the INVITE with this branch, saying why in a Reason field (RFC 3326).
  case cancel(branch: String, reason: String)
  case respond(SIPResponse, to: RequestToken)
  /// The 2xx to this INVITE is acknowledged.
  case forget(RequestToken)
  /// Finds out whom a party is to be transferred to; comes last.
  case transfer(TransferWish)
  /// Finds out who is to have the party's seat in a conference: the other party of this call of
  /// its own; comes last.
  case giveSeat(Replaces)
  /// Finds out where a 3xx, or a rule of whom the call was for, leads; comes last.
  case redirect(Redirection)
  /// Finds out what somebody hears who must say whether it takes the call; comes last.
  case askConfirmation
  /// Finds out who is asked next; comes last.
  case askFurther(Further)
  /// The party's calls are to be answered otherwise; comes last.
  case switchAnswering(SwitchWish)
  /// Finds out where the parker is, to whom the party goes back; comes last.
  case returnParked
  case openRelay(RelayPlan)
  case direct(RelaySide, to: IPEndpoint)
  case secure(RelaySide, MediaTransport)
  /// The relay passes the audio otherwise from now on.
  case carry(Passage)
  /// Tells the party on that side of a key, in the way that its telephone events are.
  case tellKey(DigitInfo, RelaySide)
  /// Has this said to the party on that side, in place of what it hears else, from that position on.
  case play(Announcement, UInt32, to: RelaySide, from: Duration)
  case stopPlaying(to: RelaySide)
  /// The party on that side takes a seat, another one, or leaves its room (nil).
  case seat(RoomSeat?, RelaySide)
  /// What is said is recorded from now on; nil: no more.
  case recordSound(RecordingPart?)
  /// All parts of it have begun.
  case soundEnded(StoredSound)
  /// Finds out where a choice in a menu leads; comes last.
  case lead(MenuChoice)
  /// Finds out where the flow leads after that; comes last.
  case followFlow(FlowEvent)
  /// Finds out which place the caller has in its queue, for it to be told; comes last.
  case findPlace
  /// Finds out where the caller stands, who may be called back instead of waiting; comes last.
  case offerCallback
  /// Finds out whether that number, or the caller's own (nil), can be called back; comes last.
  case findCallback(String?)
  /// The caller is to have a place without being here; comes last.
  case keepPlace(String)
  /// Finds out how whom the call is made for is reached; comes last.
  case runErrand
  /// These agents did not answer in their turn.
  case missed([ExtensionID])
  /// Finds out whose mailbox that is; comes last.
  case findMailbox(number: String)
  /// Finds out where that number leads when the caller dials it; comes last.
  case dial(String)
  /// Asks the control plane; `mailboxAnswered` hears of it.
  case askMailbox(ExtensionID, MailboxRequest.Verb, number: UInt32)
  /// The leg leaves the relay: what was measured of it goes on record.
  case measure(LegID)
  case closeRelay
  case record(FactEvent, leg: LegID)
  /// A fact whose durability the call waits for.
  case recordAndWait(FactEvent, leg: LegID, receipt: FactReceipt)
  case log(LogNote.Level, String, leg: LegID?)
}
