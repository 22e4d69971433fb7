internal import FoundationEssentials
internal import SwiftProtobuf

// The tenants' own sounds, and how a node asks for one.

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
