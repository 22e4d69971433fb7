import ArgumentParser

/// `pbxctl node drain NAME`: empties a node before something is done to its machine.
struct DrainCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "drain",
    abstract: "Moves a node's addresses and calls to others, and waits until it has none.",
    discussion: """
      Calls go on at their new nodes. What is still there at the deadline is listed with the reason, and \
      the status is 75; the node is emptied on all the same, until “pbxctl node undrain”.
      """)
  private static let columns = [
    Output.Column("Address", "address"), Output.Column("Call", "call"),
    Output.Column("Tenant", "tenant"), Output.Column("Why it is still there", "reason"),
  ]

  @Argument(help: "The node.") var name: String
  @Option(help: "Seconds to wait at most.") var deadline: Int = 60
  @OptionGroup var global: GlobalOptions

  private static let incomplete = ExitCode(75)

  func run() async throws {
    var isEmpty = false
    try await global.run { api in
      let left = try await api.drain(name, within: deadline)
      isEmpty = left["items"]?.array?.isEmpty ?? false
      return Output(left, columns: Self.columns)
    }
    if !isEmpty { throw Self.incomplete }
  }
}

extension APIClient {
  /// Empties the node; returns what is left of it after so many seconds, if not nothing before.
  func drain(_ node: String, within seconds: Int) async throws -> JSON {
    _ = try await put("/v1/nodes/\(node)/drain", .object([:]))
    let end = ContinuousClock.now + .seconds(seconds)
    while true {
      let left = try await get("/v1/nodes/\(node)/remainder")
      if left["items"]?.array?.isEmpty ?? false || ContinuousClock.now >= end { return left }
      try await Task.sleep(for: .milliseconds(250))
    }
  }
}

/// `pbxctl node undrain NAME`: the node may be given addresses again.
struct UndrainCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "undrain", abstract: "Lets a node be given addresses again.")

  @Argument(help: "The node.") var name: String
  @OptionGroup var global: GlobalOptions

  func run() async throws {
    try await global.run { api in
      Output(try await api.delete("/v1/nodes/\(name)/drain"), columns: NodeCommands.columns)
    }
  }
}
