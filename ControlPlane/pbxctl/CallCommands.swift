import ArgumentParser

struct CallCommands: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "call", abstract: "Calls, as they were.", subcommands: [List.self, Show.self])
  static let columns = [
    Output.Column("Call", "id"), Output.Column("Started", "started_at"),
    Output.Column("From", "from"), Output.Column("To", "to"),
    Output.Column("Outcome", "outcome"), Output.Column("Legs", "legs"),
  ]

  struct List: ListCommand {
    static let configuration = CommandConfiguration(abstract: "Lists a tenant's calls.")
    static let columns = Array(CallCommands.columns.dropLast())
    @OptionGroup var tenant: TenantOption
    @OptionGroup var page: PageOptions
    @OptionGroup var global: GlobalOptions
    var path: String { tenant.path + "/calls" }
  }

  struct Show: AsyncParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Shows a call with its legs.")
    @Argument(help: "The call's id, call_….") var call: String
    @OptionGroup var tenant: TenantOption
    @OptionGroup var global: GlobalOptions

    func run() async throws {
      try await global.run {
        Output(try await $0.get("\(tenant.path)/calls/\(call)"), columns: CallCommands.columns)
      }
    }
  }
}

struct CDRCommands: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "cdr", abstract: "Call detail records, one per leg.", subcommands: [List.self])

  struct List: ListCommand {
    static let configuration = CommandConfiguration(
      abstract: "Lists a tenant's records with what they cost.")
    static let columns = [
      Output.Column("Leg", "id"), Output.Column("Started", "started_at"),
      Output.Column("Direction", "direction"), Output.Column("From", "from"),
      Output.Column("To", "to"), Output.Column("Outcome", "outcome"),
      Output.Column("Seconds", "billed_seconds"), Output.Column("Charge", "charge.amount"),
      Output.Column("Currency", "charge.currency"), Output.Column("Prefix", "charge.prefix"),
    ]
    @OptionGroup var tenant: TenantOption
    @OptionGroup var page: PageOptions
    @OptionGroup var global: GlobalOptions
    var path: String { tenant.path + "/cdrs" }
  }
}
