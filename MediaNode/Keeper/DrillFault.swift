/// A fault that the node was ordered to make of itself.
enum DrillFault: Equatable, CustomStringConvertible {
  /// Which way nothing passes the machine's interfaces.
  enum Cut: String, CaseIterable {
    case isolate, mute, deaf
  }

  case process
  case machine(seconds: Int)
  case pause(seconds: Int)
  case cut(Cut, seconds: Int)

  /// Nobody is struck for longer.
  static let seconds = 1...60

  /// Nil: no such fault, or one without a near end.
  init?(_ word: String, seconds text: String) {
    guard let seconds = Int(text), Self.seconds.contains(seconds) else { return nil }
    switch word {
    case "process": self = .process
    case "machine": self = .machine(seconds: seconds)
    case "pause": self = .pause(seconds: seconds)
    default:
      guard let cut = Cut(rawValue: word) else { return nil }
      self = .cut(cut, seconds: seconds)
    }
  }

  var description: String {
    switch self {
    case .process: "process"
    case .machine(let seconds): "machine, \(seconds) s"
    case .pause(let seconds): "pause, \(seconds) s"
    case .cut(let cut, let seconds): "\(cut.rawValue), \(seconds) s"
    }
  }
}
