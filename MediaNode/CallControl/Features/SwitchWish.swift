import NodeContract

/// What somebody dialled to have calls answered otherwise.
struct SwitchWish: Hashable, Sendable {
  let kind: AnsweringSwitches.Kind
  let isOn: Bool
  /// Where calls are to go; nil: it is asked for, where one is needed.
  var target: String?

  var needsTarget: Bool { isOn && kind.needsTarget }

  /// It is for agents of queues.
  var isAgents: Bool {
    switch kind {
    case .queueLogin, .queuePause: true
    case .doNotDisturb, .forwardAlways, .forwardBusy, .forwardNoAnswer, .night: false
    }
  }

  /// Nil: the feature switches nothing.
  init?(_ dialled: FeatureCodes.Dialled) {
    guard let (kind, isOn) = dialled.feature.turning else { return nil }
    self.init(kind: kind, isOn: isOn, target: dialled.argument)
  }

  init(kind: AnsweringSwitches.Kind, isOn: Bool, target: String?) {
    self.kind = kind
    self.isOn = isOn
    self.target = target
  }
}

extension Feature {
  fileprivate var turning: (AnsweringSwitches.Kind, isOn: Bool)? {
    switch self {
    case .doNotDisturb: (.doNotDisturb, true)
    case .stopDoNotDisturb: (.doNotDisturb, false)
    case .forwardAlways: (.forwardAlways, true)
    case .stopForwardAlways: (.forwardAlways, false)
    case .forwardBusy: (.forwardBusy, true)
    case .stopForwardBusy: (.forwardBusy, false)
    case .forwardNoAnswer: (.forwardNoAnswer, true)
    case .stopForwardNoAnswer: (.forwardNoAnswer, false)
    case .queueLogin: (.queueLogin, true)
    case .queueLogout: (.queueLogin, false)
    case .queuePause: (.queuePause, true)
    case .queueResume: (.queuePause, false)
    // Which way is found out when it is turned.
    case .night: (.night, true)
    default: nil
    }
  }
}
