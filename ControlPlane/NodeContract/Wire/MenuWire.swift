internal import FoundationEssentials
internal import SwiftProtobuf

// Menus, and the tenants' own sounds.

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

extension SoundReference: WireConvertible {
  init(wire: WireSoundReference) throws(WireError) {
    guard wire.digest.count == Self.digestLength else { throw .invalidField("sound.digest") }
    self.init(id: try WireField.id(wire.id, "sound.id"), digest: Array(wire.digest))
  }

  var wire: WireSoundReference {
    .with {
      $0.id = id.wire
      $0.digest = Data(digest)
    }
  }
}

extension SoundRequest: WireConvertible {
  init(wire: WireSoundRequest) throws(WireError) {
    // Postgres' integers.
    guard wire.offset <= Int64.max else { throw .invalidField("sound_request.offset") }
    self.init(
      id: try WireField.uuid(wire.id, "sound_request.id"),
      tenant: try WireField.id(wire.tenant, "sound_request.tenant"),
      sound: try WireField.id(wire.sound, "sound_request.sound"), offset: wire.offset)
  }

  var wire: WireSoundRequest {
    .with {
      $0.id = id.wire
      $0.tenant = tenant.wire
      $0.sound = sound.wire
      $0.offset = offset
    }
  }
}

extension SoundAnswer: WireConvertible {
  init(wire: WireSoundAnswer) throws(WireError) {
    self.init(
      request: try WireField.uuid(wire.request, "sound_answer.request"),
      outcome: try Outcome(wire: wire.outcome))
  }

  var wire: WireSoundAnswer {
    .with {
      $0.request = request.wire
      $0.outcome = outcome.wire
    }
  }
}

extension SoundAnswer.Outcome {
  init(wire: WireSoundAnswer.OneOf_Outcome?) throws(WireError) {
    switch wire {
    case .piece(let piece):
      guard piece.contents.count <= SoundPiece.mostBytes else {
        throw .invalidField("sound_answer.piece")
      }
      self = .piece(Array(piece.contents), isLast: piece.isLast)
    case .missing: self = .missing
    case .failed, nil: self = .failed
    }
  }

  var wire: WireSoundAnswer.OneOf_Outcome {
    switch self {
    case .piece(let contents, let isLast):
      .piece(
        .with {
          $0.contents = Data(contents)
          $0.isLast = isLast
        })
    case .missing: .missing(WireNothing())
    case .failed: .failed(WireNothing())
    }
  }
}
