import DatabaseSupport
import FoundationEssentials
import Hummingbird
import NodeContract
import Operations
import Persistence
@_spi(Authorization) import Tenancy
import Testing

/// Pieces of a recorded call as a node sends them.
enum RecordedPieces {
  static func sound(
    _ number: UInt64, of call: CallID, of tenant: TenantID,
    begunAt: WallTime = WallTime(milliseconds: 1_795_000_000_000), interruptions: UInt32 = 0,
    ending: RecordedCall.Ending? = nil, rule: RecordingRuleID? = nil
  ) -> StoredSound {
    StoredSound(
      id: SoundID(UUIDv7(high: 0x0190_0000_0000_7001, low: 0x8000_0000_0000_0000 | number)),
      tenant: tenant,
      kind: .recording(
        RecordedCall(
          call: call, parties: .both, begunAt: begunAt, interruptions: interruptions,
          ending: ending, rule: rule)))
  }

  /// Five seconds each.
  static func pieces(of sound: StoredSound, part: UInt32 = 1) -> [SoundPiece] {
    [
      SoundPiece(sound: sound, part: part, offset: 0, contents: [1, 2, 3], length: .seconds(5)),
      SoundPiece(sound: sound, part: part, offset: 3, contents: [4, 5], length: .seconds(5)),
    ]
  }

  static func commit(
    of call: CallID, of tenant: TenantID, in store: Store
  ) async throws -> SoundID {
    let sound = sound(1, of: call, of: tenant, ending: .callEnded)
    for piece in pieces(of: sound) { _ = try await store.sounds.keep(piece, in: .platform) }
    return sound.id
  }
}

@Suite(.needsPostgres) struct RecordingRouteTests {
  private struct Recording: Decodable {
    var id: String
    var from: String?
    var to: String?
    var parties: String
    var seconds: Double
    var bytes: Int
    var interruptions: Int
    var state: String
  }

  private struct List: Decodable { var items: [Recording] }

  private func path(_ bench: APIBench) -> String { bench.tenantPath + "/recordings" }

  private func keep(_ pieces: [SoundPiece], in bench: APIBench) async throws {
    for piece in pieces { _ = try await bench.store.sounds.keep(piece, in: .platform) }
  }

  private func end(of sound: StoredSound) -> SoundPiece {
    SoundPiece(sound: sound, part: 0, offset: 0, contents: [], length: .zero)
  }

  private func find(_ id: SoundID, in bench: APIBench) async throws -> Recording {
    let answer = try await bench.send(.get, path(bench) + "/\(id)", as: bench.keys.tenant)
    #expect(answer.status == 200, "\(answer.body)")
    return try answer.json()
  }

  @Test func aRecordedCallIsListedHeardAndDeleted() async throws {
    try await APIBench.with { bench in
      let call = try await AnsweredCall.commit(of: bench.mine, to: bench.store).call
      let id = try await RecordedPieces.commit(
        of: call, of: bench.mine.tenant.id, in: bench.store)
      let key = bench.keys.tenant
      let list: List = try await bench.send(.get, path(bench), as: key).json()
      let recording = try #require(list.items.first)
      #expect(list.items.count == 1 && recording.id == id.description)
      #expect(recording.from == "101" && recording.to == "+447400900123")
      #expect(recording.parties == "both" && recording.state == "call-ended")
      #expect(recording.seconds == 10 && recording.bytes == 5 && recording.interruptions == 0)
      let sound = try await bench.send(.get, path(bench) + "/\(id)/sound", as: key)
      #expect(sound.status == 200 && Array(sound.body.utf8) == [1, 2, 3, 4, 5])
      #expect(try await bench.send(.delete, path(bench) + "/\(id)", as: key).status == 204)
      for gone in ["/\(id)", "/\(id)/sound"] {
        #expect(try await bench.send(.get, path(bench) + gone, as: key).status == 404)
      }
      #expect(
        try await bench.store.sounds.contents(of: id, of: bench.mine.tenant.id, in: .platform)
          == nil)
    }
  }

  @Test func recordingsOfOneCallAreFoundByIt() async throws {
    try await APIBench.with { bench in
      let tenant = bench.mine.tenant.id
      let calls = [1, 2].map { CallID(UUIDv7(high: 1, low: $0)) }
      for (number, call) in zip(UInt64(1)..., calls) {
        try await keep(
          RecordedPieces.pieces(of: RecordedPieces.sound(number, of: call, of: tenant)),
          in: bench)
      }
      let all: List = try await bench.send(.get, path(bench), as: bench.keys.tenant).json()
      #expect(all.items.count == 2)
      let one: List = try await bench.send(
        .get, path(bench) + "?call=\(calls[1])", as: bench.keys.tenant
      ).json()
      #expect(
        one.items.map(\.id) == [RecordedPieces.sound(2, of: calls[1], of: tenant).id.description])
    }
  }

  @Test func aPartOfTheSoundIsSentByItselfAcrossItsPieces() async throws {
    try await APIBench.with { bench in
      let id = try await RecordedPieces.commit(
        of: CallID(UUIDv7(high: 1, low: 1)), of: bench.mine.tenant.id, in: bench.store)
      for (range, bytes) in [
        ("bytes=2-3", [3, 4]), ("bytes=-1", [5]), ("bytes=3-", [4, 5]), ("bytes=0-0", [1]),
      ] as [(String, [UInt8])] {
        let part = try await bench.send(
          .get, path(bench) + "/\(id)/sound", as: bench.keys.tenant, range: range)
        #expect(part.status == 206 && Array(part.body.utf8) == bytes, "\(range)")
      }
      let beyond = try await bench.send(
        .get, path(bench) + "/\(id)/sound", as: bench.keys.tenant, range: "bytes=5-")
      #expect(beyond.status == 416)
    }
  }

  @Test func aRecordingIsThereWhileItsCallGoesOnAndSaysHowItEnded() async throws {
    try await APIBench.with { bench in
      let tenant = bench.mine.tenant.id
      let call = CallID(UUIDv7(high: 1, low: 1))
      let now = WallTime(milliseconds: Int64(Date().timeIntervalSince1970 * 1_000))
      func sound(interruptions: UInt32 = 0, ending: RecordedCall.Ending? = nil) -> StoredSound {
        RecordedPieces.sound(
          1, of: call, of: tenant, begunAt: now, interruptions: interruptions, ending: ending)
      }
      let id = sound().id
      try await keep([RecordedPieces.pieces(of: sound())[0]], in: bench)
      #expect(try await find(id, in: bench).state == "running")
      try await keep(RecordedPieces.pieces(of: sound(interruptions: 1), part: 2), in: bench)
      // What a process said late of what it knew changes nothing that is known better.
      try await keep(RecordedPieces.pieces(of: sound()), in: bench)
      let later = try await find(id, in: bench)
      #expect(later.interruptions == 1 && later.seconds == 20 && later.state == "running")
      try await keep([end(of: sound(interruptions: 1, ending: .stopped))], in: bench)
      try await keep([end(of: sound(interruptions: 1))], in: bench)
      #expect(try await find(id, in: bench).state == "stopped")
    }
  }

  @Test func aRecordingWhoseEndNobodySawIsKeptAndSaysSo() async throws {
    try await APIBench.with { bench in
      let call = try await AnsweredCall.commit(of: bench.mine, to: bench.store).call
      let sound = RecordedPieces.sound(1, of: call, of: bench.mine.tenant.id)
      try await keep(RecordedPieces.pieces(of: sound), in: bench)
      #expect(try await find(sound.id, in: bench).state == "cut")
      let unknown = RecordedPieces.sound(
        2, of: CallID(UUIDv7(high: 1, low: 9)), of: bench.mine.tenant.id,
        begunAt: WallTime(milliseconds: 1_700_000_000_000))
      try await keep(RecordedPieces.pieces(of: unknown), in: bench)
      #expect(try await find(unknown.id, in: bench).state == "cut")
    }
  }

  @Test func whatComesOfADeletedRecordingIsDropped() async throws {
    try await APIBench.with { bench in
      let sound = RecordedPieces.sound(
        1, of: CallID(UUIDv7(high: 1, low: 1)), of: bench.mine.tenant.id)
      let pieces = RecordedPieces.pieces(of: sound)
      try await keep([pieces[0]], in: bench)
      let one = path(bench) + "/\(sound.id)"
      #expect(try await bench.send(.delete, one, as: bench.keys.tenant).status == 204)
      let isKept = try await bench.store.sounds.keep(pieces[1], in: .platform)
      #expect(!isKept)
      #expect(try await bench.send(.get, one, as: bench.keys.tenant).status == 404)
    }
  }

  @Test func aRecordingOfATenantThatIsGoneIsDroppedAndNotRetriedForEver() async throws {
    try await APIBench.with { bench in
      let sound = RecordedPieces.sound(
        1, of: CallID(UUIDv7(high: 1, low: 1)), of: TenantID(UUIDv7(high: 9, low: 9)))
      let piece = RecordedPieces.pieces(of: sound)[0]
      let isKept = try await bench.store.sounds.keep(piece, in: .platform)
      #expect(!isKept)
    }
  }

  @Test func recordingsAreKeptForAsManyDaysAsTheTenantSays() async throws {
    try await APIBench.with { bench in
      let retention = bench.tenantPath + "/recording-retention"
      let key = bench.keys.tenant
      #expect(try await bench.send(.get, retention, as: key).body == #"{"days":null}"#)
      let tenant = bench.mine.tenant.id
      let now = WallTime(milliseconds: Int64(Date().timeIntervalSince1970 * 1_000))
      let call = CallID(UUIDv7(high: 1, low: 1))
      let old = RecordedPieces.sound(
        1, of: call, of: tenant, begunAt: WallTime(milliseconds: now.milliseconds - 3 * 86_400_000))
      let new = RecordedPieces.sound(2, of: call, of: tenant, begunAt: now)
      for sound in [old, new] {
        try await keep(RecordedPieces.pieces(of: sound), in: bench)
      }
      try await Retention(bench.store).expire()
      #expect(try await bench.store.recordings.find(old.id, of: tenant, in: .platform) != nil)
      let set = try await bench.send(.put, retention, as: key, #"{"days":2}"#)
      #expect(set.status == 200 && set.body == #"{"days":2}"#)
      #expect(try await bench.send(.get, retention, as: key).body == #"{"days":2}"#)
      try await Retention(bench.store).expire()
      #expect(try await bench.store.recordings.find(old.id, of: tenant, in: .platform) == nil)
      #expect(try await bench.store.sounds.contents(of: old.id, of: tenant, in: .platform) == nil)
      #expect(try await bench.store.sounds.contents(of: new.id, of: tenant, in: .platform) != nil)
      for days in [0, 3_651] {
        let refused = try await bench.send(.put, retention, as: key, #"{"days":\#(days)}"#)
        #expect(refused.status == 422 && refused.body.contains("days"))
      }
      #expect(try await bench.send(.put, retention, as: key, "{}").body == #"{"days":null}"#)
    }
  }
}
