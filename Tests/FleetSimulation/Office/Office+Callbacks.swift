import NodeContract
import Ownership

@testable import CallControl

// Places of callers who hung up and are to be called back.
extension Office {
  /// Those that somebody has who may call: nobody else's count.
  var keptPlaces: [CallbackTable.Entry] {
    nodes.filter { world.nodes[$0.index].acts }.flatMap { node -> [CallbackTable.Entry] in
      guard let callbacks = node.exchange?.callbacks else { return [] }
      return callbacks.ids.compactMap { callbacks[$0] }.filter {
        world.permission(world.nodes[node.index], $0.address) == .full
      }
    }
  }

  /// A place that was left to whoever serves the tenant is kept there.
  func watchPlaces(_ left: [LeftCall], by node: OfficeNode, isHeir: Bool) {
    guard let exchange = node.exchange else { return }
    let isServed = exchange.grants[Self.home] != nil || exchange.hostings[Self.home] != nil
    for call in left where CallbackCheckpoint.isMeant(by: call.contents) && isServed {
      guard let place = try? CallbackCheckpoint(call.contents, at: call.writtenAt).place else {
        world.violate("a callback's checkpoint cannot be read")
        continue
      }
      let isReached = exchange.calls.values.contains {
        $0.machine.isCallbackReached && $0.machine.callbackPlace == place.id
      }
      guard let entry = exchange.callbacks[place.id] else {
        if !isReached {
          world.violate("\(world.nodes[node.index].name) forgot whom to call back")
        }
        continue
      }
      carriers[place.id] = node.index
      let isMoved = entry.address == Self.home ? "" : ", elsewhere"
      world.note(
        "carried on: waiting for a callback\(isHeir ? isMoved : ", by the next process")")
    }
  }
}
