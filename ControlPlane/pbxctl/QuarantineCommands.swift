import ArgumentParser

struct QuarantineCommands: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "quarantine", abstract: "Calls about which facts are kept that do not count.",
    subcommands: [List.self, Release.self])

  struct List: ListCommand {
    static let configuration = CommandConfiguration(abstract: "Lists them, and why.")
    static let columns = [
      Output.Column("Call", "call"), Output.Column("Tenant", "tenant"),
      Output.Column("Why", "reason"), Output.Column("Facts", "facts"),
      Output.Column("Since", "since"),
    ]
    @OptionGroup var page: PageOptions
    @OptionGroup var global: GlobalOptions
    var path: String { "/v1/quarantine" }
  }

  struct Release: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Bills a call anew from all its facts, when what stood in the way is gone.")
    static let columns = [
      Output.Column("Call", "call"), Output.Column("Facts that count now", "released"),
      Output.Column("That still do not", "kept"), Output.Column("Why", "reason"),
    ]
    @Argument(help: "The call's id, call_….") var call: String
    @OptionGroup var global: GlobalOptions

    func run() async throws {
      try await global.run {
        Output(
          try await $0.post("/v1/quarantine/\(call)/release", [:]), columns: Self.columns)
      }
    }
  }
}
