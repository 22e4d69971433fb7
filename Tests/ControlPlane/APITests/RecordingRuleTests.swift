import DatabaseSupport
import FoundationEssentials
import Hummingbird
import NodeContract
import Operations
import Persistence
import Postgres
@_spi(Authorization) import Tenancy
import Testing

/// Which calls of a tenant are recorded, for how long that is kept, and what must stay.
@Suite(.needsPostgres) struct RecordingRuleTests {
  private struct Rules: Decodable {
    struct Rule: Decodable {
      var id: String
      var name: String?
      var `extension`: String?
      var number: String?
      var direction: String?
      var share: Int
      var then: String
      var announcement: String
      var pausedBy: String
      var retentionDays: Int?
    }

    var items: [Rule]
  }

  private struct Explanation: Decodable {
    struct Line: Decodable {
      var id: String
      var fit: String
    }

    var isRecorded: Bool
    var rule: String?
    var items: [Line]
  }

  private func path(_ bench: APIBench) -> String { bench.tenantPath + "/recording-rules" }

  private func set(_ items: String, in bench: APIBench) async throws -> Rules {
    let answer = try await bench.send(
      .put, path(bench), as: bench.keys.tenant, #"{"items":[\#(items)]}"#)
    #expect(answer.status == 200, "\(answer.body)")
    return try answer.json()
  }

  private func explain(_ query: String, in bench: APIBench) async throws -> Explanation {
    let answer = try await bench.send(
      .get, path(bench) + "/explanation?" + query, as: bench.keys.tenant)
    #expect(answer.status == 200, "\(answer.body)")
    return try answer.json()
  }

  private func keep(_ sound: StoredSound, in bench: APIBench) async throws {
    for piece in RecordedPieces.pieces(of: sound) {
      _ = try await bench.store.sounds.keep(piece, in: .platform)
    }
  }

  private func sound(
    _ number: UInt64, daysOld: Int64, rule: String? = nil, in bench: APIBench
  ) -> StoredSound {
    let now = Int64(Date().timeIntervalSince1970 * 1_000)
    return RecordedPieces.sound(
      number, of: CallID(UUIDv7(high: 1, low: number)), of: bench.mine.tenant.id,
      begunAt: WallTime(milliseconds: now - daysOld * 86_400_000), ending: .callEnded,
      rule: rule.flatMap { RecordingRuleID($0) })
  }

  private func isThere(_ sound: StoredSound, in bench: APIBench) async throws -> Bool {
    let kept = try await bench.store.recordings.find(sound.id, of: sound.tenant, in: .platform)
    let contents = try await bench.store.sounds.contents(
      of: sound.id, of: sound.tenant, in: .platform)
    return kept != nil && contents != nil
  }

  private func execute(_ statement: String, in bench: APIBench) async throws {
    try await bench.store.transaction(in: .platform) {
      _ = try $0.execute(Query(stringLiteral: statement))
    }
  }

  // MARK: - Rules

  @Test func aListOfRulesIsPutInThePlaceOfTheOneBeforeAndTheNodesHaveIt() async throws {
    try await APIBench.with { bench in
      let user = bench.mine.extensions[0].id
      let empty: Rules = try await bench.send(.get, path(bench), as: bench.keys.tenant).json()
      #expect(empty.items.isEmpty)
      let made = try await set(
        """
        {"name":"sales","extension":"\(user)","direction":"from-outside","share":10,"then":"record",
         "announcement":"both","paused_by":"administrators","retention_days":90},
        {"number":"+442079460199","then":"spare"},{"then":"record"}
        """, in: bench)
      #expect(made.items.map(\.then) == ["record", "spare", "record"])
      #expect(made.items[0].extension == user.description && made.items[0].share == 10)
      #expect(made.items[0].pausedBy == "administrators" && made.items[0].announcement == "both")
      #expect(made.items[0].retentionDays == 90 && made.items[0].direction == "from-outside")
      #expect(made.items[1].number == "+442079460199" && made.items[2].share == 100)
      let snapshot = try #require(
        try await bench.store.snapshots.tenant(bench.mine.tenant.id, in: .platform))
      #expect(snapshot.recordingRules.map(\.id.description) == made.items.map(\.id))
      #expect(snapshot.recordingRules[0].calls == .of(user))
      // Who keeps its id is the same rule, wherever it stands.
      let kept = try await set(
        #"{"id":"\#(made.items[2].id)","then":"record","paused_by":"nobody"}"#, in: bench)
      #expect(kept.items.map(\.id) == [made.items[2].id])
      let later = try #require(
        try await bench.store.snapshots.tenant(bench.mine.tenant.id, in: .platform))
      #expect(later.revision > snapshot.revision && later.recordingRules.count == 1)
    }
  }

  @Test func whatARuleCannotSayIsRefusedByItsName() async throws {
    try await APIBench.with { bench in
      for (rule, field) in [
        (#"{"then":"hear"}"#, "items.0.then"),
        (#"{"then":"record","share":0}"#, "items.0.share"),
        (#"{"then":"record","share":101}"#, "items.0.share"),
        (#"{"then":"record","direction":"up"}"#, "items.0.direction"),
        (#"{"then":"record","announcement":"all"}"#, "items.0.announcement"),
        (#"{"then":"record","paused_by":"me"}"#, "items.0.paused_by"),
        (#"{"then":"record","retention_days":0}"#, "items.0.retention_days"),
        (#"{"then":"record","number":"x"}"#, "items.0.number"),
        (
          #"{"then":"record","extension":"\#(bench.theirs.extensions[0].id)"}"#,
          "items.0.extension"
        ),
        (
          #"{"then":"record","number":"+442079460199","extension":"\#(bench.mine.extensions[0].id)"}"#,
          "items.0.number"
        ),
      ] {
        let refused = try await bench.send(
          .put, path(bench), as: bench.keys.tenant, #"{"items":[\#(rule)]}"#)
        #expect(refused.status == 422 && refused.body.contains(field), "\(rule): \(refused.body)")
      }
    }
  }

  @Test func whoAsksIsToldWhichRuleDecides() async throws {
    try await APIBench.with { bench in
      let user = bench.mine.extensions[0].id
      let rules = try await set(
        """
        {"extension":"\(user)","then":"spare"},
        {"number":"+442079460199","then":"record"},
        {"direction":"from-outside","share":50,"then":"record"}
        """, in: bench
      ).items
      let spared = try await explain("extensions=\(user)&direction=from-outside", in: bench)
      #expect(!spared.isRecorded && spared.rule == rules[0].id)
      #expect(spared.items.map(\.fit) == ["decides", "not-asked", "not-asked"])
      let called = try await explain("number=%2B442079460199&direction=to-outside", in: bench)
      #expect(called.isRecorded && called.rule == rules[1].id)
      let none = try await explain("direction=inside", in: bench)
      #expect(!none.isRecorded && none.rule == nil)
      #expect(none.items.map(\.fit) == ["other-calls", "other-calls", "other-direction"])
      var fits: Set<String> = []
      for number in UInt64(1)...40 {
        let call = CallID(UUIDv7(high: 1, low: number))
        fits.insert(
          try await explain("direction=from-outside&call=\(call)", in: bench).items[2].fit)
      }
      #expect(fits == ["decides", "not-in-share"])
    }
  }

  // MARK: - How long

  @Test func whatARuleRecordedIsKeptForTheDaysThatTheRuleSaidThen() async throws {
    try await APIBench.with { bench in
      let rules = try await set(
        #"{"then":"record","retention_days":5},{"then":"record"}"#, in: bench
      ).items
      _ = try await bench.store.recordings.setRetention(
        10, of: bench.mine.tenant.id, in: .platform)
      let sounds = [
        sound(1, daysOld: 6, rule: rules[0].id, in: bench),
        sound(2, daysOld: 4, rule: rules[0].id, in: bench),
        sound(3, daysOld: 6, rule: rules[1].id, in: bench), sound(4, daysOld: 11, in: bench),
      ]
      for sound in sounds { try await keep(sound, in: bench) }
      // What is recorded keeps its days, whatever becomes of the rule.
      _ = try await set("", in: bench)
      try await Retention(bench.store).expire()
      var left: [Bool] = []
      for sound in sounds { left.append(try await isThere(sound, in: bench)) }
      #expect(left == [false, true, true, false])
      let shown = try await bench.send(
        .get, bench.tenantPath + "/recordings/\(sounds[1].id)", as: bench.keys.tenant)
      #expect(shown.body.contains(#""retention_days":5"#) && shown.body.contains(rules[0].id))
    }
  }

  @Test func whatIsHeldStaysUntilItIsReleasedAndThatIsTold() async throws {
    try await APIBench.with { bench in
      let key = bench.keys.tenant
      let kept = sound(1, daysOld: 6, in: bench)
      try await keep(kept, in: bench)
      let one = bench.tenantPath + "/recordings/\(kept.id)"
      #expect(try await bench.send(.put, one + "/hold", as: key, #"{"reason":""}"#).status == 422)
      let held = try await bench.send(.put, one + "/hold", as: key, #"{"reason":"claim 7"}"#)
      #expect(held.status == 200 && held.body.contains("claim 7"), "\(held.body)")
      _ = try await bench.store.recordings.setRetention(2, of: bench.mine.tenant.id, in: .platform)
      try await Retention(bench.store).expire()
      #expect(try await isThere(kept, in: bench))
      #expect(try await bench.send(.delete, one, as: key).status == 409)
      #expect(try await isThere(kept, in: bench))
      #expect(try await bench.send(.delete, one + "/hold", as: key).status == 204)
      #expect(try await bench.send(.delete, one + "/hold", as: key).status == 404)
      #expect(try await bench.send(.delete, one, as: key).status == 204)
      #expect(try await !isThere(kept, in: bench))
      let history = try await bench.send(.get, one + "/history", as: key)
      let events = history.body.components(separatedBy: #""event":""#).dropFirst()
      #expect(events.map { $0.prefix { $0 != "\"" } } == ["held", "released", "deleted"])
      #expect(history.body.contains("claim 7") && history.body.contains("key_"))
    }
  }

  @Test func aServerFromBeforeDeletesNothingThatIsHeld() async throws {
    try await APIBench.with { bench in
      let kept = sound(1, daysOld: 6, in: bench)
      try await keep(kept, in: bench)
      let event = RecordingEvent(
        .held, at: WallTime(milliseconds: 1), by: KeyID(UUIDv7(high: 1, low: 1)),
        because: "claim 7")
      #expect(
        try await bench.store.recordings.hold(
          kept.id, of: kept.tenant, as: event, in: .platform))
      try await execute(
        """
        WITH expired AS (
          DELETE FROM call_recordings WHERE recording_id = '\(kept.id.uuid)'
          RETURNING tenant_id, recording_id)
        DELETE FROM stored_sounds s USING expired e
        WHERE s.tenant_id = e.tenant_id AND s.sound_id = e.recording_id
        """, in: bench)
      try await execute(
        "UPDATE call_recordings SET deleted_at = now() WHERE recording_id = '\(kept.id.uuid)'",
        in: bench)
      #expect(try await isThere(kept, in: bench))
    }
  }

  // MARK: - While a call goes on

  @Test func aCallsRecordingIsBegunPausedAndEndedByTheNodeThatHasTheCall() async throws {
    try await APIBench.with { bench in
      let call = CallID(UUIDv7(high: 1, low: 1))
      let path = bench.tenantPath + "/calls/\(call)/recording"
      for wish in ["begin", "pause", "resume", "end"] {
        let done = try await bench.send(
          .post, path, as: bench.keys.tenant, #"{"wish":"\#(wish)"}"#)
        #expect(done.status == 204, "\(done.body)")
      }
      let refused = try await bench.send(.post, path, as: bench.keys.tenant, #"{"wish":"sing"}"#)
      #expect(refused.status == 422 && refused.body.contains("wish"))
    }
  }
}
