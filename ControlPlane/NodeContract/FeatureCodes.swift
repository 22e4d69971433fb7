/// What people have done by dialling a code.
public enum Feature: String, Hashable, Sendable, CaseIterable {
  /// One's own messages.
  case voicemail
  /// The messages of another extension, for whoever knows its PIN.
  case voicemailOf = "voicemail-of"
  /// Answers the call that rings at that extension, or without one, at any colleague of the caller's
  /// ring groups.
  case pickup
  /// Calls that number without showing one's own.
  case hideCaller = "hide-caller"
  /// Enters the conference with that number.
  case room
  /// Hears the call that is up at that extension.
  case listen
  /// Hears it, and is heard by that extension alone.
  case whisper
  /// Joins it.
  case join
  case doNotDisturb = "do-not-disturb"
  case stopDoNotDisturb = "stop-do-not-disturb"
  case forwardAlways = "forward-always"
  case stopForwardAlways = "stop-forward-always"
  case forwardBusy = "forward-busy"
  case stopForwardBusy = "stop-forward-busy"
  case forwardNoAnswer = "forward-no-answer"
  case stopForwardNoAnswer = "stop-forward-no-answer"
  /// Parks a call, at any place or at that one; or takes the call that is parked there.
  case park
  /// The telephone of that extension answers by itself.
  case intercom
  /// An agent of queues is at work, or no more.
  case queueLogin = "queue-login"
  case queueLogout = "queue-logout"
  /// An agent takes no callers for a while; what is dialled after the code is its reason.
  case queuePause = "queue-pause"
  case queueResume = "queue-resume"
  /// Switches the call flow of that extension from day to night and back; without one, that of the tenant's
  /// only flow that asks for it.
  case night

  /// What is dialled after the code.
  public enum Argument: String, Hashable, Sendable {
    case none
    /// It may be left out.
    case optional
    case required
  }

  public var argument: Argument {
    switch self {
    case .pickup, .park, .voicemailOf, .forwardAlways, .forwardBusy, .forwardNoAnswer, .queuePause,
      .night:
      .optional
    case .hideCaller, .room, .listen, .whisper, .join, .intercom: .required
    case .voicemail, .doNotDisturb, .stopDoNotDisturb, .stopForwardAlways, .stopForwardBusy,
      .stopForwardNoAnswer, .queueLogin, .queueLogout, .queueResume:
      .none
    }
  }

  /// As most systems have it that people come from.
  public var usualCode: String {
    switch self {
    case .voicemail: "*97"
    case .voicemailOf: "*98"
    case .pickup: "*8"
    case .hideCaller: "*31"
    case .room: "*6"
    case .listen: "*51"
    case .whisper: "*52"
    case .join: "*53"
    case .doNotDisturb: "*78"
    case .stopDoNotDisturb: "*79"
    case .forwardAlways: "*72"
    case .stopForwardAlways: "*73"
    case .forwardBusy: "*90"
    case .stopForwardBusy: "*91"
    case .forwardNoAnswer: "*92"
    case .stopForwardNoAnswer: "*93"
    case .park: "*70"
    case .intercom: "*0"
    case .queueLogin: "*45"
    case .queueLogout: "*46"
    case .queuePause: "*47"
    case .queueResume: "*48"
    case .night: "*33"
    }
  }
}

/// A tenant's codes: no dialled text means two features.
public struct FeatureCodes: Hashable, Sendable {
  /// What somebody dialled: a feature, and what came after its code.
  public struct Dialled: Hashable, Sendable {
    public var feature: Feature
    /// Nil: nothing.
    public var argument: String?

    public init(_ feature: Feature, _ argument: String? = nil) {
      self.feature = feature
      self.argument = argument
    }
  }

  /// Features without a code cannot be dialled.
  public let codes: [Feature: String]

  /// Nobody changed anything.
  public static let usual = FeatureCodes(changed: [:])

  /// As they are told; an empty code is none.
  public init(codes: [Feature: String]) { self.codes = codes.filter { !$0.value.isEmpty } }

  /// - Parameter changed: the codes that are not the usual ones; nil: the feature has none. A usual code
  ///   that is not clear beside these is none, as a release may bring features whose codes are taken.
  public init(changed: [Feature: String?]) {
    var codes = changed.compactMapValues(\.self)
    for feature in Feature.allCases where changed[feature] == nil {
      let usual = feature.usualCode
      guard !codes.contains(where: { $0.key.isUnclear(at: $0.value, beside: feature, at: usual) })
      else { continue }
      codes[feature] = usual
    }
    self.init(codes: codes)
  }

  /// What `dialled` means; nil: no feature.
  public func meaning(of dialled: String) -> Dialled? {
    let fitting = codes.filter { $0.key.takes(dialled, after: $0.value) }
    // They are clear where people made them; whoever tells us others gets the longest.
    let longest = fitting.max {
      ($0.value.utf8.count, $0.key.rawValue) < ($1.value.utf8.count, $1.key.rawValue)
    }
    guard let (feature, code) = longest else { return nil }
    return Dialled(feature, dialled == code ? nil : String(dialled.dropFirst(code.count)))
  }

  /// What is dialled for it; nil: it has no code.
  public func text(_ feature: Feature, _ argument: String = "") -> String? {
    codes[feature].map { $0 + argument }
  }
}

extension Feature {
  /// More than this after a code is no number of anybody's.
  private static let longestArgument = 32

  fileprivate func takes(_ dialled: String, after code: String) -> Bool {
    guard dialled != code else { return argument != .required }
    return argument != .none && dialled.hasPrefix(code)
      && dialled.utf8.count - code.utf8.count <= Self.longestArgument
  }

  /// Whether something that is dialled could mean both.
  public func isUnclear(at code: String, beside other: Feature, at otherCode: String) -> Bool {
    code == otherCode || argument != .none && otherCode.hasPrefix(code)
      || other.argument != .none && code.hasPrefix(otherCode)
  }

  /// Whether whoever dials that number could mean this.
  public func isUnclear(at code: String, beside number: String) -> Bool {
    code == number || argument != .none && number.hasPrefix(code)
  }
}
