/// What is said to callers of a queue who may be called back instead of waiting.
public enum CallbackNotice: Hashable, Sendable, CaseIterable {
  /// Followed by the key.
  case press
  /// Before the number, digit by digit.
  case numberIs
  /// Which keys answer that: one that takes it, one for another number, any other to wait on.
  case confirm, confirmOnly
  /// Asks for another number.
  case enterNumber
  case notPossible
  case isKept
  /// The number has a place already.
  case isKnown
}

extension SpokenLanguage {
  /// No package has recordings of this.
  public func notice(_ notice: CallbackNotice) -> [Prompt] { [.spoken(words(of: notice))] }

  private func words(of notice: CallbackNotice) -> String {
    switch self {
    case .english: notice.english
    case .german: notice.german
    case .french: notice.french
    case .italian: notice.italian
    case .russian: notice.russian
    case .spanish: notice.spanish
    }
  }
}

extension CallbackNotice {
  fileprivate var english: String {
    switch self {
    case .press: "You can keep your place and be called back. Press"
    case .numberIs: "We call you back at"
    case .confirm: "If that is right, press 1. For another number, press 2. To wait, press star"
    case .confirmOnly: "If that is right, press 1. To wait, press star"
    case .enterNumber: "Enter the number, then press pound"
    case .notPossible: "We cannot call this number"
    case .isKept: "Your place is kept, and we call you back. Goodbye"
    case .isKnown: "This number has a place already, and we call it back. Goodbye"
    }
  }

  fileprivate var german: String {
    switch self {
    case .press: "Sie können Ihren Platz behalten und zurückgerufen werden. Drücken Sie"
    case .numberIs: "Wir rufen Sie zurück unter"
    case .confirm:
      "Wenn das stimmt, drücken Sie die 1. Für eine andere Nummer die 2. Zum Warten die Sterntaste"
    case .confirmOnly: "Wenn das stimmt, drücken Sie die 1. Zum Warten die Sterntaste"
    case .enterNumber: "Bitte geben Sie die Rufnummer ein, danach die Rautetaste"
    case .notPossible: "Diese Nummer können wir nicht anrufen"
    case .isKept: "Wir behalten Ihren Platz und rufen Sie zurück. Auf Wiederhören"
    case .isKnown: "Diese Nummer hat schon einen Platz und wird zurückgerufen. Auf Wiederhören"
    }
  }

  fileprivate var french: String {
    switch self {
    case .press: "Vous pouvez garder votre place et être rappelé. Appuyez sur"
    case .numberIs: "Nous vous rappelons au"
    case .confirm:
      "Si c'est exact, appuyez sur 1. Pour un autre numéro, sur 2. Pour attendre, sur étoile"
    case .confirmOnly: "Si c'est exact, appuyez sur 1. Pour attendre, sur étoile"
    case .enterNumber: "Composez le numéro, puis appuyez sur dièse"
    case .notPossible: "Nous ne pouvons pas appeler ce numéro"
    case .isKept: "Nous gardons votre place et nous vous rappelons. Au revoir"
    case .isKnown: "Ce numéro a déjà une place et sera rappelé. Au revoir"
    }
  }

  fileprivate var italian: String {
    switch self {
    case .press: "Può mantenere il posto ed essere richiamato. Prema"
    case .numberIs: "La richiamiamo al"
    case .confirm:
      "Se è corretto prema 1. Per un altro numero prema 2. Per attendere prema asterisco"
    case .confirmOnly: "Se è corretto prema 1. Per attendere prema asterisco"
    case .enterNumber: "Digiti il numero, poi prema cancelletto"
    case .notPossible: "Non possiamo chiamare questo numero"
    case .isKept: "Manteniamo il suo posto e la richiamiamo. Arrivederci"
    case .isKnown: "Questo numero ha già un posto e sarà richiamato. Arrivederci"
    }
  }

  fileprivate var russian: String {
    switch self {
    case .press: "Вы можете сохранить место, и мы вам перезвоним. Нажмите"
    case .numberIs: "Мы перезвоним по номеру"
    case .confirm:
      "Если номер верный, нажмите 1. Чтобы назвать другой, нажмите 2. Чтобы ждать, нажмите звёздочку"
    case .confirmOnly: "Если номер верный, нажмите 1. Чтобы ждать, нажмите звёздочку"
    case .enterNumber: "Наберите номер и нажмите решётку"
    case .notPossible: "Мы не можем позвонить по этому номеру"
    case .isKept: "Место сохранено, мы вам перезвоним. До свидания"
    case .isKnown: "У этого номера уже есть место, мы перезвоним. До свидания"
    }
  }

  fileprivate var spanish: String {
    switch self {
    case .press: "Puede conservar su puesto y le llamaremos. Pulse"
    case .numberIs: "Le llamaremos al"
    case .confirm:
      "Si es correcto, pulse 1. Para otro número, pulse 2. Para esperar, pulse asterisco"
    case .confirmOnly: "Si es correcto, pulse 1. Para esperar, pulse asterisco"
    case .enterNumber: "Marque el número y después la tecla almohadilla"
    case .notPossible: "No podemos llamar a este número"
    case .isKept: "Conservamos su puesto y le llamaremos. Adiós"
    case .isKnown: "Este número ya tiene un puesto y le llamaremos. Adiós"
    }
  }
}
