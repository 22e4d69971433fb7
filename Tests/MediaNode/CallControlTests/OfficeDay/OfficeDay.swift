import Digits
import NodeContract
import Rating
import SIP

@testable import CallControl

/// An office through a day of its script, and what came of it.
final class OfficeDay {
  private let office: Office
  private let script: OfficeScript
  private var calls: [Int: ScriptedCall] = [:]
  /// What lamps were lit, by line.
  private var lamps: [Int: [String]] = [:]
  /// Deeds that could not be done, and telephones that showed something else.
  private var remarks: [Int: [String]] = [:]

  /// One of the script's, under way.
  private final class ScriptedCall {
    /// Nil: it is the exchange's own.
    let call: PartyCall?
    /// Of one that a user had made.
    var clicked: CallID?
    /// Those who answered, or called somebody within it.
    var others: [String: PartyCall] = [:]
    var consultations: [String: PartyCall] = [:]

    init(_ call: PartyCall?) { self.call = call }

    /// The caller's Call-ID.
    var dialog: String { call?.invite.headers.callID ?? "" }
  }

  /// A line that did not come out as it is written.
  struct Difference: CustomStringConvertible {
    let line: Int
    let written: String
    let found: String
    var description: String { "line \(line): written \(written)\n         found   \(found)" }
  }

  /// Who calls from outside by name.
  private static let strangers = [
    "Vera": "+447700900001", "Sam": "+447700900002", "Lena": "+447700900003",
    "Marc": "+447700900004", "Nora": "+447700900005", "Otto": "+447700900006",
    "Pia": "+447700900007", "Quinn": "+447700900008", "Rude": "+447700900066",
    "Spam": "+449055500001",
  ]

  init(of office: Office, by script: OfficeScript) {
    self.office = office
    self.script = script
  }

  private var world: World { office.world }

  /// - Parameter opening: seconds since midnight, at this moment.
  func begin(at opening: Int) {
    for line in script.lines {
      world.after(.seconds(line.second - opening)) { [self] in
        switch line.content {
        case .call(let call): begin(call, line.number)
        case .lamps: lamps[line.number] = office.litLamps
        }
      }
    }
  }

  private func begin(_ scripted: OfficeScript.Call, _ line: Int) {
    let isOwed = office.phones[scripted.caller] == nil && Int(scripted.caller) != nil
    let clicked = scripted.clicked
    let call = ScriptedCall(isOwed || clicked != nil ? nil : begun(scripted))
    call.clicked = clicked.flatMap { office.click($0, by: scripted.caller, line) }
    calls[line] = call
    for deed in scripted.deeds {
      world.after(.seconds(deed.second)) { [self] in
        if let remark = perform(deed, in: call) { remarks[line, default: []].append(remark) }
      }
    }
  }

  private func begun(_ scripted: OfficeScript.Call) -> PartyCall {
    let party = office.phones[scripted.caller] ?? office.carrier
    return party.call(dialled(scripted.dialled, by: party)) { request in
      guard party.isCarrier else { return }
      request.headers.from.uri.user = Self.strangers[scripted.caller]
      if scripted.caller == "nobody" {
        request.headers.from.uri = SIPURI(user: "anonymous", host: "anonymous.invalid")
      }
    }
  }

  /// Four digits are the end of one of the office's own numbers, as it is dialled where that is.
  private func dialled(_ written: String, by party: Party) -> String {
    guard written.count == 4, written.hasPrefix("0") else { return written }
    let number = office.number(written)
    return party.isCarrier ? number : "0" + number.dropFirst("+44".count)
  }

  // MARK: - Deeds

  /// Nil: it was done.
  private func perform(_ deed: OfficeScript.Deed, in scripted: ScriptedCall) -> String? {
    let name = deed.who ?? ""
    guard let end = end(of: deed, in: scripted) else { return "\(name) has no call" }
    switch deed.verb {
    case .answers:
      scripted.others[name] = end
      end.pickUp()
    case .refuses: end.refuse(Int(deed.argument) ?? 486)
    case .ends: end.hangUp()
    case .holds: end.offer(direction: "sendonly")
    case .resumes: end.offer()
    case .transfers: _ = Referring(end, to: deed.argument)
    case .consults: scripted.consultations[name] = end.party.call(deed.argument)
    case .joins:
      guard let second = scripted.consultations[name] else { return "\(name) consulted nobody" }
      _ = Referring(end, replacing: second) { [office] uri in
        uri = SIPURI(
          user: second.invite.uri.user, host: office.domain, headers: uri.headers)
      }
    case .presses: return press(deed.argument, asCaller: deed.who == nil, in: scripted)
    case .records, .stops: record(deed.verb == .records ? "on" : "off", by: end)
    case .shows:
      let shown = end.invite.headers.from.displayName ?? ""
      if shown != deed.argument { return "\(name) shows \(shown)" }
    }
    return nil
  }

  /// Whose end of the call it is; who answers or refuses has one that rings.
  private func end(of deed: OfficeScript.Deed, in scripted: ScriptedCall) -> PartyCall? {
    guard let who = deed.who else { return scripted.call }
    guard let party = who == "carrier" ? office.carrier : office.phones[who] else { return nil }
    switch deed.verb {
    case .answers, .refuses, .shows: return party.calls.last { $0.state == .ringing }
    default: return scripted.others[who]
    }
  }

  private func press(_ keys: String, asCaller: Bool, in scripted: ScriptedCall) -> String? {
    for (place, key) in keys.enumerated() {
      guard let key = Digit(key) else { return "no key \(key)" }
      world.after(.milliseconds(200 * place)) { [self] in
        guard let id = OfficeBill(of: office).calls[scripted.dialog],
          let call = world.exchange.calls[id]?.machine
        else { return }
        let side = asCaller ? call.caller.side : call.caller.side.other
        world.press(key, on: side, of: call.plan.id)
      }
    }
    return nil
  }

  private func record(_ word: String, by end: PartyCall) {
    guard var info = end.request(.info) else { return }
    info.headers["Record"] = word
    end.party.send(info) { _ in }
  }

  // MARK: - What came of it

  /// Lines that did not come out as they are written, once the day is over.
  func differences(in bill: OfficeBill) -> [Difference] {
    script.lines.compactMap { line in
      switch line.content {
      case .lamps(let written):
        let found = lamps[line.number] ?? []
        guard found != written else { return nil }
        return Difference(
          line: line.number, written: written.joined(separator: ", "),
          found: found.joined(separator: ", "))
      case .call(let call):
        let written = ["\(call.status)"] + call.record
        let found = found(at: line.number, in: bill)
        guard found != written else { return nil }
        return Difference(
          line: line.number, written: written.joined(separator: ", "),
          found: found.joined(separator: ", "))
      }
    }
  }

  private func found(at line: Int, in bill: OfficeBill) -> [String] {
    guard let scripted = calls[line] else { return ["no call"] }
    if let id = scripted.clicked { return ["0"] + bill.lines(of: id, without: []) }
    guard let call = scripted.call else { return made(at: line, in: bill) + (remarks[line] ?? []) }
    let status = call.finalStatus.map { "\($0)" } ?? "still up"
    return [status] + record(of: scripted, at: line, in: bill) + (remarks[line] ?? [])
  }

  /// The exchange makes its own calls in the order of their lines.
  private func made(at line: Int, in bill: OfficeBill) -> [String] {
    let place = calls.count {
      $0.key < line && $0.value.call == nil && $0.value.clicked == nil
    }
    guard bill.made.indices.contains(place) else { return ["no call"] }
    return ["0"] + bill.lines(of: bill.made[place], without: [])
  }

  /// Of calls that came together the first has what is on record of all but the other callers.
  private func record(of scripted: ScriptedCall, at line: Int, in bill: OfficeBill) -> [String] {
    guard let id = bill.calls[scripted.dialog] else { return [] }
    let together = calls.filter { $0.value.call != nil && bill.calls[$0.value.dialog] == id }
    guard line == together.keys.min() else {
      return [bill.line(ofDialog: scripted.dialog)].compactMap(\.self)
    }
    return bill.lines(
      of: id, without: Set(together.values.map(\.dialog)).subtracting([scripted.dialog]))
  }
}
