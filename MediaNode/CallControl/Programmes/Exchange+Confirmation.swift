import Announcements
import Digits
import NodeContract

/// What somebody hears who must say whether it takes a call.
extension Exchange {
  mutating func askConfirmation(of id: CallID, at now: Moment) {
    guard let call = calls[id]?.machine else { return }
    let language = directory[call.tenant]?.snapshot.dialling.language ?? .english
    let caller = call.caller.number
    let isKnown = caller != CallerIdentity.anonymous && !language.digits(caller).isEmpty
    let question = Programme.confirmation(callFrom: isKnown ? caller : nil, in: language)
    update(id, at: now) { $0.ask(question, at: now) }
  }
}

extension Programme {
  /// Twice, so that who picks up late hears all of it. A machine that answers presses nothing.
  fileprivate static func confirmation(callFrom caller: String?, in language: SpokenLanguage)
    -> Programme
  {
    Programme(
      announcement: Announcement(language.confirmation(ofCallFrom: caller), in: language),
      rounds: 2, reading: KeyReading(most: 1, patience: .seconds(4)))
  }
}
