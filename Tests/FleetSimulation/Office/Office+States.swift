import NodeContract
import SIP

@testable import CallControl

// Where people are by the rule of their state, and what comes of it when they go on.
extension Office {
  func fail(_ situation: Situation, _ what: String) {
    world.violate("\(situation.kind): \(what)")
  }

  /// The calls are in the state.
  func expect(_ situation: Situation) {
    for party in situation.parties where !party.isWell(in: situation.kind) {
      return fail(situation, "\(party.party.number) is \(party.state)")
    }
    var machines: [CallMachine] = []
    for call in situation.parties where call.isCaller {
      guard let (_, machine) = carrying(call) else {
        return fail(situation, "nobody has the call of \(call.party.number)")
      }
      machines.append(machine)
    }
    if situation.kind == .waitingForCallback { return expectPlace(of: situation) }
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
    case .lookedFor: expectSearch(of: situation, first)
    case .paged: expectPage(of: situation.parties, situation)
    case .waitingForCallback: break
    }
  }

  /// Who pages is heard at these telephones, and nobody else is heard.
  private func expectPage(of parties: [PartyCall], _ situation: Situation) {
    let machines = parties.compactMap { carrying($0)?.machine }
    let roles: [RoomSeat.Role] = [.talker] + parties.dropFirst().map { _ in .listener }
    guard machines.count == parties.count, Set(machines.map(\.page)).count == 1,
      Set(machines.map(\.stay?.room)).count == 1, machines.compactMap(\.stay?.role) == roles
    else {
      return fail(situation, "its parties sit in \(machines.map(\.stay)), \(parties.count) of them")
    }
  }

  /// Within its site the question goes on. Who was asked from a lost one is let go, and the next one rings.
  private func expectSearch(of situation: Situation, _ machine: CallMachine) {
    guard case .ringing = machine.state else {
      return fail(situation, "nobody is looked for: \(machine.summary)")
    }
    let (asked, next) = (phone("125").lastCall?.state, phone("126").lastCall?.state)
    if machine.confirmation?.asked != nil {
      if asked != .talking { fail(situation, "who is asked is \(asked as Any)") }
      if next == .ringing { fail(situation, "126 rings, and 125 is asked") }
    } else if machine.caller.address == Self.home {
      fail(situation, "nobody is asked any more")
    } else if asked == .talking || next != .ringing {
      fail(situation, "125 is \(asked as Any), and 126 \(next as Any)")
    } else {
      letGo.formUnion(machine.callees.filter { $0.isOf(Fixture.extensionID("125")) }.map(\.id))
    }
  }

  private func expectPlace(of situation: Situation) {
    let places = keptPlaces
    guard places.map(\.place.id) == situation.calls, let place = places.first?.place else {
      return fail(situation, "the places that are kept are \(places.map(\.place.id))")
    }
    if place.number != "127" { fail(situation, "\(place.number) is to be called") }
    let rung = phone("128").calls.count
    if rung > 0 { fail(situation, "the agent was rung \(rung) times before it came") }
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

  func expectOutcome(of situation: Situation) {
    if situation.kind == .waitingForCallback { return expectCallback(of: situation) }
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
    case .paged: expectPage(of: [first, situation.parties[2]], situation)
    case .ringingInGroup:
      if first.state != .talking { fail(situation, "the group is not answered: \(first.heard)") }
      if phone("122").calls.contains(where: { $0.state == .ringing }) {
        fail(situation, "122 rings on")
      }
    case .lookedFor:
      if first.state != .talking { fail(situation, "nobody took the call: \(first.heard)") }
      if phone("126").calls.contains(where: { $0.state == .ringing }) {
        fail(situation, "126 rings on")
      }
    case .waitingForCallback: break
    }
  }

  /// The agent was rung, and then who asked; nobody is owed a call any more.
  private func expectCallback(of situation: Situation) {
    let (caller, agent) = (phone("127"), phone("128"))
    guard let called = caller.lastCall, !called.isCaller, called.state == .talking,
      let taken = agent.lastCall, !taken.isCaller, taken.state == .talking,
      carrying(called)?.machine.id == carrying(taken)?.machine.id
    else {
      let states = [caller, agent].map { $0.calls.map { "\($0.state) \($0.isCaller)" } }
      return fail(situation, "127 was not called back: \(states)")
    }
    let calls = caller.calls.count { !$0.isCaller }
    if calls != 1 { fail(situation, "127 was called \(calls) times") }
    if !keptPlaces.isEmpty { fail(situation, "127 is to be called once more") }
  }
}

extension PartyCall {
  /// It talks, unless something else is its part in that.
  fileprivate func isWell(in kind: Situation.Kind) -> Bool {
    switch kind {
    case .ringingInGroup, .lookedFor: true
    case .queued where !isCaller: true
    default: state == .talking
    }
  }
}
