/// What is said in a menu besides its prompt.
public enum MenuNotice: Hashable, Sendable, CaseIterable {
  /// An extension may be keyed in.
  case enterNumber
  /// Followed by a key.
  case press
  /// The key means nothing, or nobody has the extension.
  case invalid
}

extension SpokenLanguage {
  public func notice(_ notice: MenuNotice) -> [Prompt] {
    switch (self, notice) {
    case (.german, .enterNumber): [.spoken("Bitte wählen Sie die Nebenstelle")]
    case (.german, .press): [.spoken("Bitte drücken Sie")]
    case (.german, .invalid): [.spoken("Diese Eingabe ist nicht möglich")]
    case (_, .enterNumber): [.recorded("vm-enter-num-to-call")]
    case (_, .press): [.recorded("vm-press")]
    case (_, .invalid): [.recorded("invalid")]
    }
  }

  /// What there is to press, where there is no prompt that says what for.
  public func menu(keys: [String], takesExtensions: Bool) -> [Prompt] {
    (takesExtensions ? notice(MenuNotice.enterNumber) : [])
      + keys.flatMap { notice(MenuNotice.press) + digits($0) }
  }
}
