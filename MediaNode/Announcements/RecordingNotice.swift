/// What is said to whose call is recorded.
public enum RecordingNotice: Hashable, Sendable, CaseIterable {
  case isRecorded
}

extension SpokenLanguage {
  /// No package has recordings of it.
  public func notice(_ notice: RecordingNotice) -> [Prompt] {
    let words =
      switch self {
      case .english: "This call is recorded"
      case .french: "Cet appel est enregistré"
      case .german: "Dieser Anruf wird aufgezeichnet"
      case .italian: "Questa chiamata viene registrata"
      case .russian: "Этот разговор записывается"
      case .spanish: "Esta llamada se graba"
      }
    return [.spoken(words)]
  }
}
