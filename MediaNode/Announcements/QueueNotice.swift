/// What is said to callers who wait, and to the agents whom they wait for.
public enum QueueNotice: Hashable, Sendable, CaseIterable {
  /// The next agent is the caller's.
  case isNext
  /// Before and after a caller's place.
  case placeIs, placeIsSo
  /// Followed by a number and what it counts.
  case waitIs
  case minute, minutes
  case loggedIn, loggedOut, paused, resumed
}

extension SpokenLanguage {
  public func notice(_ notice: QueueNotice) -> [Prompt] {
    if recordedFolder != nil, let name = notice.recorded { return [.recorded(name)] }
    return [.spoken(notice.words(in: self))]
  }

  /// A caller's place, from 1, and how long it will take, rounded up to minutes.
  public func place(_ position: Int, expectedWait: Duration? = nil) -> [Prompt] {
    let place =
      position <= 1
      ? notice(QueueNotice.isNext)
      : notice(QueueNotice.placeIs) + number(Int64(position)) + notice(QueueNotice.placeIsSo)
    guard let expectedWait, position > 1 else { return place }
    let seconds = max(1, expectedWait.components.seconds)
    let minutes = (seconds + 59) / 60
    return place + notice(QueueNotice.waitIs) + number(minutes)
      + notice(minutes == 1 ? QueueNotice.minute : QueueNotice.minutes)
  }
}

extension QueueNotice {
  /// In Debian's packages of all languages; nil: in none.
  fileprivate var recorded: String? {
    switch self {
    case .isNext: "queue-youarenext"
    case .placeIs: "queue-thereare"
    case .placeIsSo: "queue-callswaiting"
    case .waitIs: "queue-holdtime"
    case .minute: "queue-minute"
    case .minutes: "queue-minutes"
    case .loggedIn: "agent-loginok"
    case .loggedOut: "agent-loggedoff"
    case .paused, .resumed: nil
    }
  }

  /// Of languages with recordings only what those lack is asked for.
  fileprivate func words(in language: SpokenLanguage) -> String {
    switch language {
    case .german: german
    case .english: self == .paused ? "You take no callers now" : "You take callers again"
    case .french:
      self == .paused ? "Vous ne prenez plus d'appels" : "Vous prenez à nouveau des appels"
    case .italian: self == .paused ? "Lei non riceve chiamate" : "Lei riceve di nuovo chiamate"
    case .russian: self == .paused ? "Вы не принимаете звонки" : "Вы снова принимаете звонки"
    case .spanish: self == .paused ? "No recibe llamadas" : "Recibe llamadas de nuevo"
    }
  }

  private var german: String {
    switch self {
    case .isNext: "Sie werden als Nächster verbunden"
    case .placeIs: "Sie sind Anrufer Nummer"
    case .placeIsSo: "Bitte haben Sie etwas Geduld"
    case .waitIs: "Die Wartezeit beträgt voraussichtlich"
    case .minute: "Minute"
    case .minutes: "Minuten"
    case .loggedIn: "Sie sind angemeldet"
    case .loggedOut: "Sie sind abgemeldet"
    case .paused: "Sie nehmen keine Anrufe an"
    case .resumed: "Sie nehmen wieder Anrufe an"
    }
  }
}
