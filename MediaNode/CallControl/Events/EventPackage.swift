import SIP

/// What can be subscribed to (RFC 6665).
enum EventPackage: String, Hashable, Sendable, CaseIterable {
  /// The calls of an extension (RFC 4235), as busy lamps show them.
  case dialog
  /// Messages that wait in a mailbox (RFC 3842).
  case messageSummary = "message-summary"

  var contentType: String {
    switch self {
    case .dialog: "application/dialog-info+xml"
    case .messageSummary: "application/simple-message-summary"
    }
  }
}

/// The value of an Event field: the package and, where one dialog carries several subscriptions,
/// the id of one (RFC 6665 section 8.2.1).
struct EventName: Hashable, Sendable {
  let package: EventPackage
  let id: String?

  init(_ package: EventPackage, id: String? = nil) {
    self.package = package
    self.id = id
  }

  /// Nil when it names no package of ours.
  init?(_ value: String) {
    let parts = value.split(separator: ";").map { part in
      String(part.filter { !$0.isWhitespace })
    }
    guard let name = parts.first, let package = EventPackage(rawValue: name.lowercased()) else {
      return nil
    }
    self.package = package
    id = parts.dropFirst().first { $0.lowercased().hasPrefix("id=") }.map {
      String($0.dropFirst(3))
    }
  }

  var value: String { package.rawValue + (id.map { ";id=\($0)" } ?? "") }
}
