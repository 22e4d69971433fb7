import Digits
import NodeContract
import Ownership
import Rating
import SIP

@testable import CallControl

// What each feature's page promises of its calls after a takeover, looked at.
extension Office {
  /// The node that has the party's call and may speak in it, and the call.
  func carrying(_ call: PartyCall) -> (node: OfficeNode, machine: CallMachine)? {
    let tag = call.dialog?.id.localTag
    for node in nodes where world.nodes[node.index].acts {
      guard let exchange = node.exchange else { continue }
      for entry in exchange.calls.values {
        let machine = entry.machine
        guard !machine.isEnding,
          let leg = machine.legs.first(where: { leg in
            leg.isOpen
              && (tag.map { leg.remoteTag == $0 } ?? (leg.callID == call.invite.headers.callID))
          })
        else { continue }
        if world.permission(world.nodes[node.index], leg.address) == .full {
          return (node, machine)
        }
      }
    }
    return nil
  }

  /// - Parameter side: the caller's where nobody says.
  func press(
    _ key: Character, in machine: CallMachine, on side: RelaySide? = nil, at node: OfficeNode
  ) {
    guard let digit = Digit(key) else { return }
    perform(at: node) {
      $0.keyPressed(digit, on: side ?? machine.caller.side, of: machine.plan.id, at: $1)
    }
  }

  // MARK: - While things break

  /// What was left to whoever carries calls on is carried on, each in the state that it was left in.
  func watchCarriedOn(_ left: [LeftCall], by node: OfficeNode, isHeir: Bool) {
    guard let exchange = node.exchange else { return }
    watchPlaces(left, by: node, isHeir: isHeir)
    for call in left {
      guard
        let before = try? CallCheckpoint(call.contents, limits: exchange.limits, at: call.writtenAt)
      else { continue }
      let old = before.machine
      guard !old.isEnding else { continue }
      guard let entry = exchange.calls[old.id] else {
        if isLeftBehind(old, by: exchange, isHeir: isHeir) {
          world.violate("\(world.nodes[node.index].name) left \(old.summary) behind")
        }
        continue
      }
      carriers[old.id] = node.index
      if isHeir { heirs[old.id, default: 0] += 1 }
      let isMoved = entry.machine.caller.address == old.caller.address ? "" : ", elsewhere"
      world.note("carried on: \(old.feature)\(isHeir ? isMoved : ", by the next process")")
      if entry.machine.feature != old.feature, !entry.machine.isEnding {
        world.violate("\(old.summary): \(old.feature) became \(entry.machine.feature)")
      }
    }
  }

  /// Nobody who has all of its addresses leaves a call behind, but an heir one that it had before.
  private func isLeftBehind(_ call: CallMachine, by exchange: Exchange, isHeir: Bool) -> Bool {
    let isServed = call.legs.allSatisfy {
      !$0.isOpen || exchange.grants[$0.address] != nil || exchange.hostings[$0.address] != nil
    }
    return isServed && !(isHeir && exchange.inherited.has(call.id))
  }

  // MARK: - Afterwards

  /// Nobody has a call of it any more by right, as whoever had one died before anybody else knew of it.
  private func isExcused(_ situation: Situation) -> Bool {
    situation.calls.contains { carriers[$0] == nil }
  }

  /// A while after everything was healed: everybody is where the rule of its state says.
  func watchStates() {
    for situation in situations where !situation.calls.isEmpty {
      guard !isExcused(situation) else {
        world.note("lost by right: \(situation.kind)")
        continue
      }
      expect(situation)
      survivors.formUnion(situation.calls)
      world.note("kept: \(situation.kind)")
    }
    watchBridges()
  }

  func goOn() {
    for situation in situations where !situation.calls.isEmpty && !isExcused(situation) {
      goOn(situation)
    }
  }

  /// What must be so when people went on.
  func watchOutcomes() {
    for situation in situations where !situation.calls.isEmpty && !isExcused(situation) {
      expectOutcome(of: situation)
    }
    watchBridges()
  }

  /// Whoever talks was told where the relay listens, and the relay where it does.
  private func watchBridges() {
    for situation in situations where !situation.calls.isEmpty && !isExcused(situation) {
      for call in situation.parties + [situation.newcomer].compactMap({ $0 })
      where call.state == .talking {
        guard let (node, machine) = carrying(call) else {
          fail(situation, "\(call.party.number) talks with nobody")
          continue
        }
        let told = call.theirSession?.audio
        let relay = node.relays[machine.plan.id]
        let isBridged = RelaySide.allCases.contains { side in
          relay?.local(on: side) == told && relay?.remote(on: side) == call.party.mediaEndpoint
        }
        if !isBridged {
          fail(
            situation,
            "\(call.party.number) was told \(told?.description ?? "nothing"), of \(relay as Any)")
        }
      }
    }
  }

  /// Every leg has one record, which is whole, and says how it really ended where somebody who carried it
  /// saw that.
  func watchRecords() {
    for node in nodes where node.acknowledged < node.facts.count {
      world.violate("\(world.nodes[node.index].name) keeps facts of the office to itself")
    }
    for (leg, record) in world.books.records.sorted(by: { $0.key < $1.key })
    where record.identity.tenant == Fixture.tenant {
      let name = "leg \(leg) of \(record.identity.call)"
      guard record.offered != nil, let ended = record.ended else {
        world.violate("\(name) has no whole record")
        continue
      }
      if survivors.contains(record.identity.call), ended.event.outcome == .nodeLost,
        !letGo.contains(leg)
      {
        world.violate("\(name) was lost in the books, and lived on")
      }
    }
  }

  /// Once everybody has hung up: nobody is left anywhere.
  func watchEnd() {
    for node in nodes where world.nodes[node.index].acts {
      for machine in node.exchange?.calls.values.map(\.machine) ?? [] where !machine.isEnding {
        world.violate("\(world.nodes[node.index].name) still has \(machine.summary)")
      }
    }
  }
}

extension SessionDescription {
  fileprivate var audio: IPEndpoint? {
    guard let audio = media.first(where: { $0.kind == "audio" && $0.port != 0 }),
      let address = audio.connection ?? connection
    else { return nil }
    return IPEndpoint(address, port: audio.port)
  }
}
