/// What callers of their own mailbox hear.
public enum MailboxPhrase: Hashable, Sendable, CaseIterable {
  case whichMailbox
  case whichPIN
  /// Mailbox or PIN: nobody is told which.
  case wrong
  /// What is asked for cannot be had now.
  case away
  case goodbye
  case youHave
  case none
  case and
  /// Of messages.
  case new
  case old
  case message
  case messages
  case received
  case today
  case at
  case fromNumber
  case fromExtension
  case unknownCaller
  case noMore
  case deleted
  case restored
  case saved
  /// The message, to a colleague.
  case forwarded
  /// Whom the message is to go on to.
  case whichExtension
  case noSuchMailbox
  /// Key 1, followed by what it leads to.
  case oneFor
  /// Key 2: whoever left the message.
  case toCallBack
  /// Key 4.
  case toPrevious
  /// Key 5.
  case toRepeat
  /// Key 6.
  case toNext
  /// Key 7.
  case toDelete
  /// Key 7.
  case toRestore
  /// Key 8.
  case toForward
  /// Key 9.
  case toSave
  /// The star, and the pound key.
  case toLeave

  fileprivate func recorded(in language: SpokenLanguage) -> [Prompt] {
    switch self {
    case .whichMailbox: [.recorded("vm-login")]
    case .whichPIN: [.recorded("vm-password")]
    case .wrong: [.recorded("vm-incorrect")]
    case .away: [.recorded("tt-somethingwrong"), .recorded("please-try-again")]
    case .goodbye: [.recorded("vm-goodbye")]
    case .youHave: [.recorded("vm-youhave")]
    case .none: [.recorded("vm-no")]
    case .and: [.recorded("vm-and")]
    case .new: [.recorded("vm-INBOX")]
    case .old: [.recorded("vm-Old")]
    case .message: [.recorded("vm-message")]
    case .messages: [.recorded("vm-messages")]
    case .received: [.recorded("vm-received")]
    case .today: [.digit("today")]
    case .at: [.digit("at")]
    case .fromNumber: [.recorded("vm-from-phonenumber")]
    case .fromExtension: [.recorded("vm-from-extension")]
    case .unknownCaller: [.recorded("vm-unknown-caller")]
    case .noMore: [.recorded("vm-nomore")]
    case .deleted: [.recorded("vm-deleted")]
    case .restored: [.recorded("vm-undeleted")]
    case .saved: [.recorded("vm-msgsaved")]
    // The package for Spanish has no word for it.
    case .forwarded:
      language == .spanish
        ? [.recorded("vm-message"), .recorded("vm-saved")] : [.recorded("vm-msgforwarded")]
    case .whichExtension: [.recorded("vm-extension"), .recorded("vm-then-pound")]
    case .noSuchMailbox: [.recorded("pbx-invalid")]
    case .oneFor: [.recorded("vm-onefor")]
    case .toCallBack: [.recorded("vm-tocallback")]
    case .toPrevious: [.recorded("vm-prev")]
    case .toRepeat: [.recorded("vm-repeat")]
    case .toNext: [.recorded("vm-next")]
    case .toDelete: [.recorded("vm-delete")]
    case .toRestore: [.recorded("vm-undelete")]
    case .toForward: [.recorded("vm-toforward")]
    case .toSave: [.recorded("vm-savemessage")]
    case .toLeave: [.recorded("vm-helpexit")]
    }
  }

  /// German is the one language without recordings.
  fileprivate var synthesised: String {
    switch self {
    case .whichMailbox: "Bitte geben Sie die Nummer des Anrufbeantworters ein, und dann Raute"
    case .whichPIN: "Bitte geben Sie Ihre Geheimzahl ein, und dann Raute"
    case .wrong: "Die Eingabe ist nicht richtig"
    case .away: "Der Anrufbeantworter ist zurzeit nicht zu erreichen. Bitte rufen Sie später an"
    case .goodbye: "Auf Wiederhören"
    case .youHave: "Sie haben"
    case .none: "keine"
    case .and: "und"
    case .new: "neue"
    case .old: "alte"
    case .message: "Nachricht"
    case .messages: "Nachrichten"
    case .received: "Eingegangen"
    case .today: "heute"
    case .at: "um"
    case .fromNumber: "von"
    case .fromExtension: "von Nebenstelle"
    case .unknownCaller: "von unbekannt"
    case .noMore: "Keine weiteren Nachrichten"
    case .deleted: "Die Nachricht ist gelöscht"
    case .restored: "Die Nachricht ist wieder da"
    case .saved: "Die Nachricht ist gespeichert"
    case .forwarded: "Die Nachricht ist weitergeleitet"
    case .whichExtension: "Bitte geben Sie die Nummer der Nebenstelle ein, und dann Raute"
    case .noSuchMailbox: "Diese Nebenstelle hat keinen Anrufbeantworter"
    case .oneFor: "Drücken Sie die Eins für"
    case .toCallBack: "Um zurückzurufen, drücken Sie die Zwei"
    case .toPrevious: "Für die vorige Nachricht drücken Sie die Vier"
    case .toRepeat: "Um sie noch einmal zu hören, drücken Sie die Fünf"
    case .toNext: "Für die nächste Nachricht drücken Sie die Sechs"
    case .toDelete: "Um sie zu löschen, drücken Sie die Sieben"
    case .toRestore: "Um sie nicht zu löschen, drücken Sie die Sieben"
    case .toForward: "Um sie weiterzuleiten, drücken Sie die Acht"
    case .toSave: "Um sie zu speichern, drücken Sie die Neun"
    case .toLeave: "Zurück mit dem Stern, beenden mit der Raute"
    }
  }
}

/// When a message was left, in its owner's time.
public struct SpokenTime: Hashable, Sendable {
  /// Nil: today.
  public var day: CalendarDay?
  public var hour: Int
  public var minute: Int

  public init(day: CalendarDay?, hour: Int, minute: Int) {
    self.day = day
    self.hour = hour
    self.minute = minute
  }
}

/// What may be done with a message.
public struct MessageChoices: Hashable, Sendable {
  public var isFirst: Bool
  public var isLast: Bool
  public var isDeleted: Bool
  /// Whoever left it showed a number.
  public var canCall: Bool

  public init(isFirst: Bool, isLast: Bool, isDeleted: Bool, canCall: Bool) {
    self.isFirst = isFirst
    self.isLast = isLast
    self.isDeleted = isDeleted
    self.canCall = canCall
  }
}

extension SpokenLanguage {
  public func say(_ phrases: MailboxPhrase...) -> [Prompt] {
    phrases.flatMap { recordedFolder == nil ? [.spoken($0.synthesised)] : $0.recorded(in: self) }
  }

  /// How many messages wait.
  public func waiting(new: Int, old: Int) -> [Prompt] {
    guard new > 0 || old > 0 else { return say(.youHave, .none, .messages) }
    let counts = [(new, MailboxPhrase.new), (old, .old)].filter { $0.0 > 0 }.map {
      number(Int64($0.0)) + say($0.1, $0.0 == 1 ? .message : .messages)
    }
    return say(.youHave) + Array(counts.joined(separator: say(.and)))
  }

  /// What there is to choose, before any message.
  public func mailboxMenu(new: Int, old: Int) -> [Prompt] {
    let toHear =
      new > 0 ? say(.oneFor, .new, .messages) : old > 0 ? say(.oneFor, .old, .messages) : []
    return toHear + say(.toLeave)
  }

  /// Who left a message, and when.
  ///
  /// - Parameters:
  ///   - caller: an extension, or E.164 with plus; empty: hidden.
  ///   - colleague: the extension that sent it on; empty: nobody did.
  public func envelope(caller: String, at time: SpokenTime, forwardedBy colleague: String)
    -> [Prompt]
  {
    let from: [Prompt] =
      if caller.isEmpty {
        say(.unknownCaller)
      } else {
        say(caller.hasPrefix("+") ? .fromNumber : .fromExtension) + digits(caller)
      }
    let day = time.day.map { date($0) } ?? say(.today)
    let sentOn = colleague.isEmpty ? [] : say(.forwarded, .fromExtension) + digits(colleague)
    return say(.received) + day + say(.at) + self.time(hour: time.hour, minute: time.minute) + from
      + sentOn
  }

  /// What there is to choose after a message.
  public func messageMenu(_ choices: MessageChoices) -> [Prompt] {
    (choices.canCall ? say(.toCallBack) : []) + (choices.isFirst ? [] : say(.toPrevious))
      + say(.toRepeat) + (choices.isLast ? [] : say(.toNext))
      + say(choices.isDeleted ? .toRestore : .toDelete)
      + (choices.isDeleted ? [] : say(.toForward, .toSave))
      + say(.toLeave)
  }
}
