/// How a call, or one leg of it, ended: the one table between outcome, SIP status (RFC 3261
/// section 21), Q.850 cause (RFC 3326's `Reason`) and the word in the API.
public enum CallOutcome: String, Sendable, Hashable, CaseIterable {
  /// Somebody answered and somebody hung up.
  case answered
  /// Another device or person of the same call answered first.
  case answeredElsewhere = "answered-elsewhere"
  /// The called party sent the call on to somebody else, whose own leg tells what became of it.
  case forwarded
  /// The caller gave up before an answer.
  case cancelled
  /// Nobody answered in time.
  case noAnswer = "no-answer"
  case busy
  /// The called party declined.
  case rejected
  /// The extension exists, no device is registered.
  case offline
  /// No such extension or number.
  case unknownNumber = "unknown-number"
  /// The caller may not call this.
  case forbidden
  /// No codec in common.
  case incompatibleMedia = "incompatible-media"
  /// A request that breaks the protocol.
  case badRequest = "bad-request"
  /// The carrier refused or could not be reached.
  case carrierFailed = "carrier-failed"
  /// We shed load.
  case overloaded
  /// The node that carried the call died.
  case nodeLost = "node-lost"
  /// Our own mistake.
  case internalError = "internal-error"

  /// Whose doing an unsuccessful end is.
  public enum Fault: String, Sendable { case nobody, ours, caller, carrier }

  public var fault: Fault {
    switch self {
    case .answered, .answeredElsewhere, .forwarded, .cancelled, .noAnswer, .busy, .rejected,
      .offline:
      .nobody
    case .unknownNumber, .forbidden, .incompatibleMedia, .badRequest: .caller
    case .carrierFailed: .carrier
    case .overloaded, .nodeLost, .internalError: .ours
    }
  }

  /// The final response that tells the caller.
  public var sipStatus: Int {
    switch self {
    case .answered: 200
    case .answeredElsewhere, .cancelled: 487
    case .forwarded, .noAnswer, .offline: 480
    case .busy: 486
    case .rejected: 603
    case .unknownNumber: 404
    case .forbidden: 403
    case .incompatibleMedia: 488
    case .badRequest: 400
    case .carrierFailed: 502
    case .overloaded: 503
    case .nodeLost, .internalError: 500
    }
  }

  /// The cause of ITU-T Q.850.
  public var q850Cause: Int {
    switch self {
    case .answered, .cancelled: 16
    case .answeredElsewhere: 26
    case .forwarded: 23
    case .noAnswer: 19
    case .offline: 20
    case .busy: 17
    case .rejected: 21
    case .unknownNumber: 1
    case .forbidden: 57
    case .incompatibleMedia: 88
    case .badRequest: 95
    case .carrierFailed: 38
    case .overloaded: 42
    case .nodeLost, .internalError: 41
    }
  }

  /// What a callee's final response to our INVITE means.
  public init(sipStatus: Int, fromCarrier: Bool) {
    switch sipStatus {
    case 200..<300: self = .answered
    case 486, 600: self = .busy
    case 404, 484, 604: self = .unknownNumber
    case 408, 487: self = .noAnswer
    case 480: self = fromCarrier ? .noAnswer : .offline
    case 403, 603, 607: self = .rejected
    // A phone that is out of order is as good as none.
    case 430,
      500..<600 where !fromCarrier:
      self = .offline
    case 415, 488, 606: self = .incompatibleMedia
    default: self = fromCarrier ? .carrierFailed : .rejected
    }
  }
}
