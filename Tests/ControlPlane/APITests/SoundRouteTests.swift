import DatabaseSupport
import FoundationEssentials
import Hummingbird
import NodeContract
import Operations
import Persistence
@_spi(Authorization) import Tenancy
import Testing

/// Tenants upload sounds, and what plays them says which.
@Suite(.needsPostgres) struct SoundRouteTests {
  private struct Sound: Decodable {
    var id: String
    var name: String
    var seconds: Double
    var bytes: Int
  }

  private func upload(
    _ file: [UInt8], named name: String = "welcome", to bench: APIBench
  ) async throws -> Answer {
    try await bench.send(
      .post, "\(bench.tenantPath)/sounds?name=\(name)", as: bench.keys.tenant, file: file,
      type: "application/octet-stream")
  }

  @Test func anUploadIsConvertedListedHeardAndDeleted() async throws {
    try await APIBench.with { bench in
      let made = try await upload(AudibleSound.wav(seconds: 2), to: bench)
      #expect(made.status == 201, "\(made.body)")
      let sound: Sound = try made.json()
      #expect(sound.name == "welcome" && abs(sound.seconds - 2) < 0.05)
      #expect(made.location == "\(bench.tenantPath)/sounds/\(sound.id)")
      let shown = try await bench.send(
        .get, "\(bench.tenantPath)/sounds/\(sound.id)", as: bench.keys.tenant)
      #expect(shown.body == made.body)
      let list = try await bench.send(
        .get, "\(bench.tenantPath)/sounds", as: bench.keys.tenant)
      #expect(list.body.contains(sound.id))
      let heard = try await bench.send(
        .get, "\(bench.tenantPath)/sounds/\(sound.id)/contents", as: bench.keys.tenant)
      #expect(heard.status == 200 && heard.body.hasPrefix("RIFF"))
      let gone = try await bench.send(
        .delete, "\(bench.tenantPath)/sounds/\(sound.id)", as: bench.keys.tenant)
      #expect(gone.status == 204)
      let after = try await bench.send(
        .get, "\(bench.tenantPath)/sounds/\(sound.id)", as: bench.keys.tenant)
      #expect(after.status == 404)
    }
  }

  @Test func whatIsNoSoundIsRefusedWithTheReason() async throws {
    try await APIBench.with { bench in
      let wav = AudibleSound.wav()
      for (file, reason) in [
        ([], "empty"), (Array("%PDF-1.7 is no sound".utf8), "no WAV, MP3 or Ogg"),
        (Array(wav.prefix(44)), "heard"), (Array(wav.prefix(12)), "damaged"),
        (AudibleSound.wav(frequency: 0), "heard"),
      ] {
        let answer = try await upload(file, to: bench)
        #expect(answer.status == 422, "\(reason): \(answer.body)")
        #expect(answer.body.contains(reason), "\(answer.body)")
      }
      let long = try await upload(
        Array(repeating: 0, count: TenantSoundOperations.mostBytes + 1), to: bench)
      #expect(long.status == 413)
      let nameless = try await bench.send(
        .post, "\(bench.tenantPath)/sounds", as: bench.keys.tenant, file: wav)
      #expect(nameless.status == 400 && nameless.body.contains("name"))
    }
  }

  @Test func aNameIsGivenOnceWithinATenant() async throws {
    try await APIBench.with { bench in
      let first: Sound = try await upload(AudibleSound.wav(), to: bench).json()
      let second = try await upload(AudibleSound.wav(), to: bench)
      #expect(second.status == 409)
      #expect(second.location == "\(bench.tenantPath)/sounds/\(first.id)")
      let theirs = try await AudibleSound.commit(
        named: "welcome", of: bench.theirs.tenant.id, to: bench.store)
      #expect(theirs.description != first.id)
    }
  }

  @Test func aTenantHasSoManyMinutesOfSoundAndNoMore() async throws {
    try await APIBench.with { bench in
      func keep(_ number: Int, minutes: Int) async throws {
        try await bench.store.tenantSounds.insert(
          TenantSound(
            id: SoundID(UUIDv7(high: 20, low: UInt64(number))), tenant: bench.mine.tenant.id,
            name: try DisplayName("sound \(number)"), milliseconds: minutes * 60_000, bytes: 3,
            digest: Array(repeating: 1, count: 32), createdAt: WallTime(milliseconds: 0)),
          [1, 2, 3], in: .platform)
      }
      try await keep(1, minutes: 59)
      await #expect(throws: SoundQuota.tooLong(seconds: 3_600)) {
        try await keep(2, minutes: 2)
      }
      for number in 3..<202 {
        try await bench.store.tenantSounds.insert(
          TenantSound(
            id: SoundID(UUIDv7(high: 20, low: UInt64(number))), tenant: bench.mine.tenant.id,
            name: try DisplayName("sound \(number)"), milliseconds: 1, bytes: 3,
            digest: Array(repeating: 1, count: 32), createdAt: WallTime(milliseconds: 0)),
          [1, 2, 3], in: .platform)
      }
      let answer = try await upload(AudibleSound.wav(), to: bench)
      #expect(answer.status == 409 && answer.body.contains("200"), "\(answer.body)")
    }
  }

  @Test func aNodeGetsASoundPieceByPieceAsItIs() async throws {
    try await APIBench.with { bench in
      let contents = (0..<(SoundPiece.mostBytes + 7)).map { UInt8(truncatingIfNeeded: $0 / 3) }
      let id = SoundID(UUIDv7(high: 20, low: 1))
      try await bench.store.tenantSounds.insert(
        TenantSound(
          id: id, tenant: bench.mine.tenant.id, name: try DisplayName("long"), milliseconds: 1,
          bytes: contents.count, digest: Array(repeating: 1, count: 32),
          createdAt: WallTime(milliseconds: 0)), contents, in: .platform)
      func piece(from offset: UInt64, of tenant: TenantID) async throws -> ([UInt8], Bool)? {
        try await bench.store.tenantSounds.piece(of: id, from: offset, of: tenant, in: .platform)
      }
      let first = try #require(try await piece(from: 0, of: bench.mine.tenant.id))
      #expect(first.0 == Array(contents.prefix(SoundPiece.mostBytes)) && !first.1)
      let second = try #require(
        try await piece(from: UInt64(SoundPiece.mostBytes), of: bench.mine.tenant.id))
      #expect(first.0 + second.0 == contents && second.1)
      #expect(try await piece(from: 5, of: bench.mine.tenant.id) == nil)
      #expect(try await piece(from: 0, of: bench.theirs.tenant.id) == nil)
    }
  }

  // MARK: - Greetings

  @Test func aMailboxAndARuleGreetWithASoundThatCannotBeDeletedMeanwhile() async throws {
    try await APIBench.with { bench in
      let entry = "\(bench.tenantPath)/extensions/\(bench.mine.extensions[0].id)"
      let sound = try await AudibleSound.commit(
        named: "greeting", of: bench.mine.tenant.id, to: bench.store)
      let special = try await AudibleSound.commit(
        named: "for carriers", of: bench.mine.tenant.id, to: bench.store)
      let theirs = try await AudibleSound.commit(
        named: "theirs", of: bench.theirs.tenant.id, to: bench.store)
      let set = try await bench.send(
        .put, entry + "/mailbox", as: bench.keys.tenant, #"{"greeting":"\#(sound)"}"#)
      #expect(set.status == 200 && set.body.contains(sound.description), "\(set.body)")
      let rules = try await bench.send(
        .put, entry + "/answering-rules", as: bench.keys.tenant,
        #"""
        {"items":[{"when":"always","from":"outside","then":"voicemail","greeting":"\#(special)"},
        {"when":"busy","then":"voicemail"}]}
        """#)
      #expect(rules.status == 200 && rules.body.contains(special.description), "\(rules.body)")
      let told = try await bench.store.snapshots.tenant(bench.mine.tenant.id, in: .platform)
      let known = try #require(told?.extensions.first { $0.id == bench.mine.extensions[0].id })
      #expect(known.mailbox?.greeting?.id == sound)
      #expect(known.mailbox?.greeting?.digest.count == 32)
      guard case .voicemail(let greeting) = known.answering[0].action else {
        Issue.record("\(known.answering)")
        return
      }
      #expect(greeting?.id == special && known.answering[1].action == .voicemail())
      #expect(told?.sounds.map(\.id).sorted() == [sound, special].sorted())
      for kept in [sound, special] {
        let answer = try await bench.send(
          .delete, "\(bench.tenantPath)/sounds/\(kept)", as: bench.keys.tenant)
        #expect(answer.status == 409)
      }
      for (path, body, field) in [
        ("/mailbox", #"{"greeting":"\#(theirs)"}"#, "greeting"),
        (
          "/answering-rules",
          #"{"items":[{"when":"always","then":"voicemail","greeting":"\#(theirs)"}]}"#,
          "items.0.greeting"
        ),
        (
          "/answering-rules",
          #"{"items":[{"when":"always","then":"ring","greeting":"\#(sound)"}]}"#,
          "items.0.greeting"
        ),
      ] {
        let answer = try await bench.send(.put, entry + path, as: bench.keys.tenant, body)
        #expect(answer.status == 422 && answer.body.contains(field), "\(answer.body)")
      }
    }
  }
}
