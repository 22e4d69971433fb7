internal import SwiftProtobuf

extension VoiceMenu: WireConvertible {
  init(wire: WireVoiceMenu) throws(WireError) {
    var choices: [String: Destination] = [:]
    // Keys that a newer sender knows nobody can press here.
    for choice in wire.choices where VoiceMenu.keys.contains(choice.key) {
      choices[choice.key] = try Destination(wire: choice.destination)
    }
    self.init(
      prompt: wire.hasPrompt ? try SoundReference(wire: wire.prompt) : nil,
      language: wire.hasLanguage ? wire.language : nil, choices: choices,
      takesExtensions: wire.takesExtensions,
      patience: try WireField.duration(nanoseconds: wire.patienceNanoseconds, "menu.patience"),
      repeats: try WireField.narrowed(wire.repeats, "menu.repeats"),
      last: try Destination(wire: wire.last))
  }

  var wire: WireVoiceMenu {
    .with {
      if let prompt { $0.prompt = prompt.wire }
      if let language { $0.language = language }
      $0.choices = choices.sorted { $0.key < $1.key }.map { choice in
        .with {
          $0.key = choice.key
          $0.destination = choice.value.wire
        }
      }
      $0.takesExtensions = takesExtensions
      $0.patienceNanoseconds = patience.nanoseconds
      $0.repeats = UInt32(repeats)
      $0.last = last.wire
    }
  }
}

extension VoiceMenu.Destination {
  init(wire: WireVoiceMenu.Destination) throws(WireError) {
    switch wire.place {
    case .extension(let id): self = .extension(try WireField.id(id, "menu.extension"))
    case .mailbox(let id): self = .mailbox(try WireField.id(id, "menu.mailbox"))
    case .outside(let number): self = .outside(number)
    case .room(let number): self = .room(number)
    case .hangUp, nil: self = .hangUp
    }
  }

  var wire: WireVoiceMenu.Destination {
    .with {
      switch self {
      case .extension(let id): $0.extension = id.wire
      case .mailbox(let id): $0.mailbox = id.wire
      case .outside(let number): $0.outside = number
      case .room(let number): $0.room = number
      case .hangUp: $0.hangUp = WireNothing()
      }
    }
  }
}
