/// What callers may have to hear of their calls.
public enum Notice: Hashable, Sendable, CaseIterable {
  /// Nobody has the number that was called.
  case notInService
  /// Whoever was called cannot be reached now.
  case nobodyAvailable
  /// Whoever comes first hears no one else.
  case aloneInConference
}

extension SpokenLanguage {
  public func notice(_ notice: Notice) -> [Prompt] {
    guard recordedFolder != nil else { return [.spoken(synthesised(notice))] }
    switch notice {
    case .notInService: return [.recorded("ss-noservice")]
    case .nobodyAvailable: return [.recorded("vm-nobodyavail")]
    case .aloneInConference: return [.recorded("conf-onlyperson")]
    }
  }

  /// German is the one language without recordings.
  private func synthesised(_ notice: Notice) -> String {
    switch notice {
    case .notInService: "Kein Anschluss unter dieser Nummer"
    case .nobodyAvailable: "Der gewünschte Teilnehmer ist zurzeit nicht erreichbar"
    case .aloneInConference: "Sie sind zurzeit allein in der Konferenz"
    }
  }
}
