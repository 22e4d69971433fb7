import NodeContract
import SIP

/// One forwarding of a call before it reached us: whom it was for, and why it went on.
struct Forwarding: Hashable, Sendable {
  /// The reasons of RFC 5806 section 4 that others have words for too.
  enum Reason: String, Hashable, Sendable, CaseIterable {
    case unconditional
    case busy = "user-busy"
    case noAnswer = "no-answer"
    case deflection
    case unavailable
    case unknown

    /// The `cause` of RFC 4458 section 2.2 and RFC 7044.
    var cause: Int {
      switch self {
      case .unconditional: 302
      case .busy: 486
      case .noAnswer: 408
      case .deflection: 487
      case .unavailable: 503
      case .unknown: 404
      }
    }

    init(cause: Int) { self = Self.allCases.first { $0.cause == cause } ?? .unknown }
  }

  /// The number, or what else stands for whom it was for.
  let number: String
  let reason: Reason
  /// The next party may not see it.
  var isWithheld = false
}

/// Diversion (RFC 5806) and History-Info (RFC 7044): two ways to say the same.
enum ForwardingFields {
  /// The latest forwarding first, `limit` at most; what is malformed says nothing.
  static func read(_ headers: SIPHeaders, limit: Int) -> [Forwarding] {
    let diversions = elements(headers, "Diversion").compactMap(Forwarding.init(diversion:))
    if !diversions.isEmpty { return Array(diversions.prefix(limit)) }
    return Array(history(elements(headers, "History-Info")).prefix(limit))
  }

  private static func elements(_ headers: SIPHeaders, _ name: String) -> [NameAddress] {
    headers.values(of: name).flatMap { headerElements(of: $0) }.compactMap { NameAddress($0) }
  }

  /// Each target but the last was left, for the reason that its successor names.
  private static func history(_ entries: [NameAddress]) -> [Forwarding] {
    zip(entries, entries.dropFirst()).compactMap { entry, next in
      guard let user = entry.uri.user, let cause = next.uri.parameters["cause"].flatMap({ Int($0) })
      else { return nil }
      let privacy = entry.uri.headers.first { $0.isNamed("Privacy") }?.value
      return Forwarding(
        number: Legible.text(user), reason: Forwarding.Reason(cause: cause),
        isWithheld: privacy.map { $0.lowercased() != "none" } ?? false)
    }.reversed()
  }

  /// The field of this form, as far as there is something to tell.
  static func write(
    _ forwardings: [Forwarding], as form: TrunkProfile.ForwardingForm, at host: String,
    target: SIPURI
  ) -> [HeaderField] {
    guard !forwardings.isEmpty else { return [] }
    return switch form {
    case .none: []
    case .diversion:
      forwardings.map { HeaderField("Diversion", $0.diversion(at: host).description) }
    case .history: [HeaderField("History-Info", history(forwardings, host, target))]
    }
  }

  /// Indexed by their order: `1`, `1.1`, `1.1.1`; the target comes last.
  private static func history(_ forwardings: [Forwarding], _ host: String, _ target: SIPURI)
    -> String
  {
    var index = "1"
    var cause: Int?
    var texts: [String] = []
    for forwarding in forwardings.reversed() {
      texts.append(entry(forwarding.uri(at: host), cause, index))
      cause = forwarding.reason.cause
      index += ".1"
    }
    return (texts + [entry(target, cause, index)]).joined(separator: ", ")
  }

  private static func entry(_ uri: SIPURI, _ cause: Int?, _ index: String) -> String {
    var uri = uri
    if let cause { uri.parameters["cause"] = String(cause) }
    return NameAddress(uri: uri, parameters: [SIPParameter("index", index)]).description
  }
}

extension Forwarding {
  /// Nil without a user part.
  fileprivate init?(diversion: NameAddress) {
    guard let user = diversion.uri.user else { return nil }
    let privacy = diversion.parameters["privacy"]?.lowercased() ?? "off"
    self.init(
      number: Legible.text(user),
      reason: diversion.parameters["reason"].flatMap { Reason(rawValue: $0.lowercased()) }
        ?? .unknown,
      isWithheld: privacy != "off")
  }

  fileprivate func diversion(at host: String) -> NameAddress {
    NameAddress(
      uri: SIPURI(user: number, host: host),
      parameters: [
        SIPParameter("reason", reason.rawValue),
        SIPParameter("privacy", isWithheld ? "full" : "off"),
      ])
  }

  fileprivate func uri(at host: String) -> SIPURI {
    SIPURI(
      user: number, host: host, headers: isWithheld ? [HeaderField("Privacy", "history")] : [])
  }
}
