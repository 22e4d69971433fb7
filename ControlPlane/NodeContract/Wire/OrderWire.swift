internal import FoundationEssentials
internal import SwiftProtobuf

// What a replica says, and how a node answers its orders.

extension ReplicaWelcome: WireConvertible {
  init(wire: WireWelcome) throws(WireError) {
    self.init(
      replica: try WireField.name(wire.replica, "welcome.replica"),
      beatKey: try WireField.required(wire.beatKey, present: wire.hasBeatKey, "welcome.beat_key"))
  }

  var wire: WireWelcome {
    .with {
      $0.replica = replica.text
      $0.beatKey = beatKey.wire
    }
  }
}

extension BeatKey: WireConvertible {
  init(wire: WireBeatKey) throws(WireError) {
    guard wire.key.count == 32 else { throw .invalidField("beat_key.key") }
    self.init(number: wire.number, bytes: Array(wire.key))
  }

  var wire: WireBeatKey {
    .with {
      $0.number = number
      $0.key = Data(bytes)
    }
  }
}

extension OwnershipOrder: WireConvertible {
  init(wire: WireOrder) throws(WireError) {
    self.init(
      id: try WireField.id(wire.id, "order.id"),
      verb: try WireField.present(Verb(wire: wire.verb), "order.verb"),
      address: try WireField.name(wire.address, "order.address"),
      epoch: try WireField.required(wire.epoch, present: wire.hasEpoch, "order.epoch"),
      beat: wire.beat == 0 ? nil : wire.beat, isPredecessorGone: wire.predecessorGone,
      isAcross: wire.across)
  }

  var wire: WireOrder {
    .with {
      $0.id = id.wire
      $0.verb = verb.wire
      $0.address = address.text
      $0.epoch = epoch.wire
      $0.beat = beat ?? 0
      $0.predecessorGone = isPredecessorGone
      $0.across = isAcross
    }
  }
}

extension OwnershipOrder.Verb {
  init?(wire: WireOrder.Verb) {
    switch wire {
    case .adopt: self = .adopt
    case .release: self = .release
    case .unspecified, .UNRECOGNIZED: return nil
    }
  }

  var wire: WireOrder.Verb {
    switch self {
    case .adopt: .adopt
    case .release: .release
    }
  }
}

extension OrderAnswer: WireConvertible {
  init(wire: WireOrderAnswer) throws(WireError) {
    self.init(
      order: try WireField.id(wire.order, "order_answer.order"),
      address: try WireField.name(wire.address, "order_answer.address"),
      verdict: try Verdict(wire: wire.verdict))
  }

  var wire: WireOrderAnswer {
    .with {
      $0.order = order.wire
      $0.address = address.text
      $0.verdict = verdict.wire
    }
  }
}

extension OrderAnswer.Verdict {
  init(wire: WireOrderAnswer.OneOf_Verdict?) throws(WireError) {
    switch wire {
    case .done: self = .done
    case .refusedStale(let epoch): self = .refusedStale(known: try Epoch(wire: epoch))
    case .refusedUnknownAddress: self = .refusedUnknownAddress
    case nil: throw .invalidField("order_answer.verdict")
    }
  }

  var wire: WireOrderAnswer.OneOf_Verdict {
    switch self {
    case .done: .done(WireNothing())
    case .refusedStale(let known): .refusedStale(known.wire)
    case .refusedUnknownAddress: .refusedUnknownAddress(WireNothing())
    }
  }
}
