import NodeContract
import SIP

@testable import CallControl

/// A state that a call feature brings, people who are in it, and what is known of their calls.
final class Situation {
  enum Kind: String, CaseIterable {
    case talking, held, parked, queued, inMenu, inConference, leavingMessage, hearingMessages
    case recorded, ringingInGroup, lookedFor, waitingForCallback, paged

    /// Who is needed: the first of them calls, or all do.
    var numbers: [String] {
      switch self {
      case .talking: ["101", "102"]
      case .held: ["103", "104"]
      case .parked: ["105", "106", "107"]
      case .queued: ["108", "109", "110"]
      case .inMenu: ["111", "112"]
      case .inConference: ["113", "114", "115"]
      case .leavingMessage: ["116"]
      case .hearingMessages: ["117"]
      case .recorded: ["118", "119"]
      case .ringingInGroup: ["120", "121", "122"]
      // 124 is the one who is looked for, first at 125's.
      case .lookedFor: ["123", "124", "125", "126"]
      case .waitingForCallback: ["127", "128"]
      case .paged: ["129", "130", "131"]
      }
    }
  }

  let kind: Kind
  /// What the people who are in it have of their calls, those who came first before the others.
  var parties: [PartyCall] = []
  /// The calls, in the order of those; of who waits to be called back the place.
  var calls: [CallID] = []
  /// Whoever comes afterwards, to see whether it works.
  var newcomer: PartyCall?

  init(_ kind: Kind) { self.kind = kind }
}

extension Office {
  static let queue = "201"
  static let menu = "202"
  static let mailbox = "203"
  static let group = "204"
  static let callbackQueue = "205"
  static let pagingGroup = "206"

  /// Everybody's extension, and those that receive callers.
  static let tenant: TenantSnapshot = {
    var tenant = Fixture.snapshot
    (tenant.trunks, tenant.numbers) = ([], [])
    tenant.ringTimeout = .seconds(300)
    let numbers =
      Situation.Kind.allCases.flatMap(\.numbers) + [
        queue, menu, mailbox, group, callbackQueue, pagingGroup,
      ]
    tenant.extensions = numbers.map { Fixture.entry($0, outside: nil) }
    func change(_ number: String, _ edit: (inout ExtensionEntry) -> Void) {
      edit(&tenant.extensions[numbers.firstIndex(of: number)!])
    }
    change(queue) {
      $0.queue = CallQueue(
        strategy: .longestIdle, agents: [.init(Fixture.extensionID("110"))],
        ringsFor: .seconds(250), announcesEvery: nil)
    }
    change(menu) {
      $0.menu = VoiceMenu(
        choices: ["1": .extension(Fixture.extensionID("112"))], repeats: 200, last: .hangUp)
    }
    change(mailbox) {
      $0.mailbox = VoiceMailbox(longestMessage: .seconds(300))
      $0.answering = [AnsweringRule(name: "", on: .always, .voicemail())]
    }
    change("117") { $0.mailbox = VoiceMailbox(longestMessage: .seconds(60)) }
    change(group) {
      $0.group = RingGroup(
        strategy: .together, members: ["121", "122"].map(Fixture.extensionID),
        ringsFor: .seconds(250))
    }
    change("124") {
      $0.followMe = FollowMe(steps: [
        .init([.colleague(Fixture.extensionID("125"))], ringsFor: .seconds(250)),
        .init([.colleague(Fixture.extensionID("126"))], ringsFor: .seconds(250), confirms: false),
      ])
      $0.answering = [AnsweringRule(name: "", on: .always, .followMe)]
    }
    change(callbackQueue) {
      $0.queue = CallQueue(
        strategy: .longestIdle, agents: [.init(Fixture.extensionID("128"))],
        ringsFor: .seconds(250), needsAgents: false, announcesEvery: nil,
        callback: .init(offeredAfter: .seconds(1)))
    }
    change(pagingGroup) {
      $0.paging = PagingGroup(
        members: ["130", "131"].map(Fixture.extensionID), longest: .seconds(250))
    }
    change("128") {
      let longAgo = WallTime(milliseconds: 1)
      $0.switches.merge(
        .queueLogin, .init(isOn: false, target: nil, patience: nil, changedAt: longAgo))
    }
    return tenant
  }()

  // MARK: - How they come about

  /// Phones register, and again until they have; then people call.
  func open() {
    for (index, phone) in phones.sorted(by: { $0.key < $1.key }).map(\.value).enumerated() {
      after(.milliseconds(600 + 5 * index)) { [unowned self] in register(phone) }
    }
    for situation in situations {
      after(.milliseconds(1_300)) { [unowned self] in begin(situation) }
      after(.milliseconds(1_900)) { [unowned self] in develop(situation) }
      after(.milliseconds(2_900)) { [unowned self] in note(situation) }
    }
  }

  /// Phones register again and again, in hours rather than seconds.
  func returnOfPhones() {
    guard phonesAreForgotten else { return }
    for phone in phones.sorted(by: { $0.key < $1.key }).map(\.value) {
      phone.server = server
      register(phone)
    }
  }

  private func register(_ phone: Party) {
    phone.register { [unowned self] response in
      guard response?.isSuccess != true else { return }
      after(.milliseconds(200)) { [unowned self] in register(phone) }
    }
    attend(to: phone)
  }

  @discardableResult
  func call(_ dialled: String, from number: String) -> PartyCall {
    let phone = phone(number)
    phone.server = server
    let call = phone.call(dialled)
    attend(to: phone)
    return call
  }

  private func begin(_ situation: Situation) {
    let numbers = situation.kind.numbers
    switch situation.kind {
    case .talking, .held, .recorded, .parked:
      situation.parties = [call(numbers[1], from: numbers[0])]
    case .queued:
      phone(numbers[2]).habit = .ring
      situation.parties = [call(Self.queue, from: numbers[0])]
      after(.milliseconds(300)) { [unowned self] in
        situation.parties.append(call(Self.queue, from: numbers[1]))
      }
    case .inMenu: situation.parties = [call(Self.menu, from: numbers[0])]
    case .inConference: situation.parties = numbers.map { call("*61", from: $0) }
    case .leavingMessage: situation.parties = [call(Self.mailbox, from: numbers[0])]
    case .hearingMessages:
      situation.parties = [call("*97", from: numbers[0])]
      hearAgain(situation)
    case .ringingInGroup:
      for number in numbers.dropFirst() { phone(number).habit = .ring }
      situation.parties = [call(Self.group, from: numbers[0])]
    case .lookedFor:
      phone(numbers[3]).habit = .ring
      situation.parties = [call(numbers[1], from: numbers[0])]
    case .waitingForCallback: askForCallback(situation)
    case .paged: situation.parties = [call(Self.pagingGroup, from: numbers[0])]
    }
  }

  /// The caller hears the offer, wants it, takes its own number, and hangs up.
  private func askForCallback(_ situation: Situation) {
    let caller = call(Self.callbackQueue, from: situation.kind.numbers[0])
    situation.parties = [caller]
    for instant in [1_250, 1_350] {
      after(.milliseconds(instant)) { [unowned self] in press("1", in: caller) }
    }
    after(.milliseconds(1_450)) { [unowned self] in
      caller.hangUp()
      attend(to: caller.party)
      situation.parties = []
    }
  }

  /// Who says nothing for long is hung up.
  private func hearAgain(_ situation: Situation) {
    after(.milliseconds(2_500)) { [unowned self] in
      press("1", in: situation.parties[0])
      if situation.parties[0].state == .talking { hearAgain(situation) }
    }
  }

  /// What is done within the call.
  private func develop(_ situation: Situation) {
    let first = situation.parties[0]
    switch situation.kind {
    case .talking, .recorded, .held, .parked:
      guard let other = phone(situation.kind.numbers[1]).lastCall else { return }
      situation.parties.append(other)
      if situation.kind == .held { first.offer(direction: "sendonly") }
      if situation.kind == .recorded { record(first) }
      if situation.kind == .parked {
        situation.parties.removeLast()
        refer(other, to: "*701")
      }
    case .queued:
      if let ringing = phone("110").lastCall { situation.parties.append(ringing) }
    case .ringingInGroup, .paged:
      situation.parties += situation.kind.numbers.dropFirst().compactMap { phone($0).lastCall }
    case .lookedFor:
      if let asked = phone("125").lastCall { situation.parties.append(asked) }
    case .inMenu, .inConference, .leavingMessage, .hearingMessages, .waitingForCallback: break
    }
    for party in situation.parties { attend(to: party.party) }
  }

  private func record(_ call: PartyCall) {
    guard let (node, machine) = carrying(call) else { return }
    perform(at: node) { $0.record(.begin(.both), of: machine.id, at: $1) }
  }

  private func refer(_ call: PartyCall, to target: String) {
    guard var request = call.request(.refer) else { return }
    request.headers["Refer-To"] = "<sip:\(target)@\(Fixture.domain)>"
    call.party.send(request) { _ in }
  }

  private func note(_ situation: Situation) {
    situation.calls =
      situation.kind == .waitingForCallback
      ? keptPlaces.map(\.place.id) : situation.parties.compactMap { carrying($0)?.machine.id }
    guard situation.calls.count == max(1, situation.parties.count) else {
      return world.violate("\(situation.kind) did not come about")
    }
    world.note("\(situation.kind)")
    world.tell("\(situation.kind): \(situation.calls)")
    expect(situation)
  }

  // MARK: - How they end

  /// Whoever is in it goes on.
  func goOn(_ situation: Situation) {
    switch situation.kind {
    case .held: situation.parties[0].offer(direction: "sendrecv")
    case .parked:
      guard let slot = carrying(situation.parties[0])?.machine.parkingSlot else { return }
      situation.newcomer = call("*70\(slot)", from: "107")
    case .queued: phone("110").lastCall?.pickUp()
    case .inMenu:
      phone("112").server = server
      press("1", in: situation.parties[0])
    case .ringingInGroup: phone("121").calls.last { $0.state == .ringing }?.pickUp()
    case .inConference:
      situation.parties[0].hangUp()
    case .paged: situation.parties[1].hangUp()
    case .lookedFor: takeCall(of: situation)
    case .waitingForCallback: logIn("128")
    case .talking, .recorded, .leavingMessage, .hearingMessages: break
    }
    for number in situation.kind.numbers { attend(to: phone(number)) }
  }

  private func press(_ key: Character, in call: PartyCall) {
    guard let (node, machine) = carrying(call) else { return }
    press(key, in: machine, at: node)
  }

  /// Whoever is asked says that it does; where nobody is any more, the next one picks up.
  private func takeCall(of situation: Situation) {
    guard let (node, machine) = carrying(situation.parties[0]),
      let asked = machine.confirmation?.asked
    else {
      phone("126").lastCall?.pickUp()
      return
    }
    press("1", in: machine, on: machine[asked].side, at: node)
  }

  /// An agent who is at work from now on.
  private func logIn(_ number: String) {
    let switching = call("*45", from: number)
    after(.milliseconds(700)) { [unowned self] in
      switching.hangUp()
      attend(to: switching.party)
    }
    for number in Situation.Kind.waitingForCallback.numbers { phone(number).server = server }
  }

  func hangUp() {
    for phone in phones.sorted(by: { $0.key < $1.key }).map(\.value) {
      for call in phone.calls { call.hangUp() }
      attend(to: phone)
    }
  }
}
