/// What is said to whoever switches what becomes of calls.
public enum SwitchNotice: Hashable, Sendable, CaseIterable {
  /// Asks where calls are to go.
  case whichNumber
  /// Calls cannot go there.
  case numberNotTaken
  case doNotDisturb, noDoNotDisturb
  /// Followed by the number.
  case forwardsAlwaysTo, forwardsBusyTo, forwardsNoAnswerTo
  case forwardsAlwaysNoMore, forwardsBusyNoMore, forwardsNoAnswerNoMore
}

extension SpokenLanguage {
  public func notice(_ notice: SwitchNotice) -> [Prompt] {
    switch self {
    case .english, .french, .italian, .russian: notice.recorded
    // The package for Spanish has nothing of this.
    case .spanish: [.spoken(notice.spanish)]
    case .german: [.spoken(notice.german)]
    }
  }
}

extension SwitchNotice {
  fileprivate var recorded: [Prompt] {
    let names =
      switch self {
      case .whichNumber: ["vm-enter-num-to-call"]
      case .numberNotTaken: ["pbx-invalid"]
      case .doNotDisturb: ["do-not-disturb", "activated"]
      case .noDoNotDisturb: ["do-not-disturb", "de-activated"]
      case .forwardsAlwaysTo: ["call-fwd-unconditional", "is-set-to"]
      case .forwardsBusyTo: ["call-fwd-on-busy", "is-set-to"]
      case .forwardsNoAnswerTo: ["call-fwd-no-ans", "is-set-to"]
      case .forwardsAlwaysNoMore: ["call-fwd-unconditional", "de-activated"]
      case .forwardsBusyNoMore: ["call-fwd-on-busy", "de-activated"]
      case .forwardsNoAnswerNoMore: ["call-fwd-no-ans", "de-activated"]
      }
    return names.map { .recorded($0) }
  }

  fileprivate var german: String {
    switch self {
    case .whichNumber: "Bitte geben Sie die Rufnummer ein, danach die Rautetaste"
    case .numberNotTaken: "Diese Rufnummer ist nicht möglich"
    case .doNotDisturb: "Bitte nicht stören ist eingeschaltet"
    case .noDoNotDisturb: "Bitte nicht stören ist ausgeschaltet"
    case .forwardsAlwaysTo: "Alle Anrufe werden umgeleitet an"
    case .forwardsBusyTo: "Bei besetzt werden Anrufe umgeleitet an"
    case .forwardsNoAnswerTo: "Nicht angenommene Anrufe werden umgeleitet an"
    case .forwardsAlwaysNoMore: "Anrufe werden nicht mehr umgeleitet"
    case .forwardsBusyNoMore: "Bei besetzt werden Anrufe nicht mehr umgeleitet"
    case .forwardsNoAnswerNoMore: "Nicht angenommene Anrufe werden nicht mehr umgeleitet"
    }
  }

  fileprivate var spanish: String {
    switch self {
    case .whichNumber: "Marque el número y después la tecla almohadilla"
    case .numberNotTaken: "Este número no es posible"
    case .doNotDisturb: "No molestar está activado"
    case .noDoNotDisturb: "No molestar está desactivado"
    case .forwardsAlwaysTo: "Todas las llamadas se desvían al"
    case .forwardsBusyTo: "Si comunica, las llamadas se desvían al"
    case .forwardsNoAnswerTo: "Sin respuesta, las llamadas se desvían al"
    case .forwardsAlwaysNoMore: "Las llamadas ya no se desvían"
    case .forwardsBusyNoMore: "Si comunica, las llamadas ya no se desvían"
    case .forwardsNoAnswerNoMore: "Sin respuesta, las llamadas ya no se desvían"
    }
  }
}
