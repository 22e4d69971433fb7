@testable import CallControl

extension CallMachine {
  var parkingSlot: UInt8? { parking?.slot }

  /// What its parties would say that they are doing.
  var feature: String {
    if let queued, queued.waits { return "queued" }
    if parking != nil { return "parked" }
    switch attendance?.purpose {
    case .room: return page == nil ? "in a conference" : "in a page"
    case .page: return "in a page"
    case .message: return "leaving a message"
    case .visit: return "hearing messages"
    case .menu: return "in a menu"
    case .refusal, .switching, .telling, .parked, .queue, .announcement, .errand:
      return "told something"
    case nil: break
    }
    if recording != nil { return "recorded" }
    switch state {
    case .ringing, .settling, .holdingBack:
      if case .steps = further { return "looked for" }
      return "ringing"
    case .talking, .attended: return caller.session.isHolding ? "held" : "talking"
    case .ending: return "ending"
    }
  }
}
