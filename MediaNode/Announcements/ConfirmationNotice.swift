/// What is said to whoever must say whether it takes a call.
public enum ConfirmationNotice: Hashable, Sendable, CaseIterable {
  /// Followed by the caller's number.
  case callFrom
  case callFromUnknown
  /// 1 takes the call, 2 declines it.
  case options
}

extension SpokenLanguage {
  /// - Parameter caller: digits; nil: nobody knows who calls.
  public func confirmation(ofCallFrom caller: String?) -> [Prompt] {
    let from =
      caller.map { notice(ConfirmationNotice.callFrom) + digits($0) }
      ?? notice(ConfirmationNotice.callFromUnknown)
    return from + notice(ConfirmationNotice.options)
  }

  public func notice(_ notice: ConfirmationNotice) -> [Prompt] {
    switch (self, notice) {
    case (.german, .callFrom): [.spoken("Sie haben einen Anruf von")]
    case (.german, .callFromUnknown): [.spoken("Sie haben einen Anruf von einem Unbekannten")]
    case (.german, .options):
      [.spoken("Drücken Sie eins, um ihn anzunehmen, oder zwei, um ihn abzulehnen")]
    case (_, .callFrom): [.recorded("followme/call-from")]
    // "An unknown caller": the package for Spanish has it only as from whom a message is.
    case (_, .callFromUnknown): [.recorded("vm-unknown-caller")]
    case (_, .options): [.recorded("followme/options")]
    }
  }
}
