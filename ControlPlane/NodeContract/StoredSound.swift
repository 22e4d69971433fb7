/// Sound that a node recorded, on its way to where it is kept: first on the node's disk, then in
/// Postgres.
public struct StoredSound: Hashable, Sendable {
  /// What it was recorded for.
  public enum Kind: Hashable, Sendable {
    case message(LeftMessage)
    case recording(RecordedCall)
  }

  public var id: SoundID
  public var tenant: TenantID
  public var kind: Kind

  public init(id: SoundID, tenant: TenantID, kind: Kind) {
    self.id = id
    self.tenant = tenant
    self.kind = kind
  }
}

/// What somebody left in a mailbox.
public struct LeftMessage: Hashable, Sendable {
  /// How a message ended.
  public enum Ending: String, Hashable, Sendable, CaseIterable {
    case hungUp = "hung-up"
    /// The caller said with a key that it was all.
    case key
    /// Nothing was said for so long that it was taken for the end.
    case silence
    /// It was as long as a message may be.
    case longest
    /// It may not be all: what carried the call was lost.
    case cut
  }

  /// Whose mailbox it is.
  public var mailbox: ExtensionID
  public var call: CallID
  /// An extension, or E.164 with plus; empty: the caller hid it.
  public var caller: String
  public var callerName: String
  public var leftAt: WallTime
  /// Nil: it is not over, or nobody saw its end.
  public var ending: Ending?

  public init(
    mailbox: ExtensionID, call: CallID, caller: String, callerName: String, leftAt: WallTime,
    ending: Ending? = nil
  ) {
    self.mailbox = mailbox
    self.call = call
    self.caller = caller
    self.callerName = callerName
    self.leftAt = leftAt
    self.ending = ending
  }
}

/// What was said in a call, kept because somebody or a rule wanted it.
public struct RecordedCall: Hashable, Sendable {
  /// Whom it holds: one, or both, the caller left and whom it called right.
  public enum Parties: String, Hashable, Sendable, CaseIterable {
    case both, caller, called
  }

  /// How a recording ended.
  public enum Ending: String, Hashable, Sendable, CaseIterable {
    /// Somebody had it end.
    case stopped
    case callEnded = "call-ended"
  }

  public var call: CallID
  public var parties: Parties
  public var begunAt: WallTime
  /// How often what recorded it was lost and something else went on: seconds may be missing each time.
  public var interruptions: UInt32
  /// Nil: it is not over, or nobody saw its end.
  public var ending: Ending?
  /// Which rule had the call recorded; nil: somebody did.
  public var rule: RecordingRuleID?

  public init(
    call: CallID, parties: Parties, begunAt: WallTime, interruptions: UInt32 = 0,
    ending: Ending? = nil, rule: RecordingRuleID? = nil
  ) {
    self.rule = rule
    self.call = call
    self.parties = parties
    self.begunAt = begunAt
    self.interruptions = interruptions
    self.ending = ending
  }
}

/// A piece of a sound. The same piece may come again, at the same time through another replica, too.
public struct SoundPiece: Hashable, Sendable {
  /// Names a piece for ever.
  public struct Key: Hashable, Sendable {
    public var sound: SoundID
    public var part: UInt32
    public var offset: UInt64

    public init(sound: SoundID, part: UInt32, offset: UInt64) {
      self.sound = sound
      self.part = part
      self.offset = offset
    }
  }

  /// What a piece holds at most: several wait in a replica's memory.
  public static let mostBytes = 1 << 17

  public var sound: StoredSound
  /// Each part is a file of its own, from 1; 0: the sound is over, and there is no sound in this.
  public var part: UInt32
  public var offset: UInt64
  public var contents: [UInt8]
  /// How long it plays with the pieces before it that said nothing of it; nil: the next one says.
  public var length: Duration?

  public init(
    sound: StoredSound, part: UInt32, offset: UInt64, contents: [UInt8], length: Duration?
  ) {
    self.sound = sound
    self.part = part
    self.offset = offset
    self.contents = contents
    self.length = length
  }

  public var key: Key { Key(sound: sound.id, part: part, offset: offset) }
}

/// What a node knows of an extension's mailbox.
public struct VoiceMailbox: Hashable, Sendable {
  public var longestMessage: Duration
  /// It takes no more messages until some are deleted.
  public var isFull: Bool
  /// What its callers hear; nil: that nobody is there.
  public var greeting: SoundReference?

  public init(longestMessage: Duration, isFull: Bool = false, greeting: SoundReference? = nil) {
    self.longestMessage = longestMessage
    self.isFull = isFull
    self.greeting = greeting
  }
}
