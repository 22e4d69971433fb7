internal import FoundationEssentials
internal import SwiftProtobuf

// Recorded sound, and the mailboxes that some of it is for.

extension StoredSound: WireConvertible {
  init(wire: WireStoredSound) throws(WireError) {
    let kind: Kind
    switch wire.kind {
    case .message(let message): kind = .message(try LeftMessage(wire: message))
    case .recording(let recording): kind = .recording(try RecordedCall(wire: recording))
    case nil: throw .invalidField("sound.kind")
    }
    self.init(
      id: try WireField.id(wire.id, "sound.id"),
      tenant: try WireField.id(wire.tenant, "sound.tenant"), kind: kind)
  }

  var wire: WireStoredSound {
    .with {
      $0.id = id.wire
      $0.tenant = tenant.wire
      switch kind {
      case .message(let message): $0.message = message.wire
      case .recording(let recording): $0.recording = recording.wire
      }
    }
  }
}

extension LeftMessage: WireConvertible {
  init(wire: WireLeftMessage) throws(WireError) {
    self.init(
      mailbox: try WireField.id(wire.extension, "message.extension"),
      call: try WireField.id(wire.call, "message.call"), caller: wire.caller,
      callerName: wire.callerName,
      leftAt: try WireField.time(milliseconds: wire.leftAtMilliseconds, "message.left_at"),
      ending: Ending(wire: wire.ending))
  }

  var wire: WireLeftMessage {
    .with {
      $0.extension = mailbox.wire
      $0.call = call.wire
      $0.caller = caller
      $0.callerName = callerName
      $0.leftAtMilliseconds = leftAt.milliseconds
      $0.ending = ending?.wire ?? .unspecified
    }
  }
}

extension LeftMessage.Ending {
  /// How a newer node says that it ended may be anything: nobody can say that it is whole.
  init?(wire: WireLeftMessage.Ending) {
    switch wire {
    case .unspecified: return nil
    case .hungUp: self = .hungUp
    case .key: self = .key
    case .silence: self = .silence
    case .longest: self = .longest
    case .cut, .UNRECOGNIZED: self = .cut
    }
  }

  var wire: WireLeftMessage.Ending {
    switch self {
    case .hungUp: .hungUp
    case .key: .key
    case .silence: .silence
    case .longest: .longest
    case .cut: .cut
    }
  }
}

extension RecordedCall: WireConvertible {
  init(wire: WireRecordedCall) throws(WireError) {
    self.init(
      call: try WireField.id(wire.call, "recording.call"), parties: try Parties(wire: wire.parties),
      begunAt: try WireField.time(milliseconds: wire.begunAtMilliseconds, "recording.begun_at"),
      interruptions: wire.interruptions, ending: Ending(wire: wire.ending),
      rule: wire.rule.isEmpty ? nil : try WireField.id(wire.rule, "recording.rule"))
  }

  var wire: WireRecordedCall {
    .with {
      $0.call = call.wire
      $0.parties = parties.wire
      $0.begunAtMilliseconds = begunAt.milliseconds
      $0.interruptions = interruptions
      $0.ending = ending?.wire ?? .unspecified
      if let rule { $0.rule = rule.wire }
    }
  }
}

extension RecordedCall.Parties {
  init(wire: WireRecordedCall.Parties) throws(WireError) {
    switch wire {
    case .both: self = .both
    case .caller: self = .caller
    case .called: self = .called
    case .unspecified, .UNRECOGNIZED: throw .invalidField("recording.parties")
    }
  }

  var wire: WireRecordedCall.Parties {
    switch self {
    case .both: .both
    case .caller: .caller
    case .called: .called
    }
  }
}

extension RecordedCall.Ending {
  /// What a newer node says may be anything: nobody can say that it is whole.
  init?(wire: WireRecordedCall.Ending) {
    switch wire {
    case .unspecified, .UNRECOGNIZED: return nil
    case .stopped: self = .stopped
    case .callEnded: self = .callEnded
    }
  }

  var wire: WireRecordedCall.Ending {
    switch self {
    case .stopped: .stopped
    case .callEnded: .callEnded
    }
  }
}

extension SoundPiece: WireConvertible {
  init(wire: WireSoundPiece) throws(WireError) {
    guard wire.hasSound else { throw .invalidField("sound_piece.sound") }
    guard wire.contents.count <= SoundPiece.mostBytes else {
      throw .invalidField("sound_piece.contents")
    }
    // Postgres' integers.
    guard wire.part <= Int32.max, wire.offset <= Int64.max else {
      throw .invalidField("sound_piece.offset")
    }
    self.init(
      sound: try StoredSound(wire: wire.sound), part: wire.part, offset: wire.offset,
      contents: Array(wire.contents),
      length: wire.isLast
        ? try WireField.duration(nanoseconds: wire.lengthNanoseconds, "sound_piece.length") : nil)
  }

  var wire: WireSoundPiece {
    .with {
      $0.sound = sound.wire
      $0.part = part
      $0.offset = offset
      $0.contents = Data(contents)
      if let length {
        $0.isLast = true
        $0.lengthNanoseconds = length.nanoseconds
      }
    }
  }
}

extension SoundPiece.Key: WireConvertible {
  init(wire: WireKeptPiece) throws(WireError) {
    self.init(
      sound: try WireField.id(wire.sound, "kept_piece.sound"), part: wire.part, offset: wire.offset)
  }

  var wire: WireKeptPiece {
    .with {
      $0.sound = sound.wire
      $0.part = part
      $0.offset = offset
    }
  }
}

extension VoiceMailbox: WireConvertible {
  init(wire: WireVoiceMailbox) throws(WireError) {
    self.init(
      longestMessage: try WireField.duration(
        nanoseconds: wire.longestMessageNanoseconds, "mailbox.longest_message"),
      isFull: wire.isFull,
      greeting: wire.hasGreeting ? try SoundReference(wire: wire.greeting) : nil)
  }

  var wire: WireVoiceMailbox {
    .with {
      $0.longestMessageNanoseconds = longestMessage.nanoseconds
      $0.isFull = isFull
      if let greeting { $0.greeting = greeting.wire }
    }
  }
}
