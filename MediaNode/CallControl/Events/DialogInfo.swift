import NodeContract
import SIP

/// The calls of one extension as its watchers see them: a whole `application/dialog-info+xml`
/// document each time (RFC 4235 section 4).
struct DialogInfo: Hashable, Sendable {
  enum State: String, Hashable, Sendable { case trying, early, confirmed, terminated }

  /// One dialog of the extension's devices.
  struct Entry: Hashable, Sendable {
    let id: LegID
    let callID: String
    /// The device's tag; nil while it has told none.
    let localTag: String?
    /// Ours, which is the remote one for the device.
    let remoteTag: String
    let isInitiator: Bool
    let state: State
    /// The other party, for people.
    let remote: String
  }

  let entity: SIPURI
  let version: UInt32
  let entries: [Entry]

  var text: String {
    var text = #"<?xml version="1.0" encoding="UTF-8"?>"# + "\n"
    text += "<dialog-info xmlns=\"urn:ietf:params:xml:ns:dialog-info\""
    text += " version=\"\(version)\" state=\"full\" entity=\"\(xml(entity.description))\">\n"
    for entry in entries { text += entry.text(entity) }
    return text + "</dialog-info>\n"
  }
}

extension DialogInfo.Entry {
  fileprivate func text(_ entity: SIPURI) -> String {
    let direction = isInitiator ? "initiator" : "recipient"
    let local = localTag.map { " local-tag=\"\(xml($0))\"" } ?? ""
    let party = SIPURI(user: remote, host: entity.host)
    return """
      <dialog id="\(id.uuid.hexadecimal)" call-id="\(xml(callID))"\(local) \
      remote-tag="\(xml(remoteTag))" direction="\(direction)">
      <state>\(state.rawValue)</state>
      <local><identity>\(xml(entity.description))</identity>\
      <target uri="\(xml(entity.description))"/></local>
      <remote><identity display="\(xml(remote))">\(xml(party.description))</identity>\
      <target uri="\(xml(party.description))"/></remote>
      </dialog>

      """
  }
}

/// Text for content and attributes of XML 1.0. What may not stand in a document at all, in no
/// spelling, becomes a question mark.
func xml(_ text: String) -> String {
  var result = ""
  for scalar in text.unicodeScalars {
    switch scalar {
    case "&": result += "&amp;"
    case "<": result += "&lt;"
    case ">": result += "&gt;"
    case "\"": result += "&quot;"
    case "'": result += "&apos;"
    case "\t", "\n", "\r": result += "&#\(scalar.value);"
    case "\u{0}"..."\u{1F}", "\u{FFFE}", "\u{FFFF}": result += "?"
    default: result.unicodeScalars.append(scalar)
    }
  }
  return result
}

extension CallMachine {
  /// The dialogs of an extension's devices in this call, those that are over included.
  func watchedDialogs(of id: ExtensionID) -> [DialogInfo.Entry] {
    legs.compactMap { leg in
      guard case .extension(id, _) = leg.party else { return nil }
      return DialogInfo.Entry(
        id: leg.id, callID: leg.callID, localTag: leg.remoteTag,
        remoteTag: leg.localTag, isInitiator: leg.isIncoming, state: watchedState(of: leg),
        remote: Legible.text(otherParty(than: leg)))
    }
  }

  private func watchedState(of leg: Leg) -> DialogInfo.State {
    switch leg.phase {
    case .inviting: leg.id == caller.id && progress > StatusCode.trying ? .early : .trying
    case .ringing: .early
    case .answered: .confirmed
    case .cancelling, .closed: .terminated
    }
  }

  private func otherParty(than leg: Leg) -> String {
    guard leg.id == caller.id else { return caller.number }
    return connected.map { self[$0].number } ?? called
  }
}
