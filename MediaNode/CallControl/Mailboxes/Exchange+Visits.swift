public import NodeContract
import SIP

/// What a caller of a mailbox wants of it, and who is to hear the answer.
public struct MailboxQuestion: Hashable, Sendable {
  public var call: CallID
  /// Counts the call's questions.
  public var number: UInt32
  public var tenant: TenantID
  public var mailbox: ExtensionID
  /// Of a sound: all of it, which is to be at hand as a prompt when it is `done`.
  public var verb: MailboxRequest.Verb
}

/// What phones dial to hear messages.
enum MailboxCode: Hashable, Sendable {
  /// The caller's own.
  case own
  /// Any, whose number is asked for.
  case any
  /// That extension's.
  case of(String)

  /// Nil: something else is dialled.
  init?(_ dialled: FeatureCodes.Dialled?) {
    switch (dialled?.feature, dialled?.argument) {
    case (.voicemail, _): self = .own
    case (.voicemailOf, nil): self = .any
    case (.voicemailOf, let number?): self = .of(number)
    default: return nil
    }
  }
}

/// Users hear what was left in their mailboxes.
extension Exchange {
  /// True when the INVITE wants to a mailbox; it is answered then.
  mutating func visitsMailbox(
    _ arrival: Arrival, _ user: ExtensionEntry, _ origin: CallOrigin, at now: Moment
  ) -> Bool {
    let dialled = arrival.request.uri.user ?? ""
    guard let code = MailboxCode(origin.tenant.feature(dialled)) else { return false }
    let language = origin.tenant.snapshot.dialling.language
    var (visit, steps) = MailboxVisit.any(in: language)
    switch code {
    case .own where user.mailbox != nil:
      (visit, steps) = MailboxVisit.own(user.id, in: language, at: now.boot)
    case .of(let number): steps = visit.found(origin.tenant.mailbox(of: number))
    // Who has none may want another's.
    case .own, .any: break
    }
    attend(arrival, origin, called: dialled, at: now) {
      $0.begin(visiting: visit, steps, at: now)
    }
    return true
  }

  mutating func findMailbox(_ number: String, of id: CallID, at now: Moment) {
    let tenant = calls[id].flatMap { directory[$0.machine.tenant] }
    let mailbox = tenant?.mailbox(of: number)
    let copy = SoundID(at: now.wall, using: &random)
    update(id, at: now) { $0.mailboxFound(mailbox, copy: copy, at: now) }
  }

  /// The visitor's phone might have dialled it itself; calls for help are dialled.
  mutating func dial(_ number: String, of id: CallID, at now: Moment) {
    guard let call = calls[id]?.machine else { return }
    guard let tenant = directory[call.tenant], !tenant.isEmergency(number),
      case .extension(let entry, _) = call.caller.party, let user = tenant.extensionsByID[entry]
    else { return update(id, at: now) { $0.choiceIsInvalid(at: now) } }
    let origin = CallOrigin(
      tenant: tenant, party: call.caller.party, number: call.caller.number,
      displayName: user.displayName, time: now.wall,
      isWithheld: call.caller.invite.wishesPrivacy)
    let destination = destination(of: number, from: origin, user)
    lead(
      call, to: destination.isEmergency || destination.isUnknown ? nil : destination,
      by: ChoiceRecord(party: nil, called: number), tenant, at: now)
  }

  func askMailbox(
    _ mailbox: ExtensionID, _ verb: MailboxRequest.Verb, number: UInt32, of id: CallID
  ) -> MailboxQuestion? {
    calls[id].map {
      MailboxQuestion(
        call: id, number: number, tenant: $0.machine.tenant, mailbox: mailbox, verb: verb)
    }
  }

  /// What came of a question; an answer that comes too late is of no use.
  public mutating func mailboxAnswered(
    _ outcome: MailboxAnswer.Outcome, to number: UInt32, of call: CallID, at now: Moment
  ) -> [ExchangeAction] {
    guard let tenant = calls[call]?.machine.tenant else { return [] }
    let clock = directory[tenant]?.snapshot.clock ?? .utc
    update(call, at: now) { $0.mailboxAnswered(outcome, to: number, by: clock, at: now) }
    return takeOutbox(at: now)
  }
}

extension DirectoryTenant {
  fileprivate func mailbox(of number: String) -> ExtensionID? {
    extensionsByNumber[number].flatMap { $0.mailbox == nil ? nil : $0.id }
  }
}
