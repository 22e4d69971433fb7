/// What callers may have to hear of their calls.
public enum Notice: Hashable, Sendable, CaseIterable {
  /// Nobody has the number that was called.
  case notInService
  /// Whoever was called cannot be reached now.
  case nobodyAvailable
  /// Whoever comes first hears no one else.
  case aloneInConference
  /// After the tone, and what ends it.
  case leaveMessage
  /// Whoever was called takes no more messages.
  case mailboxFull
}

extension SpokenLanguage {
  public func notice(_ notice: Notice) -> [Prompt] {
    guard recordedFolder != nil else { return [.spoken(synthesised(notice))] }
    switch notice {
    case .notInService: return [.recorded("ss-noservice")]
    case .nobodyAvailable: return [.recorded("vm-nobodyavail")]
    case .aloneInConference: return [.recorded("conf-onlyperson")]
    case .leaveMessage: return [.recorded("vm-intro")]
    case .mailboxFull: return [.recorded("vm-mailboxfull")]
    }
  }

  /// Who is not there, and that a message may be left.
  public func greeting(ofNumber number: String) -> [Prompt] {
    guard recordedFolder != nil else { return notice(.nobodyAvailable) + notice(.leaveMessage) }
    return [.recorded("vm-theperson")] + digits(number) + [.recorded("vm-isunavail")]
      + notice(.leaveMessage)
  }

  /// German is the one language without recordings.
  private func synthesised(_ notice: Notice) -> String {
    switch notice {
    case .notInService: "Kein Anschluss unter dieser Nummer"
    case .nobodyAvailable: "Der gewünschte Teilnehmer ist zurzeit nicht erreichbar"
    case .aloneInConference: "Sie sind zurzeit allein in der Konferenz"
    case .leaveMessage: "Bitte sprechen Sie nach dem Ton, und legen Sie dann auf"
    case .mailboxFull: "Der Anrufbeantworter ist voll"
    }
  }
}
