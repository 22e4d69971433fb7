/// One line of what a user, or the tenant, says of the calls to an extension: on this occasion, from
/// these callers, at these times, to these numbers, that is done. The first line that fits decides.
public struct AnsweringRule: Hashable, Sendable {
  public enum Occasion: Hashable, Sendable {
    /// As the call comes, and whatever happens then.
    case always
    /// No device is there.
    case offline
    /// The user talks and takes no second call.
    case busy
    /// Nobody answers for so long.
    case noAnswer(after: Duration)
  }

  public enum Callers: Hashable, Sendable {
    case anyone
    case colleagues
    /// Everybody who comes over a carrier.
    case outside
    /// Who does not show a number.
    case withheld
    /// Numbers as they are shown: extensions, or E.164 with plus; `+4420*` are all that begin so.
    case numbers([String])
    /// Whoever is a contact of the tenant's.
    case contacts
    /// The contacts of a group.
    case group(String)
    /// The contacts that matter most.
    case vip
    /// Who shows a number from outside that no contact has.
    case strangers
  }

  public enum Action: Hashable, Sendable {
    /// What happens without rules; the lines below this one say nothing any more.
    case ring
    /// The user is looked for where its ``FollowMe`` says, which is `ring` where it says nothing. When nobody
    /// takes the call there, the first line below that fits a call that nobody answers decides.
    case followMe
    /// To what the user might dial: a colleague, or a number outside at the user's cost.
    case forward(to: String)
    /// As if the user talked.
    case busy
    case decline
    /// The caller may leave a message, after this greeting or the mailbox's own (nil); without a mailbox
    /// that is `ring`.
    case voicemail(greeting: SoundReference? = nil)
  }

  /// For people.
  public var name: String
  public var occasion: Occasion
  public var callers: Callers
  /// Nil: at all times.
  public var hours: WeeklyHours?
  /// The numbers that were called, E.164 with plus, or the extension; none: whichever it was.
  public var called: [String]
  public var action: Action

  public init(
    name: String, on occasion: Occasion, from callers: Callers = .anyone,
    during hours: WeeklyHours? = nil, called: [String] = [], _ action: Action
  ) {
    self.name = name
    self.occasion = occasion
    self.callers = callers
    self.hours = hours
    self.called = called
    self.action = action
  }
}

/// Times of the week, by the tenant's clocks on the wall.
public struct WeeklyHours: Hashable, Sendable {
  /// From one minute of some days to another, which is not part of it; not later than the first: on
  /// the next day.
  public struct Span: Hashable, Sendable {
    /// Bit 0: Monday, … bit 6: Sunday; those on which it begins.
    public var days: UInt8
    /// Minutes since midnight, 0 to 1,440.
    public var from: UInt16
    public var to: UInt16

    public init(days: UInt8, from: UInt16, to: UInt16) {
      self.days = days
      self.from = from
      self.to = to
    }
  }

  public var spans: [Span]
  /// All times but these are meant.
  public var isComplement: Bool
  /// No span begins on a public holiday of this calendar, `DE-BY`; nil: holidays are like all days.
  public var holidays: String?

  public init(_ spans: [Span], isComplement: Bool = false, holidays: String? = nil) {
    self.spans = spans
    self.isComplement = isComplement
    self.holidays = holidays
  }
}

/// What the clocks on the wall show somewhere, for the years around now: nodes need no time-zone
/// tables.
public struct ZoneClock: Hashable, Sendable {
  /// From this moment on the clocks are so many seconds before UTC.
  public struct Change: Hashable, Sendable {
    public var at: WallTime
    public var offset: Int32

    public init(at: WallTime, offset: Int32) {
      self.at = at
      self.offset = offset
    }
  }

  /// The IANA name, `Europe/Berlin`.
  public var zone: String
  /// Before the first change.
  public var offset: Int32
  /// Oldest first.
  public var changes: [Change]

  public static let utc = ZoneClock(zone: "UTC", offset: 0, changes: [])

  public init(zone: String, offset: Int32, changes: [Change]) {
    self.zone = zone
    self.offset = offset
    self.changes = changes
  }
}
