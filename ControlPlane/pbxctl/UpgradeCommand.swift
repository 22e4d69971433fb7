import ArgumentParser
import Foundation
import Glibc

/// `pbxctl upgrade NODE… --with COMMAND`: new programs for one node after the other, while calls go on.
struct UpgradeCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "upgrade",
    abstract: "Replaces nodes' programs one after the other, while their calls go on elsewhere.",
    discussion: """
      Each node is emptied, COMMAND is run by the shell with the node's name in TANDEM_NODE (for example: \
      ssh "$TANDEM_NODE" systemctl restart tandem-node), and once another process of the node is linked the \
      node may be given addresses again. The next one follows when somebody could take over again whatever \
      the site has. At the first node where something of this does not come about within the deadline it \
      ends with status 75; that node may be given addresses, and those behind it are as they were.
      """)
  private static let columns = [
    Output.Column("Node", "node"), Output.Column("Result", "result"),
    Output.Column("Why", "reason"),
  ]
  private static let incomplete = ExitCode(75)
  private static let pause = Duration.milliseconds(250)

  @Argument(help: "The nodes, in this order.") var nodes: [String]
  @Option(name: .customLong("with"), help: "What replaces a node's programs and starts them.")
  var command: String
  @Option(help: "Seconds to wait at most for each step.") var deadline: Int = 60
  @OptionGroup var global: GlobalOptions

  func validate() throws {
    guard !nodes.isEmpty else { throw ValidationError("Name the nodes.") }
  }

  func run() async throws {
    var isWhole = true
    try await global.run { api in
      var rows: [JSON] = []
      for node in nodes {
        let obstacle = isWhole ? try await upgrade(node, asking: api) : "not begun"
        let result = obstacle == nil ? "upgraded" : isWhole ? "failed" : "left"
        if obstacle != nil { isWhole = false }
        rows.append(
          .object([
            "node": .string(node), "result": .string(result),
            "reason": obstacle.map(JSON.string) ?? .null,
          ]))
      }
      return Output(.object(["items": .array(rows)]), columns: Self.columns)
    }
    if !isWhole { throw Self.incomplete }
  }

  /// Why it did not come about; nil: it did.
  private func upgrade(_ node: String, asking api: APIClient) async throws -> String? {
    let before = try await api.get("/v1/nodes/\(node)")
    guard try await comesAbout({ try await isCovered(before, asking: api) }) else {
      return "some address of its site has nobody who could take it over"
    }
    let left = try await api.drain(node, within: deadline)
    if let first = left["items"]?.array?.first {
      _ = try await api.delete("/v1/nodes/\(node)/drain")
      return "not empty: \(first["reason"]?.plain ?? "calls are left")"
    }
    let status = runCommand(for: node)
    let isBack =
      try await comesAbout {
        let now = try await api.get("/v1/nodes/\(node)")
        return now["linked"] == .bool(true) && now["process"] != before["process"]
      }
    _ = try await api.delete("/v1/nodes/\(node)/drain")
    guard status == 0 else { return "the command ended with status \(status)" }
    guard isBack else { return "no other process of it is linked" }
    let couldBeLost = try await comesAbout { try await isCovered(before, asking: api) }
    return couldBeLost ? nil : "some address of its site has nobody who could take it over"
  }

  /// Whether each address of the node's site has somebody who could take it over.
  private func isCovered(_ node: JSON, asking api: APIClient) async throws -> Bool {
    let addresses = try await api.get("/v1/addresses?limit=200")["items"]?.array ?? []
    return addresses.allSatisfy {
      $0["site"] != node["site"] || $0["heir"]?.string != nil && $0["held_by"]?.string != nil
    }
  }

  private func comesAbout(_ condition: () async throws -> Bool) async throws -> Bool {
    let end = ContinuousClock.now + .seconds(deadline)
    while true {
      if try await condition() { return true }
      guard ContinuousClock.now < end else { return false }
      try await Task.sleep(for: Self.pause)
    }
  }

  /// What it says goes where our errors go. It may leave a program behind that runs on, which `Process` of
  /// Foundation would wait for: it asks whether anybody still has a socket that the child got.
  private func runCommand(for node: String) -> Int32 {
    let environment = ProcessInfo.processInfo.environment.merging(["TANDEM_NODE": node]) { $1 }
    let variables = Self.words(environment.map { "\($0)=\($1)" })
    let arguments = Self.words(["/bin/sh", "-c", command])
    defer { for word in variables + arguments { free(word) } }
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    posix_spawn_file_actions_adddup2(&actions, 2, 1)
    var child: pid_t = 0
    guard posix_spawn(&child, "/bin/sh", &actions, nil, arguments, variables) == 0 else {
      return 127
    }
    var status: Int32 = 0
    while waitpid(child, &status, 0) < 0, errno == EINTR {}
    let signal = status & 0x7F
    return signal == 0 ? status >> 8 & 0xFF : 128 + signal
  }

  /// As the kernel wants them.
  private static func words(_ texts: [String]) -> [UnsafeMutablePointer<CChar>?] {
    texts.map { strdup($0) } + [nil]
  }
}
