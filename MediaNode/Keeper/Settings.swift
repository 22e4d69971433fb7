/// A mistake that is told in one line before anything is started.
struct StartError: Error, CustomStringConvertible {
  let description: String
  init(_ description: String) { self.description = description }
}

/// A socket as the command line names it: `udp:127.0.1.1:5060`, `tcp:[::1]:5060`.
struct SocketName: Equatable {
  enum Kind: String { case udp, tcp }

  let text: String
  let kind: Kind
  let host: String
  let port: UInt16

  init(_ text: String) throws {
    let parts = text.split(separator: ":", maxSplits: 1)
    guard parts.count == 2, let kind = Kind(rawValue: String(parts[0])),
      let colon = parts[1].lastIndex(of: ":"),
      let port = UInt16(parts[1][parts[1].index(after: colon)...])
    else {
      throw StartError("--descriptor wants udp:ADDRESS:PORT or tcp:ADDRESS:PORT, not \(text)")
    }
    self.text = text
    self.kind = kind
    self.port = port
    host = parts[1][..<colon].filter { $0 != "[" && $0 != "]" }
  }
}

/// `Keeper --descriptor|--wanted udp|tcp:ADDRESS:PORT … [--interface NAME] [--pid-file F]
/// [--child-pid-file F] [--spare-after SECONDS] -- PROGRAM …`
struct Settings {
  private(set) var descriptors: [SocketName] = []
  /// Those that another may have: an address has all its sockets here, or none.
  private(set) var wanted: [SocketName] = []
  /// Where the addresses are added that the node is given, and taken away again; nil: they are there,
  /// whoever serves them.
  private(set) var interface: String?
  private(set) var pidFile: String?
  private(set) var childPIDFile: String?
  /// For how long a node has served when the next one is started as a spare; nil: the program cannot wait.
  private(set) var spareDelay: Duration?
  /// The node's program, a path, and its arguments.
  private(set) var command: [String] = []

  init(arguments: [String]) throws {
    var rest = arguments[...]
    while let flag = rest.popFirst(), flag != "--" {
      guard let value = rest.popFirst(), value != "--" else {
        throw StartError("\(flag) wants a value")
      }
      try set(flag, value)
    }
    command = Array(rest)
    guard !command.isEmpty else { throw StartError("after -- comes the program to keep") }
  }

  private mutating func set(_ flag: String, _ value: String) throws {
    switch flag {
    case "--descriptor": descriptors.append(try SocketName(value))
    case "--wanted": wanted.append(try SocketName(value))
    case "--interface": interface = value
    case "--pid-file": pidFile = value
    case "--child-pid-file": childPIDFile = value
    case "--spare-after":
      guard let seconds = UInt16(value) else { throw StartError("\(flag) wants whole seconds") }
      spareDelay = .seconds(Int(seconds))
    default: throw StartError("unknown flag \(flag)")
    }
  }
}
