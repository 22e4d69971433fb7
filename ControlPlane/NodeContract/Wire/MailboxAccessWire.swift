internal import FoundationEssentials
internal import SwiftProtobuf

// What somebody who calls a mailbox wants of it, and hears.

extension MailboxRequest: WireConvertible {
  init(wire: WireMailboxRequest) throws(WireError) {
    self.init(
      id: try WireField.uuid(wire.id, "mailbox_request.id"),
      tenant: try WireField.id(wire.tenant, "mailbox_request.tenant"),
      mailbox: try WireField.id(wire.extension, "mailbox_request.extension"),
      verb: try Verb(wire: wire.verb))
  }

  var wire: WireMailboxRequest {
    .with {
      $0.id = id.wire
      $0.tenant = tenant.wire
      $0.extension = mailbox.wire
      $0.verb = verb.wire
    }
  }
}

extension MailboxRequest.Verb {
  init(wire: WireMailboxRequest.OneOf_Verb?) throws(WireError) {
    switch wire {
    case .open(let open):
      guard open.pin.utf8.count <= MailboxRequest.longestPIN else {
        throw .invalidField("mailbox_request.pin")
      }
      self = .open(pin: open.hasPin ? open.pin : nil)
    case .mark(let mark):
      guard let state = MessageState(wire: mark.state) else {
        throw .invalidField("mailbox_request.state")
      }
      self = .mark(try WireField.id(mark.message, "mailbox_request.message"), state)
    case .delete(let id): self = .delete(try WireField.id(id, "mailbox_request.message"))
    case .restore(let id): self = .restore(try WireField.id(id, "mailbox_request.message"))
    case .forward(let forward):
      self = .forward(
        try WireField.id(forward.message, "mailbox_request.message"),
        to: try WireField.id(forward.to, "mailbox_request.to"),
        as: try WireField.id(forward.copy, "mailbox_request.copy"))
    case .sound(let sound):
      // Postgres' integers.
      guard sound.offset <= Int64.max else { throw .invalidField("mailbox_request.offset") }
      self = .sound(
        try WireField.id(sound.message, "mailbox_request.message"), offset: sound.offset)
    case nil: throw .invalidField("mailbox_request.verb")
    }
  }

  var wire: WireMailboxRequest.OneOf_Verb {
    switch self {
    case .open(let pin): .open(.with { if let pin { $0.pin = pin } })
    case .mark(let id, let state):
      .mark(
        .with {
          $0.message = id.wire
          $0.state = state.wire
        })
    case .delete(let id): .delete(id.wire)
    case .restore(let id): .restore(id.wire)
    case .forward(let id, let mailbox, let copy):
      .forward(
        .with {
          $0.message = id.wire
          $0.to = mailbox.wire
          $0.copy = copy.wire
        })
    case .sound(let id, let offset):
      .sound(
        .with {
          $0.message = id.wire
          $0.offset = offset
        })
    }
  }
}

extension MessageState {
  init?(wire: WireMessageState) {
    switch wire {
    case .new: self = .new
    case .heard: self = .heard
    case .saved: self = .saved
    case .unspecified, .UNRECOGNIZED: return nil
    }
  }

  var wire: WireMessageState {
    switch self {
    case .new: .new
    case .heard: .heard
    case .saved: .saved
    }
  }
}

extension MailboxAnswer: WireConvertible {
  init(wire: WireMailboxAnswer) throws(WireError) {
    self.init(
      request: try WireField.uuid(wire.request, "mailbox_answer.request"),
      outcome: try Outcome(wire: wire.outcome))
  }

  var wire: WireMailboxAnswer {
    .with {
      $0.request = request.wire
      $0.outcome = outcome.wire
    }
  }
}

extension MailboxAnswer.Outcome {
  init(wire: WireMailboxAnswer.OneOf_Outcome?) throws(WireError) {
    switch wire {
    case .messages(let list):
      guard list.messages.count <= MailboxRequest.mostMessages else {
        throw .invalidField("mailbox_answer.messages")
      }
      self = .messages(try list.messages.map(WaitingMessage.init(wire:)))
    case .sound(let sound):
      guard sound.contents.count <= SoundPiece.mostBytes else {
        throw .invalidField("mailbox_answer.sound")
      }
      self = .sound(Array(sound.contents), isLast: sound.isLast)
    case .verdict(.done): self = .done
    case .verdict(.wrongPin): self = .wrongPIN
    case .verdict(.locked): self = .locked
    case .verdict(.missing): self = .missing
    case .verdict(.noMailbox): self = .noMailbox
    case .verdict(.full): self = .full
    case .verdict, nil: self = .failed
    }
  }

  var wire: WireMailboxAnswer.OneOf_Outcome {
    switch self {
    case .messages(let messages): .messages(.with { $0.messages = messages.map(\.wire) })
    case .sound(let contents, let isLast):
      .sound(
        .with {
          $0.contents = Data(contents)
          $0.isLast = isLast
        })
    case .done: .verdict(.done)
    case .wrongPIN: .verdict(.wrongPin)
    case .locked: .verdict(.locked)
    case .missing: .verdict(.missing)
    case .noMailbox: .verdict(.noMailbox)
    case .full: .verdict(.full)
    case .failed: .verdict(.failed)
    }
  }
}

extension WaitingMessage: WireConvertible {
  init(wire: WireWaitingMessage) throws(WireError) {
    self.init(
      id: try WireField.id(wire.id, "waiting_message.id"), caller: wire.caller,
      leftAt: try WireField.time(
        milliseconds: wire.leftAtMilliseconds, "waiting_message.left_at"),
      // What a newer replica says of it is no reason to leave it out.
      state: MessageState(wire: wire.state) ?? .heard, forwardedBy: wire.forwardedBy)
  }

  var wire: WireWaitingMessage {
    .with {
      $0.id = id.wire
      $0.caller = caller
      $0.leftAtMilliseconds = leftAt.milliseconds
      $0.state = state.wire
      $0.forwardedBy = forwardedBy
    }
  }
}
