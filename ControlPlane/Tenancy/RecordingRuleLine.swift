public import NodeContract

/// A rule of a tenant's list with what only we need to know of it.
public struct RecordingRuleLine: Hashable, Sendable {
  /// Of one tenant, at most.
  public static let mostLines = 100

  public var rule: RecordingRule
  /// What people call it.
  public var name: String
  /// Days after which what it has recorded is deleted; nil: as all of the tenant's recordings.
  public var retention: Int?

  public init(rule: RecordingRule, name: String, retention: Int?) {
    self.rule = rule
    self.name = name
    self.retention = retention
  }
}

/// A rule as a person gave it.
public struct NewRecordingRule: Hashable, Sendable {
  /// That it has already; nil: a new one.
  public var id: RecordingRuleID?
  public var name: String
  /// Whose calls; nil, and no number: all.
  public var `extension`: ExtensionID?
  public var number: String?
  public var direction: String?
  public var share: Int
  /// `record` or `spare`.
  public var action: String
  public var announcement: String
  public var pausedBy: String
  public var retention: Int?

  public init(
    id: RecordingRuleID? = nil, name: String = "", extension: ExtensionID? = nil,
    number: String? = nil, direction: String? = nil, share: Int = 100, action: String,
    announcement: String = "none", pausedBy: String = "users", retention: Int? = nil
  ) {
    self.id = id
    self.name = name
    self.extension = `extension`
    self.number = number
    self.direction = direction
    self.share = share
    self.action = action
    self.announcement = announcement
    self.pausedBy = pausedBy
    self.retention = retention
  }
}

extension RecordingRuleLine {
  /// All lines together; each error names its line.
  /// - Parameters:
  ///   - number: what a person of that tenant means by a number; nil: none.
  ///   - newID: for lines that have none yet.
  public static func lines(
    _ lines: [NewRecordingRule], reading number: (String) -> String?,
    newID: () -> RecordingRuleID
  ) throws(InvalidField) -> [RecordingRuleLine] {
    guard lines.count <= mostLines else {
      throw InvalidField("items", .tooMany(limit: mostLines))
    }
    var made: [RecordingRuleLine] = []
    for (place, line) in lines.enumerated() {
      made.append(
        try RecordingRuleLine(line, as: "items.\(place)", reading: number, newID: newID))
    }
    guard Set(made.map(\.rule.id)).count == made.count else {
      throw InvalidField("items", .malformed(expected: "each rule once"))
    }
    return made
  }

  private init(
    _ line: NewRecordingRule, as field: String, reading number: (String) -> String?,
    newID: () -> RecordingRuleID
  ) throws(InvalidField) {
    guard (1...100).contains(line.share) else {
      throw InvalidField("\(field).share", .outOfRange(1...100))
    }
    let direction: RecordingRule.Direction? =
      if let word = line.direction { try Self.word(word, "\(field).direction") } else { nil }
    let records: Bool
    switch line.action {
    case "record": records = true
    case "spare": records = false
    default: throw InvalidField("\(field).then", .malformed(expected: "record or spare"))
    }
    rule = RecordingRule(
      id: line.id ?? newID(), calls: try Self.calls(of: line, as: field, reading: number),
      direction: direction, share: line.share, records: records,
      notice: try Self.word(line.announcement, "\(field).announcement"),
      pausers: try Self.word(line.pausedBy, "\(field).paused_by"))
    name = line.name.isEmpty ? "" : try DisplayName(line.name, field: "\(field).name").text
    if let days = line.retention {
      retention = try KeptRecording.retention(days: days, field: "\(field).retention_days")
    }
  }

  private static func calls(
    of line: NewRecordingRule, as field: String, reading number: (String) -> String?
  ) throws(InvalidField) -> RecordingRule.Calls {
    switch (line.extension, line.number) {
    case (nil, nil): return .all
    case (let id?, nil): return .of(id)
    case (nil, let text?):
      guard let read = number(text) else {
        throw InvalidField("\(field).number", .malformed(expected: "a number as it is dialled"))
      }
      return .to(read)
    case (.some, .some):
      throw InvalidField(
        "\(field).number", .malformed(expected: "an extension or a number, not both"))
    }
  }

  private static func word<Word: RawRepresentable<String> & CaseIterable>(
    _ text: String, _ field: String
  ) throws(InvalidField) -> Word {
    guard let word = Word(rawValue: text) else {
      let words = Word.allCases.map(\.rawValue).joined(separator: ", ")
      throw InvalidField(field, .malformed(expected: "one of \(words)"))
    }
    return word
  }
}

/// What somebody did to a recording.
public struct RecordingEvent: Hashable, Sendable {
  public enum Kind: String, Hashable, Sendable, CaseIterable {
    case held, released, deleted
  }

  public var kind: Kind
  public var at: WallTime
  /// Whose key it was done with.
  public var key: KeyID
  /// Empty: nobody said.
  public var reason: String

  public init(_ kind: Kind, at: WallTime, by key: KeyID, because reason: String = "") {
    self.kind = kind
    self.at = at
    self.key = key
    self.reason = reason
  }
}

/// Somebody said that the recording must stay.
public struct RecordingHold: Hashable, Sendable {
  public var since: WallTime
  public var reason: String

  public init(since: WallTime, reason: String) {
    self.since = since
    self.reason = reason
  }
}
