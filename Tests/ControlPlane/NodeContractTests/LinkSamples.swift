import NodeContract
import SeededRandom
import Support

extension SeededGenerator {
  mutating func bytes(_ count: Int) -> [UInt8] {
    (0..<count).map { _ in UInt8.random(in: 0...255, using: &self) }
  }
}

/// One of everything that the link carries, with every optional part both there and absent.
enum LinkSamples {
  static func id<Kind>(_ number: UInt64) -> TypedID<Kind> {
    TypedID(UUIDv7(high: 0x0190_0000_0000_7000 &+ number, low: 0x8000_0000_0000_0000 | number))
  }

  static let uuid = UUIDv7(high: 0x0190_1234_5678_7ABC, low: 0x8123_4567_89AB_CDEF)
  static let node = NodeName("node-a1")!
  static let site = SiteName("a")!
  static let replica = ReplicaName("cp-a")!
  static let phones = AddressName("phones-a")!
  static let trunks = AddressName("trunks-a")!
  static let epoch = Epoch(generation: 3, revision: 1 << 40)
  static let source = IPEndpoint("192.0.2.7:40123")!
  static let local = IPEndpoint("[2001:db8::1]:5060")!

  static let held = [
    HeldAddress(address: phones, epoch: epoch), HeldAddress(address: trunks, epoch: .none),
  ]

  static let hello = NodeHello(
    node: node, site: site, incarnation: uuid, featureLevel: 65_535, spool: id(1),
    addresses: held, tenants: [TenantRevision(tenant: id(2), revision: 7)])

  static let offers = [
    LegOffer(
      direction: .incoming, party: .extension(id(5), number: "101"), from: "101",
      to: "+447400000001", sipCallID: "a84b4c76e66710@pc33"),
    LegOffer(
      direction: .outgoing, party: .trunk(id(6)), from: "+442079460000", to: "+447400000001",
      sipCallID: ""),
  ]

  static var events: [FactEvent] {
    let ends = CallOutcome.allCases.flatMap { outcome in
      EndEvidence.allCases.flatMap { evidence in
        [EndedBy.party, .us].map {
          FactEvent.ended(LegEnd(outcome: outcome, evidence: evidence, endedBy: $0))
        }
      }
    }
    return offers.map { .offered($0) } + [.rung, .answered, .held(true), .held(false), .adopted]
      + ends + media.map { .measured($0) } + [.switched(switched)]
  }

  private static let media = [
    LegMedia(packets: 0, lost: 0, jitter: 0),
    LegMedia(packets: 1 << 53, lost: 7, jitter: 1_250, roundTrip: 20_000, opinion: 441),
  ]

  static var records: [SpoolRecord] {
    zip(UInt64(1)..., events).map { number, event in
      SpoolRecord(
        spool: id(1), sequence: number,
        fact: Fact(
          tenant: id(2), call: id(3), leg: id(4),
          time: FactTime(
            boot: uuid, instant: BootInstant(nanoseconds: Int64(number) * 1_000_000_007),
            wall: WallTime(milliseconds: 1_790_000_000_123)),
          observer: node, epoch: epoch, event: event))
    }
  }

  static var agent: CheckpointEnvelope {
    var agent = checkpoint
    agent.subject = .agent
    return agent
  }

  static var callback: CheckpointEnvelope {
    var callback = checkpoint
    callback.subject = .callback
    return callback
  }

  static var figures: CheckpointEnvelope {
    var figures = checkpoint
    figures.subject = .queue(
      QueueFigures(
        waiting: 2, waitingSince: WallTime(milliseconds: 1_790_000_000_000),
        agents: [.init(id(5), .paused, reason: "lunch"), .init(id(6), .free)],
        callbacks: [
          .init(
            id(16), to: "+447700900123", since: WallTime(milliseconds: 1_790_000_000_000),
            attempts: 1, isUnderWay: true)
        ]))
    return figures
  }

  static let checkpoint = CheckpointEnvelope(
    call: id(3), tenant: id(2), address: phones, epoch: epoch, number: 12,
    summary: "101 → +447400000001, talking", contents: [0, 1, 2, 255])

  static let bindings = [
    BindingChange(
      tenant: id(2), extension: id(5), address: phones, contact: "sip:101@192.0.2.7:40123;ob",
      source: source, local: local, userAgent: "baresip v1.0.0", expiresIn: .seconds(3600)),
    BindingChange(
      tenant: id(2), extension: id(5), address: phones, contact: "sip:101@192.0.2.7",
      source: local, local: source, userAgent: "", expiresIn: .zero),
    BindingChange(
      tenant: id(2), extension: id(5), address: phones, contact: "sip:101@192.0.2.7",
      source: source, local: local, userAgent: "", expiresIn: .seconds(60),
      instance: "<urn:uuid:00000000-0000-1000-8000-AABBCCDDEEFF>", registration: 2,
      path: ["<sip:edge.example.net;lr;ob>"]),
  ]

  static let load = NodeLoad(
    calls: 1, openTransactions: 2, bindings: 3, residentBytes: .max, unacknowledgedFacts: 5,
    datagramsReceived: 6, datagramsDropped: 7, packetsRelayed: 8, messagesQuarantined: 9,
    emergencyCalls: 10, movingParties: 11, returningParties: 12, fixedParties: 13)

  /// A step of each kind.
  static let flow = CallFlow(
    start: "night",
    steps: [
      "night": .init(.night(of: id(5)), then: "box", otherwise: "own"),
      "own": .init(.night(of: nil), then: "box", otherwise: "hours"),
      "hours": .init(
        .hours(
          FlowHours(
            WeeklyHours([.init(days: 0b1_1111, from: 540, to: 1_020)], holidays: "GB-ENG"),
            except: [
              .init(
                from: CalendarDay(2026, 12, 24), through: CalendarDay(2027, 1, 1), isOpen: true)
            ])), then: "who", otherwise: "end"),
      "who": .init(.caller(.group("Customers")), then: "which", otherwise: "menu"),
      "which": .init(.called(["+442079460001", "107"]), then: "desk", otherwise: "queue"),
      "desk": .init(.ring(id(5), for: .seconds(20)), otherwise: "all"),
      "all": .init(.ring(id(7), for: nil), otherwise: "mobile"),
      "mobile": .init(.outside("07700900123", for: .seconds(9)), otherwise: "abroad"),
      "abroad": .init(.outside("0033", for: nil), otherwise: "say"),
      "menu": .init(
        .menu(
          .init(
            prompt: sound, language: "de", choices: ["1": "desk", "#": "end"],
            patience: .seconds(7), repeats: 3)), otherwise: "named"),
      "named": .init(.menu(.init(choices: [:])), otherwise: nil),
      "queue": .init(.queue(id(13)), otherwise: "box"),
      "say": .init(.announcement(sound), then: "box"),
      "box": .init(.mailbox(id(7), greeting: sound)),
      "own box": .init(.mailbox(id(7), greeting: nil)),
      "hand": .init(.extension(id(12))),
      "end": .init(.hangUp(.busy)),
    ])

  static let tenant = TenantSnapshot(
    tenant: id(2), revision: 42, domain: "demo.tandem.test", homeAddress: phones,
    dialling: DiallingRules(countryCode: "44", nationalPrefix: "0", internationalPrefix: "00"),
    ringTimeout: .milliseconds(30_500),
    extensions: [
      ExtensionEntry(
        id: id(5), number: "101", displayName: "Ånna", outsideNumber: "+442079460001",
        credentials: [
          DigestCredential(algorithm: .sha256, ha1: String(repeating: "ab", count: 32)),
          DigestCredential(algorithm: .md5, ha1: String(repeating: "cd", count: 16)),
        ], answering: rules,
        switches: AnsweringSwitches([
          .doNotDisturb: .init(
            isOn: true, target: nil, patience: nil,
            changedAt: WallTime(milliseconds: 1_790_000_000_000)),
          .forwardNoAnswer: switched.state,
        ])),
      ExtensionEntry(
        id: id(7), number: "102", displayName: "", outsideNumber: nil, credentials: [],
        group: RingGroup(
          strategy: .inTurn, members: [id(5), id(6)], ringsFor: .seconds(9), skipsBusy: false,
          confirms: true),
        mailbox: VoiceMailbox(longestMessage: .seconds(90), isFull: true, greeting: sound),
        followMe: FollowMe(steps: [
          FollowMe.Step([.own], ringsFor: .seconds(15), confirms: false),
          FollowMe.Step([.colleague(id(5)), .outside("07700900123")], ringsFor: .seconds(20)),
        ])),
      ExtensionEntry(
        id: id(38), number: "199", displayName: "", outsideNumber: nil, credentials: [],
        group: RingGroup(
          strategy: .together,
          members: [
            .init(.colleague(id(5))),
            .init(.outside("07700900123"), after: .seconds(5), confirms: true),
            .init(.colleague(id(6)), after: .seconds(6), ringsFor: .seconds(3)),
          ], ringsFor: .seconds(20))),
      ExtensionEntry(
        id: id(11), number: "103", displayName: "", outsideNumber: nil, credentials: [],
        menu: VoiceMenu(
          prompt: sound, language: "fr",
          choices: [
            "1": .extension(id(5)), "2": .mailbox(id(7)), "3": .outside("07700900123"),
            "*": .room("77"), "#": .hangUp,
          ], takesExtensions: true, patience: .seconds(7), repeats: 3, last: .extension(id(5)))),
      ExtensionEntry(
        id: id(12), number: "104", displayName: "", outsideNumber: nil, credentials: [],
        menu: VoiceMenu(choices: [:])),
      ExtensionEntry(
        id: id(14), number: "106", displayName: "", outsideNumber: nil, credentials: [],
        paging: PagingGroup(
          members: [id(5), id(7)], pagers: [id(6)], talksBack: true, longest: .seconds(30))),
      ExtensionEntry(
        id: id(15), number: "107", displayName: "", outsideNumber: nil, credentials: [],
        paging: PagingGroup(members: [id(5)])),
      ExtensionEntry(
        id: id(16), number: "108", displayName: "", outsideNumber: nil, credentials: [],
        paging: PagingGroup(members: [id(5)], pagers: [])),
      ExtensionEntry(
        id: id(13), number: "105", displayName: "", outsideNumber: nil, credentials: [],
        queue: CallQueue(
          strategy: .fewestCalls, agents: [.init(id(5), tier: 2), .init(id(7))],
          ringsFor: .seconds(12), wrapUp: .seconds(30), restsFor: .seconds(5), pausesAfter: 3,
          mostWaiting: 7, longestWait: .seconds(600), needsAgents: false, putsVIPsFirst: false,
          announcesEvery: .seconds(45), announcesWait: true, language: "it",
          last: .mailbox(id(7)),
          callback: .init(
            key: "#", offeredAfter: .seconds(20), offeredFrom: 3, takesOtherNumbers: false,
            attempts: 2, pause: .seconds(90), keepsFor: .seconds(3_600), endsAt: 1_080),
          calledOff: [id(16), id(17)])),
      ExtensionEntry(
        id: id(14), number: "106", displayName: "", outsideNumber: nil, credentials: [],
        switches: AnsweringSwitches([
          .queueLogin: .init(
            isOn: false, target: nil, patience: nil, changedAt: WallTime(milliseconds: 1)),
          .queuePause: .init(
            isOn: true, target: "lunch", patience: nil, changedAt: WallTime(milliseconds: 2)),
        ]),
        queue: CallQueue(
          strategy: .together, agents: [], pausesAfter: nil, longestWait: nil, announcesEvery: nil)
      ),
      ExtensionEntry(
        id: id(15), number: "107", displayName: "", outsideNumber: nil, credentials: [],
        switches: AnsweringSwitches([
          .night: .init(
            isOn: true, target: nil, patience: nil, changedAt: WallTime(milliseconds: 3))
        ]), flow: flow),
    ],
    numbers: [
      NumberEntry(
        id: id(8), number: "+442079460001", destination: .extension(id(5)),
        display: CallerDisplay("Acme: {caller}"))
    ],
    trunks: [
      TrunkEntry(id: id(6), name: "carrier", address: trunks, peers: [source, local]),
      TrunkEntry(
        id: id(9), name: "another", address: trunks, peers: [source],
        account: TrunkAccount(
          username: "tandem", realm: "carrier.example.net",
          credentials: [
            DigestCredential(algorithm: .md5, ha1: String(repeating: "cd", count: 16))
          ],
          registrar: "sip:carrier.example.net"),
        visitor: TrunkVisitor(
          username: "carrier",
          credentials: [
            DigestCredential(algorithm: .sha256, ha1: String(repeating: "ab", count: 32))
          ]),
        profile: TrunkProfile(isTrusted: true, identity: .remoteParty, forwarding: .history),
        route: "sip:carrier.example.net;transport=tls", certificateName: "carrier.example.net"),
    ],
    clock: ZoneClock(
      zone: "America/New_York", offset: -18_000,
      changes: [.init(at: WallTime(milliseconds: 1_773_000_000_000), offset: -14_400)]),
    features: FeatureCodes(changed: [.park: "*5", .listen: nil, .whisper: nil, .join: nil]),
    contacts: [
      ContactEntry(
        name: "Åsa", numbers: ["+442079460001", "+447700900123"], groups: ["familie"], isVIP: true),
      ContactEntry(name: "", numbers: []),
    ],
    screening: [
      ScreeningEntry(id: id(31), callers: .number("+442079460199"), verdict: .block),
      ScreeningEntry(id: id(32), extension: id(5), callers: .range("+4420"), verdict: .allow),
      ScreeningEntry(id: id(33), callers: .withheld, verdict: .block),
      ScreeningEntry(id: id(34), callers: .disproven, verdict: .block),
    ],
    recordingRules: [
      RecordingRule(id: id(35), calls: .all, records: false),
      RecordingRule(
        id: id(36), calls: .of(id(5)), direction: .fromOutside, share: 10, notice: .both,
        pausers: .nobody),
      RecordingRule(
        id: id(37), calls: .to("+442079460199"), direction: .inside, notice: .caller,
        pausers: .administrators),
    ])

  static let switched = AnsweringSwitches.Change(
    id(5), .forwardNoAnswer,
    .init(
      isOn: false, target: "+447400000001", patience: .seconds(9),
      changedAt: WallTime(milliseconds: 1_790_000_000_001)))

  static let sound = SoundReference(id: id(10), digest: [UInt8](0..<32))

  static let rules = [
    AnsweringRule(name: "not now", on: .always, from: .withheld, .decline),
    AnsweringRule(
      name: "at night", on: .always, from: .outside,
      during: WeeklyHours(
        [.init(days: 127, from: 1_080, to: 540)], isComplement: true, holidays: "GB-SCT"),
      called: ["+442079460001"], .forward(to: "102")),
    AnsweringRule(name: "", on: .busy, from: .numbers(["+44*", "102"]), .busy),
    AnsweringRule(name: "", on: .offline, from: .colleagues, .ring),
    AnsweringRule(name: "", on: .busy, .voicemail()),
    AnsweringRule(name: "", on: .always, .followMe),
    AnsweringRule(name: "", on: .busy, from: .contacts, .ring),
    AnsweringRule(name: "", on: .busy, from: .group("familie"), .ring),
    AnsweringRule(name: "", on: .busy, from: .vip, .ring),
    AnsweringRule(name: "", on: .busy, from: .strangers, .decline),
    AnsweringRule(name: "", on: .busy, .voicemail(greeting: sound)),
    AnsweringRule(name: "", on: .noAnswer(after: .seconds(12)), .forward(to: "07700900123")),
  ]

  static let key = BeatKey(number: 9, bytes: [UInt8](0..<32))

  static let subscriptions = [
    SubscriptionChange(
      key: .init(callID: "watching@127.0.0.1", localTag: "a1"), tenant: id(2), address: phones,
      expiresIn: .seconds(600), contents: [1, 2, 3]),
    SubscriptionChange(
      key: .init(callID: "over", localTag: "b2"), tenant: id(2), address: phones,
      expiresIn: .zero, contents: []),
  ]

  static var upward: [UpwardMessage] {
    [
      .hello(hello), .facts(records), .facts([]), .checkpoint(checkpoint),
      .checkpoint(figures), .checkpoint(agent), .checkpoint(callback),
      .checkpointRetired(id(3)), .relay(RelayState(call: id(3), contents: [4, 5])), .load(load),
      .load(NodeLoad()),
    ] + bindings.map { .binding($0) } + subscriptions.map { .subscription($0) }
      + [.done, .refusedStale(known: epoch), .refusedUnknownAddress].map {
        .orderAnswer(OrderAnswer(order: id(9), address: phones, verdict: $0))
      } + sounds.map { .sound($0) }
      + questions.map {
        .mailboxRequest(
          MailboxRequest(id: UUIDv7(high: 1, low: 2), tenant: id(2), mailbox: id(5), verb: $0))
      } + [
        .soundRequest(
          SoundRequest(id: UUIDv7(high: 1, low: 2), tenant: id(2), sound: id(10), offset: 1 << 40)),
        .drillAnswer(DrillAnswer(drill: id(14), verdict: .begins)),
        .drillSound(DrillSound(drill: id(14), streams: [])),
        .drillSound(DrillSound(drill: id(14), streams: heard)),
      ]
      + DrillRefusal.allCases.map {
        .drillAnswer(DrillAnswer(drill: id(14), verdict: .refused($0)))
      }
      + ([nil] + ClickRefusal.allCases).map {
        .clickAnswer(ClickAnswer(call: id(3), verb: $0 == .noCall ? .callOff : .make, refusal: $0))
      }
  }

  private static let clicks: [DownwardMessage] = [
    .clickOrder(
      ClickOrder(
        .make, call: id(3), tenant: id(2), extension: id(5), number: "07700900123",
        shown: "+442079460123", answersByItself: true, beat: 1 << 40)),
    .clickOrder(
      ClickOrder(.make, call: id(3), tenant: id(2), extension: id(5), number: "102")),
    .clickOrder(ClickOrder(.callOff, call: id(3), tenant: id(2))),
    .clickOrder(ClickOrder(.pauseRecording, call: id(3), tenant: id(2))),
  ]

  private static var heard: [StreamSilence] {
    BindingTransport.allCases.flatMap { transport in
      PartyClass.allCases.map {
        StreamSilence(
          transport: transport, party: $0, silence: $0 == .fixed ? nil : .nanoseconds(7))
      }
    }
  }

  static var questions: [MailboxRequest.Verb] {
    [
      .open(pin: nil), .open(pin: ""), .open(pin: "0815"), .delete(id(10)), .restore(id(10)),
      .forward(id(10), to: id(6), as: id(11)),
      .sound(id(10), offset: 1 << 40),
    ] + MessageState.allCases.map { .mark(id(10), $0) }
  }

  static var answers: [MailboxAnswer.Outcome] {
    [
      .messages([]), .done, .wrongPIN, .locked, .missing, .noMailbox, .full, .failed,
      .sound([0, 255], isLast: false), .sound([], isLast: true),
      .messages(
        MessageState.allCases.map {
          WaitingMessage(
            id: id(10), caller: "+447400000001",
            leftAt: WallTime(milliseconds: 1_795_000_000_123), state: $0,
            forwardedBy: $0 == .new ? "" : "102")
        }),
    ]
  }

  static var sounds: [SoundPiece] {
    let endings = LeftMessage.Ending.allCases.map(Optional.some) + [nil]
    return endings.map { ending in
      SoundPiece(
        sound: StoredSound(
          id: id(10), tenant: id(2),
          kind: .message(
            LeftMessage(
              mailbox: id(7), call: id(3), caller: ending == nil ? "" : "+447400000001",
              callerName: "Ånna", leftAt: WallTime(milliseconds: 1_795_000_000_123),
              ending: ending))),
        part: ending == nil ? 0 : 3, offset: 1 << 40, contents: ending == nil ? [] : [0, 255],
        length: ending == .key ? .milliseconds(1_500) : nil)
    } + recordings
  }

  private static var recordings: [SoundPiece] {
    let endings = RecordedCall.Ending.allCases.map(Optional.some) + [nil]
    return zip(endings, RecordedCall.Parties.allCases).map { ending, parties in
      SoundPiece(
        sound: StoredSound(
          id: id(10), tenant: id(2),
          kind: .recording(
            RecordedCall(
              call: id(3), parties: parties, begunAt: WallTime(milliseconds: 1_795_000_000_123),
              interruptions: ending == nil ? 0 : 2, ending: ending,
              rule: ending == nil ? id(36) : nil))),
        part: 1, offset: 40_000, contents: [0, 255], length: .seconds(5))
    }
  }

  static var downward: [DownwardMessage] {
    [
      .welcome(ReplicaWelcome(replica: replica, beatKey: key)), .tenant(tenant),
      .tenantRemoved(id(2)), .snapshotComplete([id(2), id(3)]), .snapshotComplete([]),
      .factsAcknowledged(spool: id(1), through: .max), .beatKey(key), .bindings(bindings),
      .bindings([]), .subscriptions(subscriptions), .subscriptions([]),
      .neighbours([]), .neighbours([Neighbour(node: node, beats: source, key: key)]),
      .inheritance(Inheritance(address: phones, epoch: epoch)),
      .inheritance(
        Inheritance(
          address: phones, epoch: epoch,
          calls: [.init(checkpoint: checkpoint, age: .milliseconds(7), relay: [1, 2])],
          bindings: bindings, subscriptions: subscriptions)),
      .mailbox(
        MailboxChange(tenant: id(2), extension: id(5), newMessages: 3, oldMessages: .max)),
      .soundIsKept(SoundPiece.Key(sound: id(10), part: 3, offset: 1 << 40)),
    ]
      + [OwnershipOrder.Verb.adopt, .release].map {
        .order(OwnershipOrder(id: id(9), verb: $0, address: phones, epoch: epoch))
      }
      + answers.map {
        .mailboxAnswer(MailboxAnswer(request: UUIDv7(high: 1, low: 2), outcome: $0))
      }
      + [.piece([0, 255], isLast: false), .piece([], isLast: true), .missing, .failed].map {
        .soundAnswer(SoundAnswer(request: UUIDv7(high: 1, low: 2), outcome: $0))
      }
      + DrillOrder.Fault.allCases.map {
        .drillOrder(
          DrillOrder(drill: id(14), fault: $0, seconds: 8, beat: $0 == .process ? nil : 1 << 40))
      } + [.drillInquiry(DrillInquiry(drill: id(14), age: .milliseconds(1_234)))] + clicks
  }
}
