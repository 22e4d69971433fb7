import NodeContract
import SIP
import Testing

@testable import CallControl

@Suite struct MessagesBetweenExtensions {
  private func text(
    _ scene: Scene, to number: String = "102", _ text: String = "Lunch?",
    type: String = "text/plain;charset=utf-8"
  ) -> () -> Int? {
    var status: Int?
    let request = scene.alice.request(
      .message, to: SIPURI(user: number, host: Fixture.domain),
      body: .other(contentType: type, bytes: Array(text.utf8)))
    scene.alice.sendWithPassword(request) { status = $0?.status ?? 408 }
    return { status }
  }

  @Test func everyDeviceOfTheRecipientHearsIt() throws {
    let scene = try Scene()
    let second = try scene.device("102", at: "127.0.5.3:5063")
    let status = text(scene)
    #expect(scene.world.run { status() == 200 })
    scene.world.run(for: .seconds(1))
    for device in [scene.bob, second] {
      let heard = try #require(device.requests.last { $0.method == .message })
      #expect(heard.headers.from.uri.description == "sip:101@demo.tandem.test")
      #expect(
        heard.body == .other(contentType: "text/plain;charset=utf-8", bytes: Array("Lunch?".utf8)))
      #expect(heard.headers.maxForwards == 69)
    }
    scene.calmDown()
  }

  @Test func oneDeviceThatTakesItIsEnough() throws {
    let scene = try Scene()
    let second = try scene.device("102", at: "127.0.5.3:5063")
    scene.bob.takes = 405
    second.takes = 200
    let status = text(scene)
    #expect(scene.world.run { status() == 200 })
    scene.calmDown()
  }

  @Test(arguments: [(603, 603), (401, 480), (503, 480)])
  func aRefusalIsPassedOnIfItSaysSomething(refused: Int, told: Int) throws {
    let scene = try Scene()
    scene.bob.takes = refused
    let status = text(scene)
    #expect(scene.world.run { status() == told })
    scene.calmDown()
  }

  @Test func whoCannotHaveItIsToldApart() throws {
    let scene = try Scene()
    let cases: [(() -> Int?, Int)] = [
      (text(scene, to: "199"), 404), (text(scene, to: "103"), 480),
      (text(scene, type: "text/html"), 415),
      (text(scene, String(repeating: "x", count: 1_301)), 413),
      (text(scene, String(repeating: "x", count: 1_300)), 200),
    ]
    for (status, expected) in cases {
      #expect(
        scene.world.run { status() == expected }, "\(expected): \(String(describing: status()))")
    }
    scene.calmDown()
  }

  @Test func aPhoneThatSaysNothingIsNotThere() throws {
    let scene = try Scene()
    scene.bob.takes = nil
    let status = text(scene)
    #expect(scene.world.run { status() != nil })
    #expect(status() == 408 || status() == 480)
  }

  @Test func beyondTheLimitTheyAreToldToComeLater() throws {
    var limits = ExchangeLimits()
    limits.messagesUnderWay = 1
    let scene = try Scene(limits: limits)
    scene.bob.takes = nil
    _ = text(scene)
    scene.world.run(for: .seconds(1))
    let second = text(scene)
    #expect(scene.world.run { second() == 503 })
  }

  @Test func strangersSendNone() throws {
    let scene = try Scene()
    scene.alice.password = "wrong"
    let status = text(scene)
    #expect(scene.world.run { status() == 403 })
    #expect(!scene.bob.requests.contains { $0.method == .message })
    scene.calmDown()
  }
}

@Suite struct WhatWeCan {
  @Test func optionsNameItAll() throws {
    let scene = try Scene()
    var outside: SIPResponse?
    scene.alice.send(scene.alice.request(.options, to: SIPURI(host: Fixture.domain))) {
      outside = $0
    }
    #expect(scene.world.run { outside?.status == 200 })
    let (caller, _) = try scene.talking()
    var inside: SIPResponse?
    let options = try #require(caller.request(.options))
    scene.alice.send(options) { inside = $0 }
    #expect(scene.world.run { inside?.status == 200 })
    for response in [outside, inside].compactMap({ $0 }) {
      for method in ["INVITE", "SUBSCRIBE", "NOTIFY", "MESSAGE", "INFO"] {
        #expect(response.headers["Allow"]?.contains(method) == true, "\(method)")
      }
      #expect(response.headers["Accept"]?.contains("application/sdp") == true)
      #expect(response.headers["Allow-Events"] == "dialog, message-summary")
      #expect(response.headers.values(of: "Supported").count == 1)
    }
    caller.hangUp()
    scene.calmDown()
  }

  @Test func informationOfAPackageThatNobodyWantsIsRefused() throws {
    let scene = try Scene()
    let (caller, callee) = try scene.talking()
    var request = try #require(caller.request(.info))
    request.headers["Info-Package"] = "g.weather"
    var refusal: SIPResponse?
    scene.alice.send(request) { refusal = $0 }
    #expect(scene.world.run { refusal?.status == 469 })
    #expect(refusal?.headers["Recv-Info"] == "")
    #expect(!callee.received.contains { $0.method == .info })
    caller.hangUp()
    scene.calmDown()
  }

  @Test func nobodyPublishes() throws {
    let scene = try Scene()
    let request = scene.alice.request(
      SIPMethod(rawValue: "PUBLISH"), to: SIPURI(user: "101", host: Fixture.domain))
    scene.alice.send(request) { _ in }
    #expect(scene.world.run { scene.alice.finals.last == 405 })
    scene.calmDown()
  }
}
