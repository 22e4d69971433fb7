import DatabaseSupport
import Hummingbird
import Logging
import NodeContract
import Operations
import Persistence
import Postgres
@_spi(Authorization) import Tenancy
import Testing

/// What callers hear of their mailboxes is answered from Postgres.
@Suite(.needsPostgres) struct MailboxVisitTests {
  private func path(_ bench: APIBench) -> String {
    "\(bench.tenantPath)/extensions/\(bench.mine.extensions[0].id)/mailbox"
  }

  private func ask(_ verb: MailboxRequest.Verb, _ bench: APIBench, as tenant: TenantID? = nil)
    async -> MailboxAnswer.Outcome
  {
    await MailboxVisits(store: bench.store, logger: Logger(label: "test")).answer(
      MailboxRequest(
        id: UUIDv7(high: 1, low: 1), tenant: tenant ?? bench.mine.tenant.id,
        mailbox: bench.mine.extensions[0].id, verb: verb))
  }

  /// A message of two pieces in each of two parts.
  private func leave(_ number: UInt64, _ bench: APIBench) async throws -> SoundID {
    let sound = LeftInMailbox.sound(
      number, for: bench.mine.extensions[0].id, of: bench.mine.tenant.id, ending: .hungUp)
    for part in UInt32(1)...2 {
      for piece in LeftInMailbox.pieces(of: sound, part: part) {
        _ = try await bench.store.sounds.keep(piece, in: .platform)
      }
    }
    return sound.id
  }

  private func withMailbox(_ body: @escaping @Sendable (APIBench) async throws -> Void) async throws
  {
    try await APIBench.with { bench in
      _ = try await bench.send(.put, path(bench), as: bench.keys.tenant, "{}")
      try await body(bench)
    }
  }

  private func list(_ bench: APIBench) async throws -> [WaitingMessage] {
    guard case .messages(let messages) = await ask(.open(pin: nil), bench) else {
      Issue.record("the mailbox did not open")
      return []
    }
    return messages
  }

  @Test func newMessagesComeFirstAndTheOldestOfThemFirst() async throws {
    try await withMailbox { bench in
      let ids = [try await leave(1, bench), try await leave(2, bench), try await leave(3, bench)]
      #expect(await ask(.mark(ids[0], .saved), bench) == .done)
      #expect(try await list(bench).map(\.id) == [ids[1], ids[2], ids[0]])
      #expect(try await list(bench).map(\.state) == [.new, .new, .saved])
      #expect(try await list(bench).first?.caller == "+447400123456")
    }
  }

  @Test func itsSoundComesInPiecesUntilTheLast() async throws {
    try await withMailbox { bench in
      let id = try await leave(1, bench)
      var (heard, rounds): ([UInt8], Int) = ([], 0)
      while rounds < 10 {
        rounds += 1
        guard
          case .sound(let contents, let isLast) = await ask(
            .sound(id, offset: UInt64(heard.count)), bench)
        else { break }
        heard += contents
        if isLast { break }
      }
      #expect(heard == [1, 2, 3, 4, 5, 1, 2, 3, 4, 5] && rounds == 4)
      #expect(await ask(.sound(id, offset: 4), bench) == .sound([5], isLast: false))
      #expect(await ask(.sound(id, offset: 10), bench) == .missing)
      let other = bench.theirs.tenant.id
      #expect(await ask(.sound(id, offset: 0), bench, as: other) == .missing)
    }
  }

  @Test func whatWasDeletedByPhoneMayBeWantedBackAndItsLampFollows() async throws {
    try await withMailbox { bench in
      let id = try await leave(1, bench)
      #expect(await ask(.delete(id), bench) == .done)
      #expect(await ask(.delete(id), bench) == .done, "the same question may come again")
      #expect(try await list(bench).isEmpty)
      #expect(await ask(.restore(id), bench) == .done)
      #expect(try await list(bench).map(\.id) == [id])
      #expect(await ask(.delete(id), bench) == .done)
      try await bench.store.mailboxes.expire(in: .platform)
      #expect(await ask(.restore(id), bench) == .done, "not older than an hour")
      let one = path(bench) + "/messages/\(id)"
      #expect(try await bench.send(.delete, one, as: bench.keys.tenant).status == 204)
      #expect(await ask(.restore(id), bench) == .missing, "deleted by the API is gone")
    }
  }

  @Test func whatWasDeletedAnHourAgoIsGone() async throws {
    try await withMailbox { bench in
      let id = try await leave(1, bench)
      #expect(await ask(.delete(id), bench) == .done)
      try await bench.store.transaction(in: .platform) { transaction in
        _ = try transaction.execute(
          "UPDATE mailbox_messages SET deleted_at = now() - interval '61 minutes'")
      }
      try await bench.store.mailboxes.expire(in: .platform)
      #expect(await ask(.restore(id), bench) == .missing)
    }
  }

  // MARK: - PIN

  private func setPIN(_ pin: String, _ bench: APIBench) async throws -> Int {
    try await bench.send(
      .put, path(bench) + "/pin", as: bench.keys.tenant, #"{"pin":"\#(pin)"}"#
    ).status
  }

  @Test func aPINThatEverybodyTriesFirstIsNone() async throws {
    try await withMailbox { bench in
      for pin in ["123", "1111", "1234", "4321", "25x0", "12345678901", ""] {
        #expect(try await setPIN(pin, bench) == 422, "\(pin)")
      }
      #expect(try await setPIN("2580", bench) == 200)
      let shown = try await bench.send(.get, path(bench), as: bench.keys.tenant)
      #expect(shown.body.contains(#""has_pin":true"#) && !shown.body.contains("2580"))
    }
  }

  @Test func theRightPINOpensAndAWrongOneOrNoneDoesNot() async throws {
    try await withMailbox { bench in
      #expect(await ask(.open(pin: "2580"), bench) == .wrongPIN)
      _ = try await setPIN("2580", bench)
      #expect(await ask(.open(pin: "2580"), bench) == .messages([]))
      for pin in ["", "2581", "25800"] {
        #expect(await ask(.open(pin: pin), bench) == .wrongPIN)
      }
      let gone = try await bench.send(.delete, path(bench) + "/pin", as: bench.keys.tenant)
      #expect(gone.status == 204)
      #expect(await ask(.open(pin: "2580"), bench) == .wrongPIN)
      #expect(await ask(.open(pin: nil), bench) == .messages([]))
    }
  }

  @Test func whoGuessesIsLockedOutForAWhileEvenWithTheRightOne() async throws {
    try await withMailbox { bench in
      _ = try await setPIN("2580", bench)
      for _ in 0..<4 { #expect(await ask(.open(pin: "1470"), bench) == .wrongPIN) }
      #expect(await ask(.open(pin: "2580"), bench) == .messages([]), "four are forgiven")
      for _ in 0..<5 { #expect(await ask(.open(pin: "1470"), bench) == .wrongPIN) }
      #expect(await ask(.open(pin: "2580"), bench) == .locked)
      try await bench.store.transaction(in: .platform) { transaction in
        _ = try transaction.execute(
          "UPDATE mailbox_pins SET locked_until = now() - interval '1 second'")
      }
      #expect(await ask(.open(pin: "2580"), bench) == .messages([]))
    }
  }
}
