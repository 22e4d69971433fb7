internal import FoundationEssentials
internal import SwiftProtobuf

struct NeighbourList: WireConvertible {
  let neighbours: [Neighbour]

  init(neighbours: [Neighbour]) { self.neighbours = neighbours }

  init(wire: WireNeighbours) throws(WireError) {
    self.init(neighbours: try wire.neighbours.map(Neighbour.init(wire:)))
  }

  var wire: WireNeighbours { .with { $0.neighbours = neighbours.map(\.wire) } }
}

extension Neighbour: WireConvertible {
  init(wire: WireNeighbour) throws(WireError) {
    self.init(
      node: try WireField.name(wire.node, "neighbour.node"),
      beats: try WireField.required(wire.beats, present: wire.hasBeats, "neighbour.beats"),
      key: try WireField.required(wire.key, present: wire.hasKey, "neighbour.key"))
  }

  var wire: WireNeighbour {
    .with {
      $0.node = node.text
      $0.beats = beats.wire
      $0.key = key.wire
    }
  }
}

extension Inheritance: WireConvertible {
  init(wire: WireInheritance) throws(WireError) {
    self.init(
      address: try WireField.name(wire.address, "inheritance.address"),
      epoch: try WireField.required(wire.epoch, present: wire.hasEpoch, "inheritance.epoch"),
      calls: try wire.calls.map(Call.init(wire:)),
      bindings: try wire.bindings.map(BindingChange.init(wire:)),
      subscriptions: try wire.subscriptions.map(SubscriptionChange.init(wire:)))
  }

  var wire: WireInheritance {
    .with {
      $0.address = address.text
      $0.epoch = epoch.wire
      $0.calls = calls.map(\.wire)
      $0.bindings = bindings.map(\.wire)
      $0.subscriptions = subscriptions.map(\.wire)
    }
  }
}

extension Inheritance.Call: WireConvertible {
  init(wire: WireInheritedCall) throws(WireError) {
    self.init(
      checkpoint: try WireField.required(
        wire.checkpoint, present: wire.hasCheckpoint, "inherited_call.checkpoint"),
      age: try WireField.duration(nanoseconds: wire.ageNanoseconds, "inherited_call.age"),
      relay: Array(wire.relay))
  }

  var wire: WireInheritedCall {
    .with {
      $0.checkpoint = checkpoint.wire
      $0.ageNanoseconds = age.nanoseconds
      $0.relay = Data(relay)
    }
  }
}

extension RelayState: WireConvertible {
  init(wire: WireRelay) throws(WireError) {
    self.init(call: try WireField.id(wire.call, "relay.call"), contents: Array(wire.contents))
  }

  var wire: WireRelay {
    .with {
      $0.call = call.wire
      $0.contents = Data(contents)
    }
  }
}
