public import NodeContract
internal import Postgres
public import Tenancy

/// What users say of the calls to their extensions; always all lines of an extension together.
public struct AnsweringRuleRepository: Sendable {
  let store: Store

  /// In their order; none for an extension that has none, or is none.
  public func rules(
    of id: ExtensionID, of tenant: TenantID, in scope: AccessScope
  ) async throws -> [AnsweringRule] {
    try await store.read(in: scope) { transaction in
      try transaction.query(
        """
        \(AnsweringRule.selection) WHERE tenant_id = \(tenant) AND extension_id = \(id)
        ORDER BY position
        """
      ).map(AnsweringRule.init(row:))
    }
  }

  /// In the place of those before; `false` when there is no such extension. Throws `InvalidField` for
  /// `greeting` (unknown).
  public func replace(
    _ rules: [AnsweringRule], of id: ExtensionID, of tenant: TenantID, in scope: AccessScope
  ) async throws -> Bool {
    try await store.transaction(in: scope) { transaction in
      guard try transaction.lockExtension(id, of: tenant) else { return false }
      _ = try transaction.execute(
        "DELETE FROM answering_rules WHERE tenant_id = \(tenant) AND extension_id = \(id)")
      for (position, rule) in rules.enumerated() {
        _ = try transaction.execute(rule.insertion(at: position, of: id, of: tenant))
      }
      return true
    }
  }
}

extension AnsweringRule {
  static let selection: Query = """
    SELECT extension_id, name, occasion, patience_seconds, callers, numbers, contact_group, hours,
      outside_hours, holidays, called, action, target, greeting_id,
      (SELECT s.digest FROM tenant_sounds s WHERE s.tenant_id = answering_rules.tenant_id
        AND s.sound_id = answering_rules.greeting_id) AS greeting_digest
    FROM answering_rules
    """

  fileprivate func insertion(at position: Int, of id: ExtensionID, of tenant: TenantID) -> Query {
    """
    INSERT INTO answering_rules (tenant_id, extension_id, position, name, occasion,
      patience_seconds, callers, numbers, contact_group, hours, outside_hours, holidays, called, action, target,
      greeting_id)
    VALUES (\(tenant), \(id), \(position), \(name), \(occasion.word), \(occasion.seconds),
      \(callers.word), \(callers.numbers), \(callers.group), \(hours?.numbers), \(hours?.isComplement ?? false),
      \(hours?.holidays),
      \(called), \(action.word), \(action.target), \(action.greeting?.id))
    """
  }

  init(row: borrowing Row) throws {
    let spans = try row.optional("hours", as: [Int].self)
    let isComplement = try row.value("outside_hours", as: Bool.self)
    let holidays = try row.optional("holidays", as: String.self)
    self.init(
      name: try row.value("name"),
      on: try Occasion(
        try row.value("occasion"), seconds: try row.optional("patience_seconds")),
      from: try Callers(
        try row.value("callers"), numbers: try row.value("numbers"),
        group: try row.optional("contact_group")),
      during: spans.map {
        WeeklyHours(
          WeeklyHours.spans(of: $0), isComplement: isComplement, holidays: holidays)
      },
      called: try row.value("called"),
      try Action(
        try row.value("action"), target: try row.optional("target"),
        greeting: try SoundReference(row: row, id: "greeting_id", digest: "greeting_digest")))
  }
}

extension AnsweringRule.Occasion {
  fileprivate var word: String {
    switch self {
    case .always: "always"
    case .offline: "offline"
    case .busy: "busy"
    case .noAnswer: "no-answer"
    }
  }

  fileprivate var seconds: Int64? {
    if case .noAnswer(let patience) = self { patience.components.seconds } else { nil }
  }

  fileprivate init(_ word: String, seconds: Int64?) throws {
    switch (word, seconds) {
    case ("always", _): self = .always
    case ("offline", _): self = .offline
    case ("busy", _): self = .busy
    case ("no-answer", let seconds?): self = .noAnswer(after: .seconds(seconds))
    default: throw StoreError.failed("answering_rules.occasion: \(word)")
    }
  }
}

extension AnsweringRule.Callers {
  fileprivate var word: String {
    switch self {
    case .anyone: "anyone"
    case .colleagues: "colleagues"
    case .outside: "outside"
    case .withheld: "withheld"
    case .numbers: "numbers"
    case .contacts: "contacts"
    case .group: "group"
    case .vip: "vip"
    case .strangers: "strangers"
    }
  }

  fileprivate var group: String? {
    if case .group(let name) = self { name } else { nil }
  }

  fileprivate var numbers: [String] {
    if case .numbers(let numbers) = self { numbers } else { [] }
  }

  fileprivate init(_ word: String, numbers: [String], group: String?) throws {
    switch (word, group) {
    case ("anyone", _): self = .anyone
    case ("colleagues", _): self = .colleagues
    case ("outside", _): self = .outside
    case ("withheld", _): self = .withheld
    case ("numbers", _): self = .numbers(numbers)
    case ("contacts", _): self = .contacts
    case ("group", let name?): self = .group(name)
    case ("vip", _): self = .vip
    case ("strangers", _): self = .strangers
    default: throw StoreError.failed("answering_rules.callers: \(word)")
    }
  }
}

extension AnsweringRule.Action {
  fileprivate var word: String {
    switch self {
    case .ring: "ring"
    case .followMe: "follow-me"
    case .forward: "forward"
    case .busy: "busy"
    case .decline: "decline"
    case .voicemail: "voicemail"
    }
  }

  fileprivate var target: String? {
    if case .forward(let target) = self { target } else { nil }
  }

  fileprivate var greeting: SoundReference? {
    if case .voicemail(let greeting) = self { greeting } else { nil }
  }

  fileprivate init(_ word: String, target: String?, greeting: SoundReference?) throws {
    switch (word, target) {
    case ("ring", _): self = .ring
    case ("follow-me", _): self = .followMe
    case ("forward", let target?): self = .forward(to: target)
    case ("busy", _): self = .busy
    case ("decline", _): self = .decline
    case ("voicemail", _): self = .voicemail(greeting: greeting)
    default: throw StoreError.failed("answering_rules.action: \(word)")
    }
  }
}

extension WeeklyHours {
  fileprivate var numbers: [Int] {
    spans.flatMap { [Int($0.days), Int($0.from), Int($0.to)] }
  }

  fileprivate static func spans(of numbers: [Int]) -> [Span] {
    stride(from: 0, to: numbers.count - 2, by: 3).map { place in
      Span(
        days: UInt8(clamping: numbers[place]), from: UInt16(clamping: numbers[place + 1]),
        to: UInt16(clamping: numbers[place + 2]))
    }
  }
}
