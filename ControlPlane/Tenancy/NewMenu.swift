public import NodeContract

/// A menu as a person gave it.
public struct NewMenu: Hashable, Sendable {
  /// Where a key leads.
  public struct Destination: Hashable, Sendable {
    /// `extension`, `mailbox`, `outside`, `room` or `hang-up`.
    public var action: String
    /// An extension's id, a number outside, or a room's number; absent with `hang-up`.
    public var target: String?

    public init(_ action: String, to target: String? = nil) {
      self.action = action
      self.target = target
    }
  }

  public var prompt: SoundReference?
  public var language: String?
  public var choices: [String: Destination]
  public var takesExtensions: Bool
  /// Seconds, 1 to 60.
  public var patience: Int
  /// 0 to 9.
  public var repeats: Int
  public var last: Destination

  public init(
    prompt: SoundReference? = nil, language: String? = nil, choices: [String: Destination],
    takesExtensions: Bool = false, patience: Int = 5, repeats: Int = 2,
    last: Destination = Destination("hang-up")
  ) {
    self.prompt = prompt
    self.language = language
    self.choices = choices
    self.takesExtensions = takesExtensions
    self.patience = patience
    self.repeats = repeats
    self.last = last
  }
}

extension VoiceMenu {
  /// What callers are spoken to in.
  public static let languages = ["de", "en", "es", "fr", "it", "ru"]

  /// - Parameter dialling: how the tenant dials; numbers for help are nobody's choice.
  public init(checking new: NewMenu, dialling: DiallingRules) throws(InvalidField) {
    try Self.check(language: new.language)
    guard (1...60).contains(new.patience) else {
      throw InvalidField("patience", .outOfRange(1...60))
    }
    guard (0...9).contains(new.repeats) else { throw InvalidField("repeats", .outOfRange(0...9)) }
    guard !new.choices.isEmpty || new.takesExtensions else { throw InvalidField("choices", .empty) }
    var choices: [String: Destination] = [:]
    for (key, destination) in new.choices.sorted(by: { $0.key < $1.key }) {
      guard Self.keys.contains(key) else {
        throw InvalidField("choices", .malformed(expected: "by a key, 0 to 9, * or #"))
      }
      choices[key] = try Destination(
        checking: destination, dialling: dialling, in: "choices.\(key)")
    }
    self.init(
      prompt: new.prompt, language: new.language, choices: choices,
      takesExtensions: new.takesExtensions, patience: .seconds(new.patience),
      repeats: UInt8(new.repeats),
      last: try Destination(checking: new.last, dialling: dialling, in: "finally"))
  }
}

extension VoiceMenu {
  static func check(language: String?) throws(InvalidField) {
    guard let language, !languages.contains(language) else { return }
    let words = languages.joined(separator: ", ")
    throw InvalidField("language", .malformed(expected: "one of \(words)"))
  }
}

extension VoiceMenu.Destination {
  init(
    checking new: NewMenu.Destination, dialling: DiallingRules, in place: String
  ) throws(InvalidField) {
    let field = "\(place).to"
    guard new.action != "hang-up" else {
      guard new.target == nil else {
        throw InvalidField(field, .malformed(expected: "absent with hang-up"))
      }
      self = .hangUp
      return
    }
    guard let target = new.target, !target.isEmpty else { throw InvalidField(field, .empty) }
    switch new.action {
    case "extension": self = .extension(try Self.id(target, field))
    case "mailbox": self = .mailbox(try Self.id(target, field))
    case "outside":
      try AnsweringRule.checkDialled(target, field)
      guard !dialling.emergencyNumbers.contains(target) else {
        throw InvalidField(field, .malformed(expected: "no number for help"))
      }
      self = .outside(target)
    case "room":
      guard target.utf8.count <= 8, target.utf8.allSatisfy({ 0x30...0x39 ~= $0 }) else {
        throw InvalidField(field, .malformed(expected: "1 to 8 digits"))
      }
      self = .room(target)
    default:
      throw InvalidField(
        "\(place).then", .malformed(expected: "extension, mailbox, outside, room or hang-up"))
    }
  }

  private static func id(_ text: String, _ field: String) throws(InvalidField) -> ExtensionID {
    guard let id = ExtensionID(text) else { throw InvalidField(field, .unknownReference) }
    return id
  }
}

extension NewMenu {
  /// The same as a person would give it.
  public init(_ menu: VoiceMenu) {
    self.init(
      prompt: menu.prompt, language: menu.language,
      choices: menu.choices.mapValues(Destination.init), takesExtensions: menu.takesExtensions,
      patience: Int(menu.patience.components.seconds), repeats: Int(menu.repeats),
      last: Destination(menu.last))
  }
}

extension NewMenu.Destination {
  init(_ destination: VoiceMenu.Destination) {
    switch destination {
    case .extension(let id): self.init("extension", to: id.description)
    case .mailbox(let id): self.init("mailbox", to: id.description)
    case .outside(let number): self.init("outside", to: number)
    case .room(let number): self.init("room", to: number)
    case .hangUp: self.init("hang-up")
    }
  }
}
