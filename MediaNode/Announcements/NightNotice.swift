/// What is said to whoever switches a call flow between day and night.
public enum NightNotice: Hashable, Sendable, CaseIterable {
  case night, day
}

extension SpokenLanguage {
  /// No package has recordings of it.
  public func notice(_ notice: NightNotice) -> [Prompt] {
    let words =
      switch self {
      case .english: (night: "Night service is on", day: "Day service is on")
      case .french: (night: "Service de nuit activé", day: "Service de jour activé")
      case .german: (night: "Nachtschaltung ist ein", day: "Tagschaltung ist ein")
      case .italian: (night: "Servizio notturno attivo", day: "Servizio diurno attivo")
      case .russian: (night: "Включён ночной режим", day: "Включён дневной режим")
      case .spanish: (night: "Servicio nocturno activado", day: "Servicio diurno activado")
      }
    return [.spoken(notice == .night ? words.night : words.day)]
  }
}
