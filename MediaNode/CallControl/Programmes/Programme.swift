public import Announcements
import Digits

/// What is said to a party, in a row.
public struct Announcement: Hashable, Sendable {
  public var prompts: [Prompt]
  public var language: SpokenLanguage
  /// What is said in their place where one of them is missing; nil: nothing is.
  public var otherwise: [Prompt]?

  public init(
    _ prompts: [Prompt], in language: SpokenLanguage, otherwise: [Prompt]? = nil
  ) {
    self.otherwise = otherwise
    self.prompts = prompts
    self.language = language
  }
}

/// How keys are read that answer an announcement.
struct KeyReading: Hashable, Sendable {
  /// So many keys and no more.
  var most: UInt8
  /// Ends the entry, and is no part of it.
  var terminator: Digit?
  /// Each of these is an entry by itself where it comes first.
  var alone: [Digit] = []
  /// How long the first key may take after the announcement.
  var patience: Duration = .seconds(5)
  /// How long each further key may take.
  var pause: Duration = .seconds(3)
  /// A key ends the announcement; else nobody listens before its end.
  var interrupts = true
}

/// What a party hears of the exchange itself, and may answer with its keys.
struct Programme: Hashable, Sendable {
  var announcement: Announcement
  /// How often all of it is said at most; 0 counts as once.
  var rounds: UInt8 = 1
  /// Between the end of one round and the next, where no keys are read.
  var pause: Duration = .seconds(2)
  var reading: KeyReading?

  /// How a programme ended.
  enum Outcome: Hashable, Sendable {
    /// All is said; keys were not asked for.
    case said
    /// One key or more.
    case entered([Digit])
    /// Keys were asked for, and the terminator came at once or nothing at all.
    case nothing
  }
}

extension Programme {
  /// The party may speak. The same everywhere.
  static let tone = Programme(announcement: Announcement([.recorded("beep")], in: .english))

  /// What a caller hears while somebody rings whom we lead it to.
  static func ringing(in language: SpokenLanguage) -> Programme {
    Programme(announcement: Announcement([.ringing], in: language), rounds: .max, pause: .zero)
  }
}
