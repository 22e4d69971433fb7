import DatabaseSupport
import Hummingbird
import NodeContract
import Persistence
@_spi(Authorization) import Tenancy
import Testing

/// Pieces of a message as a node sends them.
enum LeftInMailbox {
  static func sound(
    _ number: UInt64, for id: ExtensionID, of tenant: TenantID,
    ending: LeftMessage.Ending? = nil
  ) -> StoredSound {
    let uuid = UUIDv7(high: 0x0190_0000_0000_7000, low: 0x8000_0000_0000_0000 | number)
    return StoredSound(
      id: SoundID(uuid), tenant: tenant,
      kind: .message(
        LeftMessage(
          mailbox: id, call: CallID(uuid), caller: "+447400123456", callerName: "Anna",
          leftAt: WallTime(milliseconds: 1_795_000_000_000 + Int64(number)), ending: ending)))
  }

  static func pieces(of sound: StoredSound, part: UInt32 = 1) -> [SoundPiece] {
    [
      SoundPiece(sound: sound, part: part, offset: 0, contents: [1, 2, 3], length: nil),
      SoundPiece(sound: sound, part: part, offset: 3, contents: [4, 5], length: .seconds(7)),
    ]
  }

  static func end(of sound: StoredSound) -> SoundPiece {
    SoundPiece(sound: sound, part: 0, offset: 0, contents: [], length: .zero)
  }

  /// A whole message, in a mailbox made for it.
  static func commit(
    to id: ExtensionID, of tenant: TenantID, in store: Store
  ) async throws -> SoundID {
    let mailbox = Mailbox(longestMessage: 60, mostMessages: 10, retention: nil)
    _ = try await store.mailboxes.replace(mailbox, of: id, of: tenant, in: .platform)
    let sound = sound(1, for: id, of: tenant, ending: .hungUp)
    for piece in pieces(of: sound) { _ = try await store.sounds.keep(piece, in: .platform) }
    return sound.id
  }
}

@Suite(.needsPostgres) struct MailboxTests {
  private func path(_ bench: APIBench) -> String {
    "\(bench.tenantPath)/extensions/\(bench.mine.extensions[0].id)/mailbox"
  }

  private func keep(_ pieces: [SoundPiece], in bench: APIBench) async throws {
    for piece in pieces { _ = try await bench.store.sounds.keep(piece, in: .platform) }
  }

  private func sound(_ number: UInt64, _ bench: APIBench, ending: LeftMessage.Ending? = nil)
    -> StoredSound
  {
    LeftInMailbox.sound(
      number, for: bench.mine.extensions[0].id, of: bench.mine.tenant.id, ending: ending)
  }

  private func entry(_ bench: APIBench) async throws -> VoiceMailbox? {
    try await bench.store.snapshots.tenant(bench.mine.tenant.id, in: .platform)?.extensions
      .first { $0.id == bench.mine.extensions[0].id }?.mailbox
  }

  @Test func aMailboxReachesTheNodesAndIsTakenBack() async throws {
    try await APIBench.with { bench in
      #expect(try await bench.send(.get, path(bench), as: bench.keys.tenant).status == 404)
      let made = try await bench.send(
        .put, path(bench), as: bench.keys.tenant, #"{"longest_message":60}"#)
      #expect(made.status == 200, "\(made.body)")
      #expect(
        made.body
          == #"{"greeting":null,"has_pin":false,"is_full":false,"longest_message":60,"most_messages":100,"retention_days":null}"#
      )
      #expect(try await entry(bench) == VoiceMailbox(longestMessage: .seconds(60)))
      #expect(try await bench.send(.delete, path(bench), as: bench.keys.tenant).status == 204)
      #expect(try await entry(bench) == nil)
    }
  }

  @Test func whatIsOutOfRangeIsNamed() async throws {
    try await APIBench.with { bench in
      for (body, field) in [
        (#"{"longest_message":5}"#, "longest_message"), (#"{"most_messages":0}"#, "most_messages"),
        (#"{"retention_days":0}"#, "retention_days"),
      ] {
        let answer = try await bench.send(.put, path(bench), as: bench.keys.tenant, body)
        #expect(answer.status == 422 && answer.body.contains(field), "\(answer.body)")
      }
    }
  }

  @Test func aMessageIsListedHeardMarkedAndDeleted() async throws {
    try await APIBench.with { bench in
      let id = try await LeftInMailbox.commit(
        to: bench.mine.extensions[0].id, of: bench.mine.tenant.id, in: bench.store)
      let key = bench.keys.tenant
      let list = try await bench.send(.get, path(bench) + "/messages", as: key)
      #expect(
        list.status == 200 && list.body.contains(#""caller":"+447400123456""#), "\(list.body)")
      #expect(list.body.contains(#""seconds":7"#) && list.body.contains(#""state":"new""#))
      let one = path(bench) + "/messages/\(id)"
      let sound = try await bench.send(.get, one + "/sound", as: key)
      #expect(sound.status == 200)
      #expect(Array(sound.body.utf8) == [1, 2, 3, 4, 5])
      let marked = try await bench.send(.patch, one, as: key, #"{"state":"saved"}"#)
      #expect(marked.status == 200 && marked.body.contains(#""state":"saved""#))
      let wrong = try await bench.send(.patch, one, as: key, #"{"state":"lost"}"#)
      #expect(wrong.status == 422)
      #expect(try await bench.send(.delete, one, as: key).status == 204)
      for gone in [one, one + "/sound"] {
        #expect(try await bench.send(.get, gone, as: key).status == 404)
      }
      #expect(
        try await bench.store.sounds.contents(of: id, of: bench.mine.tenant.id, in: .platform)
          == nil)
    }
  }

  @Test func whatComesAgainIsStoredOnceAndWhatComesLateFindsItsPlace() async throws {
    try await APIBench.with { bench in
      _ = try await bench.send(.put, path(bench), as: bench.keys.tenant, "{}")
      let sound = sound(2, bench)
      let second = LeftInMailbox.pieces(of: sound, part: 2)
      let first = LeftInMailbox.pieces(of: sound, part: 1)
      try await keep(second + first.reversed() + first + second, in: bench)
      let tenant = bench.mine.tenant.id
      let id = bench.mine.extensions[0].id
      let message = try await bench.store.mailboxes.message(
        sound.id, in: id, of: tenant, in: .platform)
      #expect(message?.milliseconds == 14_000)
      #expect(message?.ending == .cut, "nobody has said yet how it ended")
      let contents = try #require(
        try await bench.store.sounds.contents(of: sound.id, of: tenant, in: .platform))
      #expect(try await contents.bytes(in: 0..<contents.count) == [1, 2, 3, 4, 5, 1, 2, 3, 4, 5])
      try await keep([LeftInMailbox.end(of: self.sound(2, bench, ending: .key))], in: bench)
      let ended = try await bench.store.mailboxes.message(
        sound.id, in: id, of: tenant, in: .platform)
      #expect(ended?.ending == .key)
    }
  }

  @Test func aMessageThatWasDeletedStaysDeletedWhateverStillComes() async throws {
    try await APIBench.with { bench in
      let id = try await LeftInMailbox.commit(
        to: bench.mine.extensions[0].id, of: bench.mine.tenant.id, in: bench.store)
      let one = path(bench) + "/messages/\(id)"
      #expect(try await bench.send(.delete, one, as: bench.keys.tenant).status == 204)
      try await keep(LeftInMailbox.pieces(of: sound(1, bench), part: 2), in: bench)
      #expect(try await bench.send(.get, one, as: bench.keys.tenant).status == 404)
      #expect(
        try await bench.store.sounds.contents(of: id, of: bench.mine.tenant.id, in: .platform)
          == nil)
    }
  }

  @Test func aFullMailboxIsKnownToTheNodesUntilThereIsRoom() async throws {
    try await APIBench.with { bench in
      _ = try await bench.send(
        .put, path(bench), as: bench.keys.tenant, #"{"most_messages":2}"#)
      try await keep(LeftInMailbox.pieces(of: sound(1, bench)), in: bench)
      #expect(try await entry(bench)?.isFull == false)
      try await keep(LeftInMailbox.pieces(of: sound(2, bench)), in: bench)
      #expect(try await entry(bench)?.isFull == true)
      let one = path(bench) + "/messages/\(sound(1, bench).id)"
      #expect(try await bench.send(.delete, one, as: bench.keys.tenant).status == 204)
      #expect(try await entry(bench)?.isFull == false)
    }
  }

  @Test func whatIsTooOldGoesAndItsSoundWithIt() async throws {
    try await APIBench.with { bench in
      let id = try await LeftInMailbox.commit(
        to: bench.mine.extensions[0].id, of: bench.mine.tenant.id, in: bench.store)
      try await bench.store.mailboxes.expire(in: .platform)
      let one = path(bench) + "/messages/\(id)"
      #expect(try await bench.send(.get, one, as: bench.keys.tenant).status == 200)
      _ = try await bench.send(.put, path(bench), as: bench.keys.tenant, #"{"retention_days":1}"#)
      let old = StoredSound(
        id: SoundID(UUIDv7(high: 1, low: 1)), tenant: bench.mine.tenant.id,
        kind: .message(
          LeftMessage(
            mailbox: bench.mine.extensions[0].id, call: CallID(UUIDv7(high: 1, low: 1)),
            caller: "", callerName: "", leftAt: WallTime(milliseconds: 1_000_000_000_000))))
      try await keep(LeftInMailbox.pieces(of: old), in: bench)
      try await bench.store.mailboxes.expire(in: .platform)
      let gone = try await bench.store.sounds.contents(
        of: old.id, of: bench.mine.tenant.id, in: .platform)
      #expect(gone == nil)
    }
  }

  @Test func theLampsCountWhatIsNewAndWhatIsOld() async throws {
    try await APIBench.with { bench in
      _ = try await bench.send(.put, path(bench), as: bench.keys.tenant, "{}")
      let tenant = bench.mine.tenant.id
      let id = bench.mine.extensions[0].id
      func waiting() async throws -> MailboxChange {
        try await bench.store.mailboxes.waiting(for: id, of: tenant, in: .platform)
      }
      #expect(
        try await bench.store.mailboxes.waiting(in: [tenant], in: .platform) == [
          MailboxChange(tenant: tenant, extension: id, newMessages: 0, oldMessages: 0)
        ])
      for number in UInt64(1)...3 {
        try await keep(LeftInMailbox.pieces(of: sound(number, bench)), in: bench)
      }
      let one = path(bench) + "/messages/\(sound(1, bench).id)"
      _ = try await bench.send(.patch, one, as: bench.keys.tenant, #"{"state":"heard"}"#)
      #expect(
        try await waiting()
          == MailboxChange(tenant: tenant, extension: id, newMessages: 2, oldMessages: 1))
    }
  }
}
