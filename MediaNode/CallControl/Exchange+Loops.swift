import NodeContract
import SIP

/// Requests that were here before (RFC 3261 sections 8.2.2.2 and 16.3, RFC 5393).
extension Exchange {
  /// Another copy of it is known, that came another way.
  func isMerged(_ request: SIPRequest, at now: Moment) -> Bool {
    merged.contains(request, at: now.boot)
      || request.method == .invite && initialInvites[InviteKey(request)] != nil
  }

  /// It was sent on by us: the Via of one of our addresses is on it.
  func wasHere(_ request: SIPRequest) -> Bool {
    request.headers.vias.contains { via in
      IPAddress(via.host).map {
        address(at: IPEndpoint($0, port: via.port ?? 5060)) != nil
      } ?? false
    }
  }

  /// A carrier that is a proxy may bring our own INVITE back for another of our customers: no loop
  /// but a spiral (RFC 5393 section 4), unless whoever it is for is in that call already.
  func hasLooped(_ request: SIPRequest, to recipient: ExtensionID?) -> Bool {
    guard wasHere(request) else { return false }
    let key = DialogKey(
      callID: request.headers.callID, localTag: request.headers.from.tag ?? "")
    guard let recipient, let place = dialogs[key], let call = calls[place.call]?.machine,
      call[place.leg].isTrunk
    else { return true }
    return call.extensions.contains(recipient)
  }
}

/// How many branches a request may have at the same time, all proxies taken together (RFC 5393
/// section 5.3.3): those who fork share it among their branches.
struct ForkBreadth: Hashable, Sendable {
  let value: Int
  /// The request said so.
  let isStated: Bool

  init(of request: SIPRequest) {
    let stated = request.headers["Max-Breadth"].flatMap { UInt16($0) }.map { Int($0) }
    value = min(stated ?? Self.usual, Self.usual)
    isStated = stated != nil
  }

  private static let usual = 60

  /// Help is not a question of breadth.
  func allows(_ destination: CallDestination) -> Bool {
    guard case .targets(let targets) = destination.kind, !destination.isEmergency else {
      return true
    }
    return DeviceTurns(targets).first.count <= value
  }

  /// What each branch may fork in turn. Where nobody asked and nobody forks nothing is said.
  func share(among branches: Int) -> HeaderField? {
    guard isStated || branches > 1, branches > 0 else { return nil }
    return HeaderField("Max-Breadth", "\(value / branches)")
  }
}

extension CallTarget {
  func saying(_ field: HeaderField?) -> CallTarget {
    guard let field else { return self }
    var copy = self
    copy.headers.append(field)
    return copy
  }
}
