import NodeContract
import SIP
import Testing

@testable import CallControl

@Suite struct BusyLamps {
  @Test func aColleaguesCallsAreSeenFromRingingToTheEnd() throws {
    let scene = try Scene()
    let carol = try scene.device("103", at: "127.0.5.5:5065")
    let watch = Watch(carol, "102")
    #expect(scene.world.run { watch.notifies.count == 1 })
    #expect(watch.status == 200 && watch.finals.last?.headers["Expires"] == "3600")
    #expect(watch.states == [[]])
    let (caller, _) = try scene.talking()
    scene.world.run(for: .seconds(1))
    caller.hangUp()
    scene.world.run(for: .seconds(1))
    #expect(watch.states == [[], ["trying"], ["early"], ["confirmed"], ["terminated"]])
    let last = try #require(watch.documents.last)
    #expect(last.contains(#"version="4" state="full" entity="sip:102@demo.tandem.test""#))
    #expect(last.contains(#"direction="recipient""#))
    #expect(last.contains(#"<identity display="101">sip:101@demo.tandem.test</identity>"#))
    #expect(watch.notifies.allSatisfy { $0.headers["Event"] == "dialog" })
    #expect(watch.subscriptionStates.allSatisfy { $0.hasPrefix("active;expires=3") })
    watch.refresh(expires: 0)
    scene.calmDown()
    #expect(scene.world.exchange.census.subscriptions == 0)
  }

  @Test func theDocumentNamesTheDialogAsTheWatchedPhoneKnowsIt() throws {
    let scene = try Scene()
    let watch = Watch(scene.alice, "102")
    scene.world.run { watch.notifies.count == 1 }
    let (caller, callee) = try scene.talking()
    scene.world.run(for: .seconds(1))
    let dialog = try #require(callee.dialog?.id)
    let document = try #require(watch.documents.last)
    #expect(document.contains("call-id=\"\(dialog.callID)\""))
    #expect(document.contains("local-tag=\"\(dialog.localTag)\""))
    #expect(document.contains("remote-tag=\"\(dialog.remoteTag)\""))
    caller.hangUp()
    watch.refresh(expires: 0)
    scene.calmDown()
  }

  @Test func aRingingPhonesTagIsToldAsSoonAsThePhoneTellsIt() throws {
    let scene = try Scene()
    scene.bob.habit = .ring
    let watch = Watch(scene.alice, "102")
    scene.world.run { watch.notifies.count == 1 }
    let carol = try scene.device("103", at: "127.0.5.5:5065")
    let caller = carol.call("102")
    #expect(scene.world.run { watch.states.last == ["early"] })
    let dialog = try #require(scene.bob.lastCall?.dialog?.id)
    #expect(try #require(watch.documents.last).contains("local-tag=\"\(dialog.localTag)\""))
    caller.hangUp()
    watch.refresh(expires: 0)
    scene.calmDown()
  }

  /// Found with SIPp: a phone that began to watch took a call that was over for the one that rang.
  @Test func whatIsOverIsNotToldToWhoeverBeginsToWatch() throws {
    let scene = try Scene()
    let carol = try scene.device("103", at: "127.0.5.5:5065")
    let (caller, _) = try scene.talking()
    caller.hangUp()
    scene.world.run(for: .seconds(1))
    let watch = Watch(carol, "102")
    #expect(scene.world.run { watch.notifies.count == 1 })
    scene.bob.habit = .ring
    let next = scene.alice.call("102")
    #expect(scene.world.run { watch.states.last == ["early"] })
    #expect(watch.states == [[], ["trying"], ["early"]])
    next.hangUp()
    watch.refresh(expires: 0)
    scene.calmDown()
  }

  @Test func whatHappensWhileANotifyIsUnderWayIsToldTogether() throws {
    let scene = try Scene()
    let carol = try scene.device("103", at: "127.0.5.5:5065")
    let watch = Watch(carol, "102")
    scene.world.run { watch.notifies.count == 1 }
    scene.world.run(for: .seconds(1))
    carol.takes = nil
    let (caller, _) = try scene.talking()
    scene.world.run(for: .seconds(1))
    #expect(watch.notifies.count == 2, "one under way")
    carol.takes = 200
    carol.answerAll()
    scene.world.run(for: .seconds(1))
    #expect(watch.states.last == ["confirmed"])
    #expect(watch.notifies.count == 3)
    caller.hangUp()
    watch.refresh(expires: 0)
    scene.calmDown()
  }

  @Test func textOfStrangersCannotBreakTheDocument() {
    let entry = DialogInfo.Entry(
      id: LegID(UUIDv7(high: 1, low: 2)), callID: "a\"<&'>\u{1}\n", localTag: "\u{FFFE}é",
      remoteTag: "t", isInitiator: true, state: .early, remote: "<x>")
    let text = DialogInfo(
      entity: SIPURI(user: "1", host: "a&b"), version: 0, entries: [entry]
    ).text
    #expect(text.contains(#"call-id="a&quot;&lt;&amp;&apos;&gt;?&#10;""#))
    #expect(text.contains(#"local-tag="?é""#))
    #expect(text.contains(#"display="&lt;x&gt;""#))
    #expect(text.count { $0 == "<" } == text.count { $0 == ">" })
  }
}

@Suite struct MessageWaiting {
  @Test func theOwnersLampShowsWhatWaits() throws {
    let scene = try Scene()
    let watch = Watch(scene.alice, "101", event: "message-summary;id=7")
    #expect(scene.world.run { watch.notifies.count == 1 })
    #expect(watch.documents.first?.hasPrefix("Messages-Waiting: no\r\n") == true)
    for _ in 0..<2 {
      scene.world.perform(
        scene.world.exchange.messagesWaiting(
          WaitingMessages(new: 2, old: 5), of: Fixture.extensionID("101"), in: Fixture.tenant,
          at: scene.world.now))
    }
    scene.world.run(for: .seconds(1))
    #expect(
      watch.documents.last
        == "Messages-Waiting: yes\r\nMessage-Account: sip:101@demo.tandem.test\r\n"
        + "Voice-Message: 2/5 (0/0)\r\n")
    #expect(watch.notifies.count == 2, "the same again is no news")
    #expect(watch.notifies.last?.headers["Event"] == "message-summary;id=7")
    watch.refresh(expires: 0)
    scene.calmDown()
  }

  @Test func anothersMailboxIsNobodysBusiness() throws {
    let scene = try Scene()
    let watch = Watch(scene.alice, "102", event: "message-summary")
    #expect(scene.world.run { watch.status == 403 })
    scene.calmDown()
  }
}

@Suite struct Subscriptions {
  @Test func whatIsNotOnOfferIsNamedTogetherWithWhatIs() throws {
    let scene = try Scene()
    for event in ["presence", nil, ""] {
      let watch = Watch(scene.alice, "102", event: event)
      #expect(scene.world.run { watch.status == 489 })
      #expect(watch.finals.last?.headers["Allow-Events"] == "dialog, message-summary")
    }
    scene.calmDown()
  }

  @Test(arguments: [("59", 423), ("1", 423), ("x", 400), ("4294967296", 400)])
  func aBadLifetimeIsRefused(expires: String, status: Int) throws {
    let scene = try Scene()
    let watch = Watch(scene.alice, "102", expires: expires)
    #expect(scene.world.run { watch.status == status })
    if status == 423 { #expect(watch.finals.last?.headers["Min-Expires"] == "60") }
    scene.calmDown()
  }

  @Test func onlyAProvenColleagueMayWatch() throws {
    let scene = try Scene()
    let nobody = Watch(scene.alice, "199")
    #expect(scene.world.run { nobody.status == 404 })
    let deaf = Watch(scene.alice, "102") { $0.headers["Accept"] = "application/pidf+xml" }
    #expect(scene.world.run { deaf.status == 406 })
    scene.alice.password = "wrong"
    let stranger = Watch(scene.alice, "102")
    #expect(scene.world.run { stranger.status == 403 })
    #expect(scene.world.exchange.census.subscriptions == 0)
    scene.calmDown()
  }

  @Test func aLongWishIsCutAndALookTakesNoTime() throws {
    let scene = try Scene()
    let long = Watch(scene.alice, "102", expires: "99999")
    #expect(scene.world.run { long.notifies.count == 1 })
    #expect(long.finals.last?.headers["Expires"] == "3600")
    let look = Watch(scene.alice, "102", expires: "0")
    #expect(scene.world.run { look.notifies.count == 1 })
    #expect(look.subscriptionStates == ["terminated;reason=timeout"])
    #expect(scene.world.exchange.census.subscriptions == 1)
    long.refresh(expires: 0)
    scene.calmDown()
  }

  @Test func itLivesAsLongAsItIsRefreshed() throws {
    let scene = try Scene()
    let watch = Watch(scene.alice, "102", expires: "60")
    scene.world.run { watch.notifies.count == 1 }
    scene.world.run(for: .seconds(50))
    watch.refresh(expires: 60)
    scene.world.run(for: .seconds(50))
    #expect(watch.subscriptionStates.count == 2)
    #expect(scene.world.exchange.census.subscriptions == 1)
    scene.world.run(for: .seconds(12))
    #expect(watch.subscriptionStates.last == "terminated;reason=timeout")
    watch.refresh(expires: 60)
    scene.world.run(for: .seconds(1))
    #expect(watch.status == 481)
    scene.calmDown()
  }

  @Test(arguments: [(481, 0), (404, 0), (500, 1), (200, 1)])
  func aPhoneThatDoesNotKnowItEndsIt(status: Int, left: Int) throws {
    let scene = try Scene()
    scene.alice.takes = status
    let watch = Watch(scene.alice, "102")
    scene.world.run { watch.notifies.count == 1 }
    scene.world.run(for: .seconds(1))
    #expect(scene.world.exchange.census.subscriptions == left)
    if left > 0 { watch.refresh(expires: 0) }
    scene.calmDown()
  }

  @Test func aPhoneThatSaysNothingEndsItToo() throws {
    let scene = try Scene()
    scene.alice.takes = nil
    _ = Watch(scene.alice, "102")
    scene.world.run(for: .seconds(20))
    #expect(scene.world.exchange.census.subscriptions == 1)
    scene.world.run(for: .seconds(20))
    #expect(scene.world.exchange.census.subscriptions == 0)
  }

  @Test func withinItsDialogOtherThingsAreRefused() throws {
    let scene = try Scene()
    let watch = Watch(scene.alice, "102")
    scene.world.run { watch.notifies.count == 1 }
    for (method, status) in [(SIPMethod.options, 200), (.notify, 481), (.bye, 405)] {
      watch.send(method)
      scene.world.run(for: .seconds(1))
      #expect(watch.status == status, "\(method)")
    }
    watch.refresh(expires: 600, event: "message-summary")
    scene.world.run(for: .seconds(1))
    #expect(watch.status == 489)
    watch.refresh(expires: 0)
    scene.calmDown()
  }

  @Test func aNotifyThatNobodyAskedForIsUnknown() throws {
    let scene = try Scene()
    var request = scene.alice.request(.notify, to: SIPURI(user: "102", host: Fixture.domain))
    request.headers["Event"] = "message-summary"
    request.headers["Subscription-State"] = "active"
    scene.alice.send(request) { _ in }
    #expect(scene.world.run { scene.alice.finals.last == 481 })
    scene.calmDown()
  }

  @Test(arguments: ["all", "tenant", "extension"])
  func beyondTheLimitTheyAreToldToComeLater(bound: String) throws {
    var limits = ExchangeLimits()
    switch bound {
    case "all": limits.subscriptions = 1
    case "tenant": limits.subscriptionsPerTenant = 1
    default: limits.subscriptionsPerExtension = 1
    }
    let scene = try Scene(limits: limits)
    let first = Watch(scene.alice, "102")
    #expect(scene.world.run { first.status == 200 })
    let second = Watch(scene.alice, "103")
    #expect(scene.world.run { second.status == 503 })
    #expect(second.finals.last?.headers["Retry-After"] != nil)
    first.refresh(expires: 0)
    scene.world.run(for: .seconds(1))
    let third = Watch(scene.alice, "103")
    #expect(scene.world.run { third.status == 200 })
    third.refresh(expires: 0)
    scene.calmDown()
  }

  @Test func whoIsGoneIsWatchedNoMore() throws {
    let scene = try Scene()
    let watch = Watch(scene.alice, "102")
    scene.world.run { watch.notifies.count == 1 }
    scene.world.change { $0.extensions.removeAll { $0.number == "102" } }
    scene.world.run(for: .seconds(1))
    #expect(watch.subscriptionStates.last == "terminated;reason=noresource")
    scene.calmDown()
  }

  @Test func aNodeThatStopsSendsItsWatchersElsewhere() throws {
    let scene = try Scene()
    let watch = Watch(scene.alice, "102")
    scene.world.run { watch.notifies.count == 1 }
    scene.world.run(for: .seconds(1))
    scene.world.perform(scene.world.exchange.stopService(at: scene.world.now))
    scene.world.run(for: .seconds(1))
    #expect(watch.subscriptionStates.last == "terminated;reason=deactivated")
    scene.calmDown()
  }

  @Test func itsCheckpointIsAllThatThereIs() throws {
    let scene = try Scene()
    let watch = Watch(scene.alice, "102", event: "dialog;id=a")
    for condition in [{ watch.status == 200 }, { watch.notifies.count == 1 }] {
      scene.world.run(until: condition)
      let now = scene.world.now.boot
      let known = try #require(scene.world.exchange.subscriptions.all.values.first)
      let bytes = known.checkpoint(at: now)
      #expect(try EventSubscription(checkpoint: bytes, at: now) == known)
      for length in 0..<bytes.count {
        #expect(throws: CheckpointError.self) {
          try EventSubscription(checkpoint: Array(bytes.prefix(length)), at: now)
        }
      }
    }
  }

  /// Whenever it is carried on elsewhere, the watcher sees the same end.
  @Test func whoeverCarriesItOnTellsTheSame() throws {
    for step in 0..<5 {
      let scene = try Scene()
      let watch = Watch(scene.alice, "102")
      func adopt(at place: Int) throws {
        guard place == step else { return }
        let now = scene.world.now.boot
        for known in scene.world.exchange.subscriptions.all.values {
          var copy = try EventSubscription(checkpoint: known.checkpoint(at: now), at: now)
          copy.adopted()
          scene.world.exchange.notifying = [:]
          scene.world.exchange.notify(copy, at: scene.world.now)
          scene.world.perform(scene.world.exchange.takeOutbox(at: scene.world.now))
        }
      }
      scene.world.run { watch.status == 200 }
      try adopt(at: 0)
      scene.world.run { watch.notifies.count >= 1 }
      try adopt(at: 1)
      let call = scene.alice.call("102")
      scene.world.run { call.heard.contains(180) }
      try adopt(at: 2)
      scene.world.run { call.state == .talking }
      try adopt(at: 3)
      scene.world.run(for: .seconds(1))
      call.hangUp()
      scene.world.run(for: .seconds(1))
      try adopt(at: 4)
      scene.world.run(for: .seconds(1))
      #expect(watch.states.last == ["terminated"], "step \(step)")
      watch.refresh(expires: 0)
      scene.world.run(for: .seconds(1))
      #expect(watch.subscriptionStates.last == "terminated;reason=timeout", "step \(step)")
      #expect(scene.world.exchange.census.subscriptions == 0)
    }
  }
}
