import Announcements
import CallFlows
import Digits
import NodeContract

/// What a caller in a menu wants.
struct MenuChoice: Hashable, Sendable {
  enum Place: Hashable, Sendable {
    case destination(VoiceMenu.Destination)
    /// The extension that was keyed in, if there is one.
    case dialled(String)
    /// The menu is a step of a flow.
    case flow(FlowEvent)
  }

  /// As they were pressed; empty: the caller did not choose.
  let keys: String
  let place: Place
}

/// A caller in a menu: a prompt, keys, and somebody who rings. A menu that is changed meanwhile changes
/// nothing of it.
struct MenuVisit: Hashable, Sendable {
  enum Stage: UInt8, Hashable, Sendable, CaseIterable {
    /// The prompt is played, or a key is due. Leads to every other stage.
    case listening = 1
    /// Somebody whom the caller chose rings, and the caller hears that. Leads to `listening`, `leaving`,
    /// and out of the menu.
    case ringing
    /// The caller is told that nobody is there. Leads to the call's end.
    case leaving
  }

  /// What an event leads to.
  enum Step: Hashable, Sendable {
    case say(Programme)
    /// Find out where that is; the visit is told if it is nowhere.
    case lead(MenuChoice)
    case end
  }

  /// Whose menu it is.
  let entry: ExtensionID
  let number: String
  let menu: VoiceMenu
  let language: SpokenLanguage
  /// Keys with which no extension begins that may be keyed in.
  let alone: [Digit]
  /// Digits of the longest extension.
  let longest: UInt8
  /// Who calls, as far as whoever is chosen may see it.
  let callerName: String?
  let isWithheld: Bool
  /// What can be pressed where the menu is a step of a flow; nil: it is an extension's.
  var flowKeys: [String]?
  private(set) var stage: Stage
  /// Prompts that led nowhere.
  private(set) var failures: UInt8
  /// Choices of the call so far, in all its menus.
  private(set) var choices: UInt8
  /// All prompts led nowhere: the caller was sent on.
  private(set) var isOver: Bool

  init(
    entry: ExtensionID, number: String, menu: VoiceMenu, language: SpokenLanguage, alone: [Digit],
    longest: UInt8, callerName: String?, isWithheld: Bool, flowKeys: [String]? = nil,
    stage: Stage = .listening,
    failures: UInt8 = 0, choices: UInt8 = 0, isOver: Bool = false
  ) {
    self.entry = entry
    self.number = number
    self.menu = menu
    self.language = language
    self.alone = alone
    self.longest = longest
    self.callerName = callerName
    self.isWithheld = isWithheld
    self.flowKeys = flowKeys
    self.stage = stage
    self.failures = failures
    self.choices = choices
    self.isOver = isOver
  }

  /// The same call was in menus and queues before, and chose so often.
  mutating func follows(choices: UInt8) { self.choices = choices }

  // MARK: - Events

  func begin() -> [Step] { [.say(programme(after: []))] }

  /// - Parameter limit: choices of one call; whoever makes more is hung up.
  mutating func programmeEnded(_ outcome: Programme.Outcome, limit: UInt8) -> [Step] {
    switch (stage, outcome) {
    case (.listening, .entered(let keys)): entered(keys, limit: limit)
    case (.listening, .nothing), (.listening, .said): failed(saying: [], limit: limit)
    case (.leaving, _): [.end]
    case (.ringing, _): []
    }
  }

  /// Nobody has that extension, or the key means nothing.
  mutating func wasInvalid(limit: UInt8) -> [Step] {
    failed(saying: language.notice(MenuNotice.invalid), limit: limit)
  }

  /// Whoever was chosen did not take the call.
  mutating func wasInVain(limit: UInt8) -> [Step] {
    failed(saying: language.notice(Notice.nobodyAvailable), limit: limit)
  }

  /// Somebody rings: what the caller hears.
  mutating func rings() -> Programme {
    stage = .ringing
    return .ringing(in: language)
  }

  // MARK: - Steps

  private mutating func entered(_ keys: [Digit], limit: UInt8) -> [Step] {
    let text = String(keys.map(\.character))
    if let flowKeys {
      guard flowKeys.contains(text) else { return wasInvalid(limit: limit) }
      return lead(MenuChoice(keys: text, place: .flow(.key(text))), limit: limit)
    }
    if let destination = menu.choices[text] {
      return lead(MenuChoice(keys: text, place: .destination(destination)), limit: limit)
    }
    guard menu.takesExtensions else { return wasInvalid(limit: limit) }
    return lead(MenuChoice(keys: text, place: .dialled(text)), limit: limit)
  }

  private mutating func lead(_ choice: MenuChoice, limit: UInt8) -> [Step] {
    guard choices < limit else { return [.end] }
    choices += 1
    return [.lead(choice)]
  }

  private mutating func failed(saying notice: [Prompt], limit: UInt8) -> [Step] {
    guard !isOver else {
      stage = .leaving
      return notice.isEmpty
        ? [.end] : [.say(Programme(announcement: Announcement(notice, in: language)))]
    }
    guard failures < menu.repeats else {
      isOver = true
      let last = flowKeys == nil ? MenuChoice.Place.destination(menu.last) : .flow(.nobody)
      return lead(MenuChoice(keys: "", place: last), limit: limit)
    }
    failures += 1
    stage = .listening
    return [.say(programme(after: notice))]
  }

  private func programme(after notice: [Prompt]) -> Programme {
    let named = language.menu(
      keys: flowKeys ?? VoiceMenu.keys.filter { menu.choices[$0] != nil },
      takesExtensions: menu.takesExtensions)
    let announcement =
      menu.prompt.map {
        Announcement(notice + [.uploaded($0.name)], in: language, otherwise: notice + named)
      } ?? Announcement(notice + named, in: language)
    return Programme(
      announcement: announcement,
      reading: KeyReading(
        most: menu.takesExtensions ? max(1, longest) : 1, terminator: Digit("#"), alone: alone,
        patience: menu.patience))
  }
}
