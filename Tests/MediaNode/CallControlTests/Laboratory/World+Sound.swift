import Announcements
import Digits
import NodeContract
import SeededRandom

@testable import CallControl

/// What is heard in a world.
extension World {
  /// Somebody presses a key, in whichever call is decoded.
  func pressKeys(using random: inout SeededGenerator) {
    let open = relays.values.filter { $0.isOpen && $0.passage.isDecoded }
    let chosen = open.sorted { $0.plan.id < $1.plan.id }.randomElement(using: &random)
    guard let relay = chosen, let side = RelaySide.allCases.randomElement(using: &random),
      // Half of them lead on in a mailbox.
      let key = Bool.random(using: &random)
        ? Digit("16179*".randomElement(using: &random) ?? "1")
        : Digit(event: UInt8.random(in: 0..<16, using: &random))
    else { return }
    press(key, on: side, of: relay.plan.id)
  }

  /// Whoever is in a menu presses that key.
  func pressKeyInMenu(_ key: Character) {
    let inMenus = exchange.calls.values.map(\.machine).filter {
      if case .menu? = $0.attendance?.purpose { $0.isAttended } else { false }
    }
    guard let call = inMenus.min(by: { $0.id < $1.id }), let digit = Digit(key) else { return }
    press(digit, on: call.caller.side, of: call.plan.id)
  }

  /// Whoever is asked whether it takes a call presses that key.
  func pressKeyIfAsked(_ key: Character) {
    let asking = exchange.calls.values.map(\.machine).filter { $0.confirmation?.asked != nil }
    guard let call = asking.min(by: { $0.id < $1.id }), let digit = Digit(key) else { return }
    press(digit, on: call.caller.side.other, of: call.plan.id)
  }

  /// Whoever waits in a queue presses that key.
  func pressKeyInQueue(_ key: Character) {
    let waiting = exchange.calls.values.map(\.machine).filter {
      $0.waitingCaller != nil && $0.errand == nil
    }
    guard let call = waiting.min(by: { $0.id < $1.id }), let digit = Digit(key) else { return }
    press(digit, on: call.caller.side, of: call.plan.id)
  }

  /// A dead process hears nothing.
  func press(_ key: Digit, on side: RelaySide, of relay: RelayID) {
    guard !isDead else { return }
    perform(exchange.keyPressed(key, on: side, of: relay, at: now))
  }

  /// Kinds of what the exchange did with sound so far.
  var soundsUsed: Set<String> {
    var used: Set<String> = []
    for sound in ended {
      switch sound.kind {
      case .message: used.insert("message left")
      case .recording: used.insert("recorded")
      }
    }
    if !questions.isEmpty { used.insert("mailbox called") }
    for relay in relays.values {
      if !relay.played.isEmpty { used.insert("announced") }
      for playing in relay.played {
        if playing.announcement.prompts.contains(.recorded("vm-press")) { used.insert("menu") }
        if playing.announcement.prompts.contains(.recorded("followme/options")) {
          used.insert("asked")
        }
        if playing.announcement.prompts == [.ringing] { used.insert("chosen in a menu") }
      }
      for seat in relay.seated {
        switch seat.role {
        case .talker: used.insert("conference")
        case .listener, .whisperer: used.insert("supervised")
        }
      }
    }
    return used
  }
}
