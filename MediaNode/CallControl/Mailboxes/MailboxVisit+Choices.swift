import Announcements
import Digits
import NodeContract

/// What may be done with a message that is heard, or was.
extension MailboxVisit {
  mutating func choose(_ key: Digit?, at now: BootInstant) -> [Step] {
    guard items.indices.contains(place) else { return menu() }
    let item = items[place]
    switch key?.character {
    case "2" where item.hasNumber: return call(item.caller)
    case "4": return place > 0 ? hear(place - 1, at: now) : offer([])
    case "5": return hear(place, at: now)
    case "6": return place + 1 < items.count ? hear(place + 1, at: now) : offer([.noMore])
    case "7": return ask(item.isDeleted ? .restore(item.id) : .delete(item.id), at: now)
    case "8" where !item.isDeleted:
      stage = .addressing
      return [reading(.whichExtension)]
    case "9": return item.isDeleted ? offer([]) : ask(.mark(item.id, .saved), at: now)
    case "*": return menu()
    case "#": return leave()
    default: return offer([])
    }
  }

  mutating func offer(_ phrases: [MailboxPhrase]) -> [Step] {
    offer(after: phrases.flatMap { language.say($0) })
  }

  mutating func offer(after said: [Prompt]) -> [Step] {
    stage = .choice
    return [key(after: said + options)]
  }

  var options: [Prompt] {
    guard items.indices.contains(place) else { return [] }
    let item = items[place]
    return language.messageMenu(
      MessageChoices(
        isFirst: place == 0, isLast: place + 1 == items.count, isDeleted: item.isDeleted,
        canCall: item.hasNumber))
  }

  // MARK: - Forwarding

  /// Keys other than digits lead back to the message.
  mutating func address(_ number: String) -> [Step] {
    number.allSatisfy(\.isNumber) && !number.isEmpty ? [.find(number: number)] : offer([])
  }

  mutating func forward(to colleague: ExtensionID?, as copy: SoundID, at now: BootInstant)
    -> [Step]
  {
    guard let colleague, colleague != mailbox, items.indices.contains(place) else {
      return offer([.noSuchMailbox])
    }
    return ask(.forward(items[place].id, to: colleague, as: copy), at: now)
  }

  // MARK: - Calling back

  private mutating func call(_ number: String) -> [Step] {
    stage = .calling
    return [.call(number: number)]
  }

  /// The visitor is still here, and hears why.
  mutating func calledInVain(_ reason: Notice) -> [Step] {
    guard stage == .calling else { return [] }
    return offer(after: language.notice(reason))
  }
}
