import DatabaseSupport
import Hummingbird
import Logging
import NodeContract
import Operations
import Persistence
@_spi(Authorization) import Tenancy
import Testing

/// Messages that go on to a colleague's mailbox, by phone and by the API.
@Suite(.needsPostgres) struct MessageForwardingTests {
  private struct Office {
    let bench: APIBench
    let message: SoundID

    var mine: ExtensionID { bench.mine.extensions[0].id }
    var theirs: ExtensionID { bench.mine.extensions[1].id }

    func path(_ id: ExtensionID) -> String { "\(bench.tenantPath)/extensions/\(id)/mailbox" }

    /// Asked by phone; the name of the copy is the number's.
    func forward(
      to other: ExtensionID? = nil, as number: UInt64 = 50, in mailbox: ExtensionID? = nil,
      of tenant: TenantID? = nil
    ) async -> MailboxAnswer.Outcome {
      await ask(
        .forward(message, to: other ?? theirs, as: Self.copy(number)), in: mailbox ?? mine,
        of: tenant)
    }

    func ask(_ verb: MailboxRequest.Verb, in id: ExtensionID, of tenant: TenantID? = nil) async
      -> MailboxAnswer.Outcome
    {
      await MailboxVisits(store: bench.store, logger: Logger(label: "test")).answer(
        MailboxRequest(
          id: UUIDv7(high: 1, low: 1), tenant: tenant ?? bench.mine.tenant.id, mailbox: id,
          verb: verb))
    }

    static func copy(_ number: UInt64) -> SoundID { SoundID(UUIDv7(high: 12, low: number)) }

    func messages(in id: ExtensionID) async throws -> [MailboxMessage] {
      try await bench.store.mailboxes.messages(
        try PageRequest(), of: id, of: bench.mine.tenant.id, in: .platform
      ).items
    }

    func sound(of id: SoundID) async throws -> [UInt8]? {
      let contents = try await bench.store.sounds.contents(
        of: id, of: bench.mine.tenant.id, in: .platform)
      guard let contents else { return nil }
      return try await contents.bytes(in: 0..<contents.count)
    }
  }

  /// Both have a mailbox, mine a message.
  private func withOffice(_ body: @escaping @Sendable (Office) async throws -> Void) async throws {
    try await APIBench.with { bench in
      let office = Office(
        bench: bench,
        message: try await LeftInMailbox.commit(
          to: bench.mine.extensions[0].id, of: bench.mine.tenant.id, in: bench.store))
      let made = try await bench.send(
        .put, office.path(office.theirs), as: bench.keys.tenant, #"{"most_messages":1}"#)
      #expect(made.status == 200)
      try await body(office)
    }
  }

  @Test func itLiesThereAsNewWithItsCallerTimeAndSoundAndSaysWhoForwardedIt() async throws {
    try await withOffice { (office) async throws in
      _ = await office.ask(.mark(office.message, .saved), in: office.mine)
      #expect(await office.forward() == .done)
      let first = try #require(try await office.messages(in: office.mine).first)
      let copy = try #require(try await office.messages(in: office.theirs).first)
      #expect(copy.state == .new && first.state == .saved && first.forwarded == nil)
      #expect(copy.caller == first.caller && copy.callerName == first.callerName)
      #expect(copy.leftAt == first.leftAt && copy.milliseconds == first.milliseconds)
      #expect(copy.call == first.call && copy.ending == first.ending)
      #expect(copy.forwarded?.by == office.bench.mine.extensions[0].number.digits)
      let sound = try await office.sound(of: copy.id)
      #expect(sound == [1, 2, 3, 4, 5])
      guard case .messages(let heard) = await office.ask(.open(pin: nil), in: office.theirs) else {
        Issue.record("the mailbox did not open")
        return
      }
      #expect(heard.map(\.forwardedBy) == [office.bench.mine.extensions[0].number.digits])
      let waiting = try await office.bench.store.mailboxes.waiting(
        for: office.theirs, of: office.bench.mine.tenant.id, in: .platform)
      #expect(waiting.newMessages == 1)
    }
  }

  @Test func theSameQuestionAgainForwardsItOnceAlsoWhenItWasDeletedSince() async throws {
    try await withOffice { (office) async throws in
      #expect(await office.forward() == .done)
      #expect(await office.forward() == .done)
      #expect(try await office.messages(in: office.theirs).count == 1)
      #expect(await office.ask(.delete(Office.copy(50)), in: office.theirs) == .done)
      #expect(await office.forward() == .done)
      #expect(try await office.messages(in: office.theirs).isEmpty)
    }
  }

  @Test func theCopyStaysWhenTheFirstIsDeleted() async throws {
    try await withOffice { (office) async throws in
      #expect(await office.forward() == .done)
      let one = office.path(office.mine) + "/messages/\(office.message)"
      #expect(
        try await office.bench.send(.delete, one, as: office.bench.keys.tenant).status == 204)
      let sound = try await office.sound(of: Office.copy(50))
      #expect(sound == [1, 2, 3, 4, 5])
      #expect(await office.forward(as: 51) == .full, "what is full comes first")
      #expect(await office.ask(.delete(Office.copy(50)), in: office.theirs) == .done)
      #expect(await office.forward(as: 51) == .missing)
    }
  }

  @Test func aFullMailboxTakesNone() async throws {
    try await withOffice { (office) async throws in
      #expect(await office.forward() == .done)
      #expect(await office.forward(as: 51) == .full)
      let tenant = try await office.bench.store.snapshots.tenant(
        office.bench.mine.tenant.id, in: .platform)
      let entry = tenant?.extensions.first { $0.id == office.theirs }
      #expect(entry?.mailbox?.isFull == true, "its callers hear so, too")
    }
  }

  @Test func whereThereIsNoMailboxOrItIsAnotherTenantsNothingIsForwarded() async throws {
    try await withOffice { (office) async throws in
      let bench = office.bench
      #expect(await office.forward(to: office.mine) == .noMailbox, "to itself")
      #expect(await office.forward(to: bench.theirs.extensions[0].id) == .noMailbox)
      #expect(
        await office.forward(of: bench.theirs.tenant.id) == .noMailbox)
      #expect(
        try await bench.send(.delete, office.path(office.theirs), as: bench.keys.tenant).status
          == 204)
      #expect(await office.forward() == .noMailbox)
    }
  }

  @Test func aNameThatAnotherMessageHasIsNotTaken() async throws {
    try await withOffice { (office) async throws in
      let outcome = await office.ask(
        .forward(office.message, to: office.theirs, as: office.message), in: office.mine)
      #expect(outcome == .missing)
      #expect(try await office.messages(in: office.mine).count == 1)
      #expect(try await office.messages(in: office.theirs).isEmpty)
    }
  }

  @Test func theTimeThatItIsKeptBeginsWhenItIsForwarded() async throws {
    try await withOffice { (office) async throws in
      let bench = office.bench
      let uuid = UUIDv7(high: 1, low: 1)
      let old = StoredSound(
        id: SoundID(uuid), tenant: bench.mine.tenant.id,
        kind: .message(
          LeftMessage(
            mailbox: office.mine, call: CallID(uuid), caller: "", callerName: "",
            leftAt: WallTime(milliseconds: 1_000_000_000_000))))
      for piece in LeftInMailbox.pieces(of: old) {
        _ = try await bench.store.sounds.keep(piece, in: .platform)
      }
      let outcome = await office.ask(
        .forward(old.id, to: office.theirs, as: Office.copy(50)), in: office.mine)
      #expect(outcome == .done)
      _ = try await bench.send(
        .put, office.path(office.theirs), as: bench.keys.tenant, #"{"retention_days":1}"#)
      try await bench.store.mailboxes.expire(in: .platform)
      #expect(try await office.messages(in: office.theirs).count == 1)
    }
  }

  @Test func theAPIForwardsAndShowsTheCopy() async throws {
    try await withOffice { (office) async throws in
      let bench = office.bench
      let path = office.path(office.mine) + "/messages/\(office.message)/forward"
      let answer = try await bench.send(
        .post, path, as: bench.keys.tenant, #"{"to":"\#(office.theirs)"}"#)
      #expect(answer.status == 201, "\(answer.body)")
      let number = bench.mine.extensions[0].number
      #expect(answer.body.contains(#""forwarded_by":"\#(number)""#), "\(answer.body)")
      #expect(answer.body.contains(#""state":"new""#))
      let again = try await bench.send(
        .post, path, as: bench.keys.tenant, #"{"to":"\#(office.theirs)"}"#)
      #expect(again.status == 409, "\(again.body)")
      let nobody = try await bench.send(
        .post, path, as: bench.keys.tenant, #"{"to":"\#(office.mine)"}"#)
      #expect(nobody.status == 422 && nobody.body.contains("to"), "\(nobody.body)")
      let first = try await bench.send(
        .get, office.path(office.mine) + "/messages", as: bench.keys.tenant)
      #expect(first.body.contains(#""forwarded_by":null"#))
    }
  }
}
