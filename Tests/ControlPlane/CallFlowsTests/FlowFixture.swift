import CallFlows
import NodeContract

/// A tenant around 200, whose callers go through a flow: 101 and 102 have telephones, 102 a mailbox, 110 a
/// queue, 120 a menu, 130 a flow of its own that hands all over to 200, 140 a queue that does so in the end, 150 pages.
enum FlowFixture {
  static let owner = id(200)
  /// A Monday.
  static let today = CivilDate(2026, 11, 23)

  static func id(_ number: UInt64) -> ExtensionID { ExtensionID(UUIDv7(high: 1, low: number)) }

  static let sound = SoundReference(
    id: SoundID(UUIDv7(high: 2, low: 1)), digest: Array(repeating: 1, count: 32))

  private static func entry(
    _ number: UInt64, _ edit: (inout ExtensionEntry) -> Void = { _ in }
  ) -> ExtensionEntry {
    var entry = ExtensionEntry(
      id: id(number), number: "\(number)", displayName: "Phone \(number)", outsideNumber: nil,
      credentials: [])
    edit(&entry)
    return entry
  }

  static let tenant = TenantSnapshot(
    tenant: TenantID(UUIDv7(high: 3, low: 1)), revision: 1, domain: "demo.tandem.test",
    homeAddress: AddressName("phones-a")!,
    dialling: DiallingRules(countryCode: "44", nationalPrefix: "0", internationalPrefix: "00"),
    ringTimeout: .seconds(30),
    extensions: [
      entry(101), entry(102) { $0.mailbox = VoiceMailbox(longestMessage: .seconds(60)) },
      entry(110) { $0.queue = CallQueue(strategy: .together, agents: []) },
      entry(120) { $0.menu = VoiceMenu(choices: ["1": .extension(id(101))]) },
      entry(130) {
        $0.flow = CallFlow(
          start: "on", steps: ["on": CallFlow.Step(.extension(owner))])
      },
      entry(140) {
        $0.queue = CallQueue(strategy: .together, agents: [], last: .extension(owner))
      },
      entry(150) { $0.paging = PagingGroup(members: [id(101)]) },
      entry(200),
    ],
    numbers: [
      NumberEntry(
        id: NumberID(UUIDv7(high: 4, low: 1)), number: "+442079460200",
        destination: .extension(owner)),
      NumberEntry(
        id: NumberID(UUIDv7(high: 4, low: 2)), number: "+442079460201",
        destination: .extension(owner)),
    ], trunks: [],
    contacts: [
      ContactEntry(
        name: "Carl", numbers: ["+447700900111"], groups: ["Customers"], isVIP: false)
    ])

  static func check(_ flow: CallFlow) -> [FlowFinding] {
    FlowCheck(flow, of: owner, in: tenant, from: today).findings
  }

  // MARK: - Steps

  static func ring(_ number: UInt64, or next: String?) -> CallFlow.Step {
    CallFlow.Step(.ring(id(number), for: .seconds(15)), otherwise: next)
  }

  static let box = CallFlow.Step(.mailbox(id(102), greeting: nil))
  static let end = CallFlow.Step(.hangUp(.busy))

  static func say(then next: String?) -> CallFlow.Step {
    CallFlow.Step(.announcement(sound), then: next)
  }

  static func menu(_ choices: [String: String], or next: String?) -> CallFlow.Step {
    CallFlow.Step(.menu(CallFlow.Menu(choices: choices)), otherwise: next)
  }

  static func test(
    _ action: CallFlow.Action, _ then: String?, or next: String?
  ) -> CallFlow.Step {
    CallFlow.Step(action, then: then, otherwise: next)
  }

  /// Monday to Friday.
  static func office(
    _ from: UInt16 = 540, _ to: UInt16 = 1_020, holidays: String? = nil,
    except exceptions: [FlowHours.Exception] = []
  ) -> CallFlow.Action {
    .hours(
      FlowHours(
        WeeklyHours(
          [WeeklyHours.Span(days: 0b1_1111, from: from, to: to)], holidays: holidays),
        except: exceptions))
  }

  static func flow(
    _ steps: [String: CallFlow.Step], from start: String = "start"
  ) -> CallFlow { CallFlow(start: start, steps: steps) }

  // MARK: - Callers

  static func call(
    from caller: String?, isInternal: Bool = false, contact: ContactEntry? = nil,
    to called: String = "+442079460200", on date: CivilDate = today, at minute: Int = 600
  ) -> IncomingCall {
    IncomingCall(
      caller: caller, isInternal: isInternal, contact: contact, called: called,
      time: WallTime(milliseconds: Int64(date.days * 1_440 + minute) * 60_000))
  }

  static func circumstances(
    _ call: IncomingCall, nights: Set<ExtensionID> = []
  ) -> FlowCircumstances {
    FlowCircumstances(call, by: .utc, to: owner, nights: nights)
  }
}
