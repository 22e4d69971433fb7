import DatabaseSupport
import Hummingbird
import NodeContract
import Persistence
@_spi(Authorization) import Tenancy
import Testing

@Suite("Queues", .needsPostgres) struct QueueRouteTests {
  private func path(_ bench: APIBench, _ what: String = "queue", of place: Int = 0) -> String {
    "\(bench.tenantPath)/extensions/\(bench.mine.extensions[place].id)/\(what)"
  }

  private func entry(_ bench: APIBench, _ place: Int = 0) async throws -> ExtensionEntry? {
    try await bench.store.snapshots.tenant(bench.mine.tenant.id, in: .platform)?.extensions
      .first { $0.id == bench.mine.extensions[place].id }
  }

  @Test("A queue reaches the nodes as it was given, and is taken back")
  func roundTrip() async throws {
    try await APIBench.with { bench in
      let agent = bench.mine.extensions[1].id
      let before = try await bench.store.snapshots.tenant(bench.mine.tenant.id, in: .platform)
      let set = try await bench.send(
        .put, path(bench), as: bench.keys.tenant,
        """
        {"strategy":"fewest-calls","agents":[{"extension":"\(agent)","tier":2}],"rings_for":12,
        "wrap_up":30,"rests_for":5,"pauses_after":3,"most_waiting":7,"longest_wait":600,
        "needs_agents":false,"puts_vips_first":false,"announces_every":45,"announces_wait":true,
        "language":"de","finally":{"then":"extension","to":"\(agent)"}}
        """)
      #expect(set.status == 200, "\(set.body)")
      #expect(try await bench.send(.get, path(bench), as: bench.keys.tenant).body == set.body)
      #expect(
        try await entry(bench)?.queue
          == CallQueue(
            strategy: .fewestCalls, agents: [.init(agent, tier: 2)], ringsFor: .seconds(12),
            wrapUp: .seconds(30), restsFor: .seconds(5), pausesAfter: 3, mostWaiting: 7,
            longestWait: .seconds(600), needsAgents: false, putsVIPsFirst: false,
            announcesEvery: .seconds(45), announcesWait: true, language: "de",
            last: .extension(agent)))
      let after = try await bench.store.snapshots.tenant(bench.mine.tenant.id, in: .platform)
      #expect(after?.revision ?? 0 > before?.revision ?? 0)
      #expect(try await bench.send(.delete, path(bench), as: bench.keys.tenant).status == 204)
      #expect(try await bench.send(.get, path(bench), as: bench.keys.tenant).status == 404)
      #expect(try await entry(bench)?.queue == nil)
    }
  }

  @Test("What is left out is usual, and no announcement is null")
  func usual() async throws {
    try await APIBench.with { bench in
      let agent = bench.mine.extensions[1].id
      for (member, every) in [
        ("", Duration.seconds(60)), (#","announces_every":null"#, nil),
      ] as [(String, Duration?)] {
        let set = try await bench.send(
          .put, path(bench), as: bench.keys.tenant,
          #"{"strategy":"together","agents":[{"extension":"\#(agent)"}]\#(member)}"#)
        #expect(set.status == 200, "\(set.body)")
        #expect(
          try await entry(bench)?.queue
            == CallQueue(strategy: .together, agents: [.init(agent)], announcesEvery: every))
      }
    }
  }

  @Test(
    "Who calls back says so once, and what is called off reaches the nodes and stays called off")
  func callbacks() async throws {
    try await APIBench.with { bench in
      let body = #"{"strategy":"together","agents":[],"callback":"#
      for (given, callback) in [
        (
          #"{"key":"*","offered_after":20,"offered_from":3,"takes_other_numbers":false,"attempts":2,"pause":60,"keeps_for":3600,"ends_at":"18:30"}"#,
          CallQueue.Callback(
            key: "*", offeredAfter: .seconds(20), offeredFrom: 3, takesOtherNumbers: false,
            attempts: 2, pause: .seconds(60), keepsFor: .seconds(3_600), endsAt: 1_110)
        ),
        ("{}", CallQueue.Callback()), ("null", nil),
      ] as [(String, CallQueue.Callback?)] {
        let set = try await bench.send(
          .put, path(bench), as: bench.keys.tenant, body + given + "}")
        #expect(set.status == 200, "\(set.body)")
        #expect(try await bench.send(.get, path(bench), as: bench.keys.tenant).body == set.body)
        #expect(try await entry(bench)?.queue?.callback == callback)
      }
      let known = path(bench, "queue/callbacks/\(QuietInstallation.callback)")
      let before = try await bench.store.snapshots.tenant(bench.mine.tenant.id, in: .platform)
      #expect(try await bench.send(.delete, known, as: bench.keys.otherTenant).status == 404)
      #expect(try await entry(bench)?.queue?.calledOff == [])
      for _ in 0..<2 {
        #expect(try await bench.send(.delete, known, as: bench.keys.tenant).status == 204)
      }
      let after = try await bench.store.snapshots.tenant(bench.mine.tenant.id, in: .platform)
      #expect(after?.revision ?? 0 > before?.revision ?? 0)
      _ = try await bench.send(.put, path(bench), as: bench.keys.tenant, body + "{}}")
      #expect(try await entry(bench)?.queue?.calledOff == [QuietInstallation.callback])
      let unknown = path(bench, "queue/callbacks/\(CallID(UUIDv7(high: 1, low: 2)))")
      #expect(try await bench.send(.delete, unknown, as: bench.keys.tenant).status == 404)
      let live = try await bench.send(.get, path(bench, "queue/live"), as: bench.keys.tenant)
      #expect(live.body.contains(#""number":"+447700900123""#), "\(live.body)")
    }
  }

  @Test("Callers of an extension are received in one way")
  func oneWay() async throws {
    try await APIBench.with { bench in
      let agent = bench.mine.extensions[1].id
      let queue = #"{"strategy":"together","agents":[{"extension":"\#(agent)"}]}"#
      let group = #"{"strategy":"together","members":["\#(agent)"]}"#
      let menu = #"{"choices":{"1":{"then":"hang-up"}}}"#
      let all = [("queue", queue), ("ring-group", group), ("menu", menu)]
      for (what, body) in all {
        let set = try await bench.send(.put, path(bench, what), as: bench.keys.tenant, body)
        #expect(set.status == 200, "\(what): \(set.body)")
        for (other, body) in all where other != what {
          let refused = try await bench.send(.put, path(bench, other), as: bench.keys.tenant, body)
          #expect(refused.status == 422, "\(other) beside \(what): \(refused.body)")
        }
        _ = try await bench.send(.delete, path(bench, what), as: bench.keys.tenant)
      }
    }
  }

  @Test("How a queue is now is told of queues alone")
  func live() async throws {
    try await APIBench.with { bench in
      let live = path(bench, "queue/live")
      #expect(try await bench.send(.get, live, as: bench.keys.tenant).status == 404)
      let agent = bench.mine.extensions[1].id
      _ = try await bench.send(
        .put, path(bench), as: bench.keys.tenant,
        #"{"strategy":"together","agents":[{"extension":"\#(agent)"}]}"#)
      let told = try await bench.send(.get, live, as: bench.keys.tenant)
      #expect(told.status == 200)
      for part in [
        #""waiting":1"#, #""longest_wait":"#, #""state":"paused""#, #""pause":"lunch""#,
        #""state":"wrapping-up""#, #""pause":null"#,
      ] {
        #expect(told.body.contains(part), "\(told.body)")
      }
      #expect(try await bench.send(.get, live, as: bench.keys.otherTenant).status == 404)
    }
  }

  @Test("What is wrong is named")
  func wrong() async throws {
    try await APIBench.with { bench in
      let (me, other) = (bench.mine.extensions[0].id, bench.mine.extensions[1].id)
      let stranger = ExtensionID(UUIDv7(high: 1, low: 1))
      let agents = #""agents":[{"extension":"\#(other)"}]"#
      for (body, field) in [
        (#"{"strategy":"loud",\#(agents)}"#, "strategy"),
        (#"{"strategy":"together","agents":[{"extension":"\#(me)"}]}"#, "agents"),
        (#"{"strategy":"together","agents":[{"extension":"\#(stranger)"}]}"#, "agents"),
        (#"{"strategy":"together","agents":[{"extension":"\#(other)","tier":10}]}"#, "agents"),
        (
          #"{"strategy":"together","agents":[{"extension":"\#(other)"},{"extension":"\#(other)"}]}"#,
          "agents"
        ),
        (#"{"strategy":"together",\#(agents),"rings_for":0}"#, "rings_for"),
        (#"{"strategy":"together",\#(agents),"announces_every":1}"#, "announces_every"),
        (#"{"strategy":"together",\#(agents),"most_waiting":0}"#, "most_waiting"),
        (#"{"strategy":"together",\#(agents),"language":"xx"}"#, "language"),
        (
          #"{"strategy":"together",\#(agents),"finally":{"then":"extension","to":"\#(me)"}}"#,
          "finally.to"
        ),
        (
          #"{"strategy":"together",\#(agents),"finally":{"then":"extension","to":"\#(stranger)"}}"#,
          "finally"
        ),
        (#"{"strategy":"together",\#(agents),"finally":{"then":"outside","to":"999"}}"#, "finally"),
        (#"{"strategy":"together",\#(agents),"callback":{"key":"12"}}"#, "callback.key"),
        (#"{"strategy":"together",\#(agents),"callback":{"attempts":0}}"#, "callback.attempts"),
        (#"{"strategy":"together",\#(agents),"callback":{"ends_at":"6pm"}}"#, "callback.ends_at"),
      ] {
        let answer = try await bench.send(.put, path(bench), as: bench.keys.tenant, body)
        #expect(answer.status == 422, "\(body): \(answer.body)")
        #expect(answer.body.contains(field), "\(answer.body)")
      }
    }
  }

  @Test("An agent logs out and pauses by the API, and the nodes hear of it")
  func agents() async throws {
    try await APIBench.with { bench in
      let switches = path(bench, "answering-switches", of: 1)
      let usual = try await bench.send(.get, switches, as: bench.keys.tenant)
      #expect(
        usual.body.contains(#""queue_login":true"#) && usual.body.contains(#""queue_pause":null"#))
      for (body, works, pause) in [
        (#"{"queue_login":false}"#, false, nil), (#"{"queue_login":true}"#, true, nil),
        (#"{"queue_pause":"lunch"}"#, true, "lunch"), (#"{"queue_pause":""}"#, true, ""),
        (#"{"queue_pause":null}"#, true, nil),
      ] as [(String, Bool, String?)] {
        let set = try await bench.send(.patch, switches, as: bench.keys.tenant, body)
        #expect(set.status == 200, "\(body): \(set.body)")
        #expect(set.body.contains(#""queue_login":\#(works)"#), "\(set.body)")
        let known = try await entry(bench, 1)?.switches
        #expect(known?.worksInQueues == works && known?.queuePause == pause, "\(body)")
      }
      let long = String(repeating: "x", count: 33)
      let refused = try await bench.send(
        .patch, switches, as: bench.keys.tenant, #"{"queue_pause":"\#(long)"}"#)
      #expect(refused.status == 422 && refused.body.contains("queue_pause"))
    }
  }
}
