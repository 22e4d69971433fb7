import NodeContract
import SIP
import TLS

@testable import CallControl

/// An office whose people use everything there is: what each extension is stands at its line. Every office has the same
/// extensions, places, rooms and codes; only its domain, its numbers and its carrier are its own.
final class Office {
  let place: Int
  let world: World
  /// By their extension.
  private(set) var phones: [String: Party] = [:]
  let carrier: Party
  let domain: String
  let tenant: TenantID

  private var snapshot: TenantSnapshot
  /// What lights up beside the keys of the reception's telephone.
  private(set) var lamps: [String: Watch] = [:]

  init(_ place: Int, in world: World) {
    self.place = place
    self.world = world
    domain = "office-\(place).tandem.test"
    tenant = TenantID(UUIDv7(high: 100 + UInt64(place), low: 1))
    carrier = Party("carrier", at: "127.0.9.\(20 + place):5060", server: Fixture.trunks)
    snapshot = TenantSnapshot(
      tenant: tenant, revision: 1, domain: domain, homeAddress: Fixture.phonesAddress,
      dialling: DiallingRules(countryCode: "44", nationalPrefix: "0", internationalPrefix: "00"),
      ringTimeout: .seconds(30), extensions: [], numbers: [],
      trunks: [
        TrunkEntry(
          id: TrunkID(UUIDv7(high: 200 + UInt64(place), low: 1)), name: "carrier",
          address: Fixture.trunksAddress, peers: [carrier.endpoint])
      ])
    world.add(carrier)
    carrier.habit = .ring
    moveIn()
    for number in phones.keys.sorted() { phones[number].map(world.add) }
    world.perform(world.exchange.install(snapshot, at: world.now))
  }

  /// Nil: the exchange does not make the call.
  func click(_ dialled: String, by user: String, _ number: Int) -> CallID? {
    let order = ClickOrder(
      .make, call: CallID(UUIDv7(high: 900 + UInt64(place), low: UInt64(number))), tenant: tenant,
      extension: id(user), number: dialled)
    let (answer, actions) = world.exchange.obey(order, at: world.now)
    world.perform(actions)
    return answer.refusal == nil ? order.call : nil
  }

  /// `0201` as people of the office write it: the last digits of one of its numbers.
  func number(_ last: String) -> String { "+4420794\(6 + place)\(last)" }

  func id(_ number: String) -> ExtensionID {
    ExtensionID(UUIDv7(high: 300 + UInt64(place), low: UInt64(number) ?? 0))
  }

  /// What is known of the office's own things without naming the office.
  func localized(_ number: String) -> String {
    let own = "+4420794\(6 + place)"
    return number.hasPrefix(own) ? String(number.dropFirst(own.count)) : number
  }

  func extensionNumber(_ id: ExtensionID) -> String {
    snapshot.extensions.first { $0.id == id }?.number ?? "nobody"
  }

  // MARK: - Its people

  private func moveIn() {
    for number in 201...216 { add("\(number)", hasPhone: number != 208) }
    // Ada, at the reception, has a mailbox for whom she does not hear.
    edit("201") {
      $0.mailbox = VoiceMailbox(longestMessage: .seconds(60))
      $0.answering = [AnsweringRule(name: "", on: .noAnswer(after: .seconds(20)), .voicemail())]
    }
    // Finn, the boss: VIPs always ring, suppliers go to Ada, and nobody without a number.
    edit("206") {
      $0.answering = [
        AnsweringRule(name: "", on: .always, from: .vip, .ring),
        AnsweringRule(name: "", on: .always, from: .group("suppliers"), .forward(to: "201")),
        AnsweringRule(name: "", on: .always, from: .withheld, .decline),
        AnsweringRule(name: "", on: .busy, .forward(to: "201")),
      ]
    }
    // Gus: busy or away, the reception; no answer, his mailbox.
    edit("207") {
      $0.mailbox = VoiceMailbox(longestMessage: .seconds(60))
      $0.answering = [
        AnsweringRule(name: "", on: .busy, .forward(to: "201")),
        AnsweringRule(name: "", on: .noAnswer(after: .seconds(15)), .voicemail()),
      ]
    }
    // Hal is out with customers: his calls follow him there.
    edit("208") {
      $0.answering = [AnsweringRule(name: "", on: .offline, .forward(to: "07700900208"))]
    }
    // Ida looks after sales.
    edit("209") { $0.maySupervise = true }
    // Jon does not want some callers.
    // Kim goes home at noon: a message then.
    edit("211") {
      $0.mailbox = VoiceMailbox(longestMessage: .seconds(60))
      $0.answering = [
        AnsweringRule(
          name: "", on: .always,
          during: WeeklyHours([WeeklyHours.Span(days: 0x1F, from: 12 * 60, to: 24 * 60)]),
          .voicemail())
      ]
    }
    // Mia is looked for: at her desk, then at her mobile and at 213, and then there is her mailbox.
    edit("216") {
      $0.followMe = FollowMe(steps: [
        FollowMe.Step([.own], ringsFor: .seconds(8)),
        FollowMe.Step([.outside("07700900216"), .colleague(id("213"))], ringsFor: .seconds(12)),
      ])
      $0.mailbox = VoiceMailbox(longestMessage: .seconds(60))
      $0.answering = [AnsweringRule(name: "", on: .always, .followMe)]
    }
    addRooms()
    addNumbers()
    snapshot.contacts = [
      ContactEntry(name: "Vera Voss", numbers: ["+447700900001"], isVIP: true),
      ContactEntry(name: "Sam Supplies", numbers: ["+447700900002"], groups: ["suppliers"]),
      ContactEntry(name: "Lena Lamb", numbers: ["+447700900003"]),
    ]
    // What callers from outside say to support is recorded, and they hear so.
    snapshot.recordingRules = [
      RecordingRule(
        id: RecordingRuleID(UUIDv7(high: 7, low: 3)), calls: .of(id("260")),
        direction: .fromOutside, notice: .both)
    ]
    snapshot.screening = [
      ScreeningEntry(
        id: ScreeningID(UUIDv7(high: 7, low: 1)), callers: .range("+4490"), verdict: .block),
      ScreeningEntry(
        id: ScreeningID(UUIDv7(high: 7, low: 2)), extension: id("210"),
        callers: .number("+447700900066"), verdict: .block),
    ]
  }

  /// Extensions that nobody sits at.
  private func addRooms() {
    for number in ["200", "250", "260", "261", "262", "263", "270", "271", "280"] {
      add(number, hasPhone: false)
    }
    edit("250") {
      $0.queue = CallQueue(
        strategy: .longestIdle, agents: [.init(id("202")), .init(id("203"))],
        ringsFor: .seconds(10), wrapUp: .seconds(5), restsFor: .seconds(10), mostWaiting: 3,
        longestWait: .seconds(120), announcesEvery: .seconds(30), last: .mailbox(id("201")),
        callback: .init(
          key: "5", offeredAfter: .seconds(10), attempts: 2, pause: .seconds(30),
          endsAt: 17 * 60 + 30))
    }
    edit("260") {
      $0.group = RingGroup(
        strategy: .together, members: ["204", "205"].map(id), ringsFor: .seconds(20))
      $0.answering = [
        AnsweringRule(name: "", on: .noAnswer(after: .seconds(20)), .forward(to: "201"))
      ]
    }
    edit("261") {
      $0.group = RingGroup(
        strategy: .inTurn, members: ["212", "213", "214"].map(id), ringsFor: .seconds(6))
    }
    edit("262") {
      $0.group = RingGroup(
        strategy: .random, members: ["212", "213"].map(id), ringsFor: .seconds(6))
    }
    edit("263") {
      $0.group = RingGroup(
        strategy: .together,
        members: [
          .init(.colleague(id("212"))),
          .init(.colleague(id("213")), after: .seconds(6), ringsFor: .seconds(6)),
          .init(.outside("07700900263"), after: .seconds(12), confirms: true),
        ], ringsFor: .seconds(25))
    }
    // Accounts: a menu that takes extensions, and one below it.
    edit("270") {
      $0.menu = VoiceMenu(
        choices: [
          "1": .extension(id("260")), "2": .extension(id("271")), "3": .mailbox(id("207")),
          "4": .outside("07700900270"), "5": .room("7"), "9": .hangUp,
        ], takesExtensions: true, repeats: 1, last: .extension(id("201")))
    }
    edit("271") {
      $0.menu = VoiceMenu(
        choices: ["1": .extension(id("214")), "0": .extension(id("201"))], repeats: 0)
    }
    // The reception and sales' head are heard in the workshop.
    edit("280") {
      $0.paging = PagingGroup(
        members: ["212", "213", "214"].map(id), pagers: ["201", "209"].map(id),
        longest: .seconds(30))
    }
    edit("200") { $0.flow = frontDoor }
  }

  /// The main number: VIPs to the boss; closed, the reception's mailbox; else a menu.
  private var frontDoor: CallFlow {
    let week = WeeklyHours([WeeklyHours.Span(days: 0x1F, from: 9 * 60, to: 17 * 60 + 30)])
    return CallFlow(
      start: "vip",
      steps: [
        "vip": .init(.caller(.vip), then: "boss", otherwise: "hours"),
        "boss": .init(.ring(id("206"), for: .seconds(10)), otherwise: "desk"),
        "hours": .init(.hours(FlowHours(week)), then: "switch", otherwise: "box"),
        "switch": .init(.night(of: nil), then: "box", otherwise: "menu"),
        "menu": .init(
          .menu(
            CallFlow.Menu(
              choices: ["1": "sales", "2": "support", "3": "mobile", "0": "desk", "9": "over"],
              patience: .seconds(5), repeats: 0)), otherwise: "desk"),
        "sales": .init(.queue(id("250")), otherwise: "box"),
        "support": .init(.ring(id("260"), for: .seconds(12)), otherwise: "desk"),
        "mobile": .init(.outside("07700900200", for: .seconds(8)), otherwise: "desk"),
        "desk": .init(.ring(id("201"), for: .seconds(10)), otherwise: "box"),
        "box": .init(.mailbox(id("201"), greeting: nil)),
        "over": .init(.extension(id("261"))),
      ])
  }

  private func addNumbers() {
    let destinations = [
      "0200": "200", "0201": "201", "0206": "206", "0207": "207", "0208": "208", "0210": "210",
      "0211": "211", "0216": "216", "0250": "250", "0260": "260", "0261": "261", "0270": "270",
      "0280": "280",
    ]
    var entries = destinations.sorted { $0.key < $1.key }.map { last, number in
      NumberEntry(
        id: NumberID(UUIDv7(high: 400 + UInt64(place), low: UInt64(last) ?? 0)),
        number: self.number(last), destination: .extension(id(number)))
    }
    // The second company that Ada answers for.
    entries.append(
      NumberEntry(
        id: NumberID(UUIDv7(high: 400 + UInt64(place), low: 299)), number: number("0299"),
        destination: .extension(id("201")), display: CallerDisplay("Finch Lettings: {caller}")))
    snapshot.numbers = entries
  }

  private func add(_ number: String, hasPhone: Bool) {
    var entry = Fixture.entry(number, outside: self.number("0\(number)"), domain: domain)
    entry.id = id(number)
    snapshot.extensions.append(entry)
    guard hasPhone else { return }
    let phone = Party(number, at: "127.\(10 + place).0.\(number):5060")
    phone.domain = domain
    phone.habit = .ring
    phones[number] = phone
  }

  private func edit(_ number: String, _ edit: (inout ExtensionEntry) -> Void) {
    guard let index = snapshot.extensions.firstIndex(where: { $0.number == number }) else { return }
    edit(&snapshot.extensions[index])
  }

  // MARK: - What telephones do by themselves

  func switchOn() {
    for phone in phones.values.sorted(by: { $0.number < $1.number }) { phone.register { _ in } }
  }

  /// The reception's telephone shows colleagues, parking places and whether it is night.
  func lightLamps() {
    guard let reception = phones["201"] else { return }
    for lamp in (202...215).map(String.init) + ["*701", "*702", "*703", "*33"] {
      lamps[lamp] = Watch(reception, lamp)
    }
  }

  func refresh() {
    switchOn()
    for lamp in lamps.values { lamp.refresh(expires: 3_600) }
  }

  /// Lamps that are lit, as words: `202 talks`, `*701 talks`, `203 rings`.
  var litLamps: [String] {
    lamps.sorted { $0.key < $1.key }.compactMap { lamp, watch in
      let states = watch.states.last ?? []
      if states.contains("confirmed") { return "\(lamp) talks" }
      if states.contains("early") { return "\(lamp) rings" }
      if states.contains("trying") { return "\(lamp) calls" }
      return nil
    }
  }
}
