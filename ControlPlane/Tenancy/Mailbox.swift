public import NodeContract

/// A place where callers leave messages for an extension.
public struct Mailbox: Hashable, Sendable {
  /// Seconds of one message.
  public static let lengths = 10...900
  /// Messages that it holds.
  public static let sizes = 1...1_000
  /// Days after which messages are deleted.
  public static let retentions = 1...3_650

  public var longestMessage: Int
  public var mostMessages: Int
  /// Nil: messages stay until somebody deletes them.
  public var retention: Int?
  /// What its callers hear; nil: that nobody is there.
  public var greeting: SoundReference?
  /// It takes no more messages until some are deleted.
  public var isFull: Bool
  /// Its owner may hear it from any phone.
  public var hasPIN: Bool

  public init(
    longestMessage: Int, mostMessages: Int, retention: Int?, greeting: SoundReference? = nil,
    isFull: Bool = false, hasPIN: Bool = false
  ) {
    self.greeting = greeting
    self.hasPIN = hasPIN
    self.longestMessage = longestMessage
    self.mostMessages = mostMessages
    self.retention = retention
    self.isFull = isFull
  }

  /// A mailbox as a person gave it.
  public init(
    checkingLongestMessage longestMessage: Int, mostMessages: Int, retention: Int?,
    greeting: SoundReference? = nil
  ) throws(InvalidField) {
    guard Self.lengths.contains(longestMessage) else {
      throw InvalidField("longest_message", .outOfRange(Self.lengths))
    }
    guard Self.sizes.contains(mostMessages) else {
      throw InvalidField("most_messages", .outOfRange(Self.sizes))
    }
    if let retention, !Self.retentions.contains(retention) {
      throw InvalidField("retention_days", .outOfRange(Self.retentions))
    }
    self.init(
      longestMessage: longestMessage, mostMessages: mostMessages, retention: retention,
      greeting: greeting)
  }

  /// What a node needs of it.
  public var entry: VoiceMailbox {
    VoiceMailbox(
      longestMessage: .seconds(longestMessage), isFull: isFull, greeting: greeting)
  }
}

/// A message in a mailbox.
public struct MailboxMessage: Hashable, Sendable {
  public typealias State = MessageState

  /// A colleague heard it first and sent it on.
  public struct Forwarded: Hashable, Sendable {
    /// The extension.
    public var by: String
    public var at: WallTime

    public init(by: String, at: WallTime) {
      self.by = by
      self.at = at
    }
  }

  /// The sound's.
  public var id: SoundID
  public var call: CallID
  /// An extension, or E.164 with plus; empty: the caller hid it.
  public var caller: String
  public var callerName: String
  public var leftAt: WallTime
  public var milliseconds: Int64
  public var state: State
  public var ending: LeftMessage.Ending
  /// Nil: its caller left it here.
  public var forwarded: Forwarded?

  public init(
    id: SoundID, call: CallID, caller: String, callerName: String, leftAt: WallTime,
    milliseconds: Int64, state: State, ending: LeftMessage.Ending, forwarded: Forwarded? = nil
  ) {
    self.id = id
    self.call = call
    self.caller = caller
    self.callerName = callerName
    self.leftAt = leftAt
    self.milliseconds = milliseconds
    self.state = state
    self.ending = ending
    self.forwarded = forwarded
  }
}
