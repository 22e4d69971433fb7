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
          let leg = machine.legs.first(where: {
            $0.isOpen && ($0.callID == call.invite.headers.callID || $0.remoteTag == tag)
              && ($0.remoteTag == tag || tag == nil)
          })
        else { continue }
        if world.permission(world.nodes[node.index], leg.address) == .full {
          return (node, machine)
        }
      }
    }
    return nil
  }

  func press(_ key: Character, in machine: CallMachine, at node: OfficeNode) {
    guard let digit = Digit(key) else { return }
    perform(at: node) {
      $0.keyPressed(digit, on: machine.caller.side, of: machine.plan.id, at: $1)
    }
  }

  // MARK: - While things break

  /// What was left to whoever carries calls on is carried on, each in the state that it was left in.
  func watchCarriedOn(_ left: [LeftCall], by node: OfficeNode, isHeir: Bool) {
    guard let exchange = node.exchange else { return }
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

  private func fail(_ situation: Situation, _ what: String) {
    world.violate("\(situation.kind): \(what)")
  }

  /// The calls are in the state.
  func expect(_ situation: Situation) {
    for party in situation.parties
    where party.state != .talking && situation.kind != .ringingInGroup
      && !(situation.kind == .queued && !party.isCaller)
    {
      return fail(situation, "\(party.party.number) is \(party.state)")
    }
    var machines: [CallMachine] = []
    for call in situation.parties where call.isCaller {
      guard let (_, machine) = carrying(call) else {
        return fail(situation, "nobody has the call of \(call.party.number)")
      }
      machines.append(machine)
    }
    guard let first = machines.first else { return fail(situation, "nobody calls") }
    switch situation.kind {
    case .talking, .held, .recorded:
      if first.connected == nil { fail(situation, "they do not talk: \(first.summary)") }
      if situation.kind == .held, !first.caller.session.isHolding {
        fail(situation, "nobody is held")
      }
      if situation.kind == .recorded { expectRecording(of: situation, first) }
    case .parked:
      if first.parking == nil || !first.canBeTaken { fail(situation, "it cannot be taken") }
    case .queued: expectOrder(of: machines, situation)
    case .inMenu:
      guard case .menu? = first.attendance?.purpose, case .attended = first.state else {
        return fail(situation, "it is in no menu: \(first.summary)")
      }
    case .inConference:
      if Set(machines.map(\.stay?.room)).count > 1 || first.stay == nil {
        fail(situation, "its members sit in \(machines.map(\.stay?.room))")
      }
    case .leavingMessage:
      guard case .message? = first.attendance?.purpose else {
        return fail(situation, "it leaves no message: \(first.summary)")
      }
      if world.isCalm { expectRecording(of: situation, first) }
    case .hearingMessages:
      guard case .visit? = first.attendance?.purpose else {
        return fail(situation, "it hears no messages: \(first.summary)")
      }
    case .ringingInGroup:
      guard case .ringing = first.state else {
        return fail(situation, "it does not ring: \(first.summary)")
      }
      for number in situation.kind.numbers.dropFirst()
      where phone(number).lastCall?.state != .ringing {
        fail(situation, "\(number) does not ring")
      }
    }
  }

  /// Its sound goes on: the latest part is the one that whoever carries it records.
  private func expectRecording(of situation: Situation, _ machine: CallMachine) {
    guard let (node, _) = carrying(situation.parties[0]) else { return }
    guard let part = node.relays[machine.plan.id]?.recording else {
      return fail(situation, "nobody records it")
    }
    let numbers = parts.filter { $0.sound.id == part.sound.id }.map(\.number)
    // Who was cut off may have begun others later, with lower numbers.
    if numbers.max() != part.number { fail(situation, "part \(part.number) is not the latest") }
    // Two heirs one after the other, of which the second never heard of the first, skip as far.
    if Set(numbers).count != numbers.count, (heirs[machine.id] ?? 0) < 2 {
      fail(situation, "two parts of one name: \(numbers)")
    }
    if sounds.contains(where: { $0.id == part.sound.id }) { fail(situation, "its sound ended") }
  }

  /// Who came first is first, and is the one for whom the agent is rung.
  private func expectOrder(of machines: [CallMachine], _ situation: Situation) {
    let places = machines.map { machine in machine.queued.map { $0.place(of: machine.id) } }
    guard machines.count == 2, let first = places[0], let second = places[1], first < second
    else { return fail(situation, "their places are \(places)") }
    guard machines[0].queued?.rung.isEmpty == false, machines[1].queued?.stage == .waiting else {
      return fail(situation, "the agent rings for another: \(machines.map { $0.queued?.stage })")
    }
    if phone("110").lastCall?.state != .ringing { fail(situation, "the agent does not ring") }
  }

  private func expectOutcome(of situation: Situation) {
    let first = situation.parties[0]
    switch situation.kind {
    case .talking, .recorded, .leavingMessage, .hearingMessages: expect(situation)
    case .held:
      if carrying(first)?.machine.caller.session.isHolding != false {
        fail(situation, "it cannot be resumed: \(first.renegotiations)")
      }
    case .parked:
      if situation.newcomer?.state != .talking {
        fail(situation, "107 cannot take it: \(situation.newcomer?.heard ?? [])")
      } else if carrying(first)?.machine.id
        != situation.newcomer.flatMap({ carrying($0)?.machine.id })
      {
        fail(situation, "107 does not talk with 105")
      }
    case .queued:
      if carrying(first)?.machine.servingAgent == nil { fail(situation, "108 is not served") }
      if carrying(situation.parties[1])?.machine.queued?.waits != true {
        fail(situation, "109 does not wait on")
      }
    case .inMenu:
      if phone("112").lastCall?.state != .talking { fail(situation, "112 was not chosen") }
    case .inConference:
      let rest = situation.parties.dropFirst().compactMap { carrying($0)?.machine.stay?.room }
      if rest.count != 2 || Set(rest).count != 1 { fail(situation, "who stays sits in \(rest)") }
    case .ringingInGroup:
      if first.state != .talking { fail(situation, "the group is not answered: \(first.heard)") }
      if phone("122").calls.contains(where: { $0.state == .ringing }) {
        fail(situation, "122 rings on")
      }
    }
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
      if survivors.contains(record.identity.call), ended.event.outcome == .nodeLost {
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

extension CallMachine {
  var parkingSlot: UInt8? { parking?.slot }

  /// What its parties would say that they are doing.
  var feature: String {
    if let queued, queued.waits { return "queued" }
    if parking != nil { return "parked" }
    switch attendance?.purpose {
    case .room: return "in a conference"
    case .message: return "leaving a message"
    case .visit: return "hearing messages"
    case .menu: return "in a menu"
    case .refusal, .switching, .telling, .parked, .queue, .announcement: return "told something"
    case nil: break
    }
    if recording != nil { return "recorded" }
    switch state {
    case .ringing, .settling, .holdingBack: return "ringing"
    case .talking, .attended: return caller.session.isHolding ? "held" : "talking"
    case .ending: return "ending"
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
