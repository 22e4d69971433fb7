import Glibc

/// What a process of the node is handed: descriptors, which it has as 3, 4, …, and what it is told of them.
struct Inheritance {
  var descriptors: [Int32] = []
  private var variables: [Variable: String] = [:]

  /// As the environment names them.
  enum Variable: String, CaseIterable {
    case sockets = "TANDEM_DESCRIPTORS"
    case memory = "TANDEM_MEMORY"
    case keeper = "TANDEM_KEEPER"
    case interface = "TANDEM_INTERFACE"
    case predecessorDiedAt = "TANDEM_PREDECESSOR_DIED_AT"
    /// The number of the line by which a spare is called.
    case spare = "TANDEM_SPARE"
  }

  static let firstNumber: Int32 = 3

  subscript(variable: Variable) -> String? {
    get { variables[variable] }
    set { variables[variable] = newValue }
  }

  /// Says that the descriptor is the next one's number, and returns that.
  mutating func add(_ descriptor: Int32) -> Int32 {
    descriptors.append(descriptor)
    return Self.firstNumber + Int32(descriptors.count) - 1
  }

  /// For a process that is started next; what an earlier one was told is not there any more.
  func enterEnvironment() {
    for variable in Variable.allCases {
      if let value = variables[variable] {
        setenv(variable.rawValue, value, 1)
      } else {
        unsetenv(variable.rawValue)
      }
    }
  }

  /// For a process that has been started: a variable in a line.
  var text: String {
    variables.map { "\($0.rawValue)=\($1)\n" }.sorted().joined()
  }
}
