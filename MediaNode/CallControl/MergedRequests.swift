import NodeContract
import SIP

/// Requests outside dialogs that were taken lately: a proxy that forked one may bring another copy
/// by another way, which must not have its effect a second time (RFC 3261 section 8.2.2.2). The
/// transaction layer knows only those that come by the same way.
struct MergedRequests: Sendable {
  /// As short as can be, for there are many: the names themselves would be the sender's to choose.
  private struct Name: Hashable {
    let hash: Int

    init(_ request: SIPRequest) {
      var hasher = Hasher()
      hasher.combine(request.headers.callID)
      hasher.combine(request.headers.from.tag)
      hasher.combine(request.headers.cseq)
      hash = hasher.finalize()
    }
  }

  private struct Heard: Forgettable {
    let until: BootInstant
    func isForgotten(at now: BootInstant) -> Bool { until <= now }
  }

  private var heard: BoundedTable<Name, Heard>

  init(capacity: Int) { heard = BoundedTable(capacity: capacity) }

  /// Whether the request was taken, by whichever way it came, as long as its copies may be on their
  /// way.
  func contains(_ request: SIPRequest, at now: BootInstant) -> Bool {
    heard[Name(request)].map { !$0.isForgotten(at: now) } ?? false
  }

  mutating func insert(_ request: SIPRequest, at now: BootInstant) {
    let until = now.advanced(by: TransactionTimers.standard.patience)
    heard.set(Heard(until: until), for: Name(request), at: now)
  }
}
