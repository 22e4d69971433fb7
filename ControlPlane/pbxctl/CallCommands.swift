import ArgumentParser

struct CallCommands: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "call", abstract: "Calls, as they were, and calls that users have made.",
    discussion: """
      pbxctl call FROM TO has the telephones of the extension FROM ring; whoever answers there calls TO. It prints \
      the call's id when they ring: call show tells how it goes, call off ends it.
      """,
    subcommands: [Make.self, Off.self, List.self, Show.self], defaultSubcommand: Make.self)
  static let columns = [
    Output.Column("Call", "id"), Output.Column("Started", "started_at"),
    Output.Column("From", "from"), Output.Column("To", "to"),
    Output.Column("Outcome", "outcome"), Output.Column("Legs", "legs"),
  ]

  struct Make: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Rings an extension's telephones, and calls a number from there.",
      discussion: """
        All telephones of the extension ring, whatever its rules say, and show the number. Whoever answers first \
        hears ringing, and the number is called as if it had been dialled there: the same rules, carriers, \
        prices and records. Exit status 1: no telephone is registered, or the number cannot be called.
        """)
    @Argument(help: "The extension: its number, or its id, ext_….") var from: String
    @Argument(help: "What to call, as it would be dialled: 102, 07700900123, +447700900123.")
    var to: String
    @Option(
      help: "What the called party sees in place of the extension's number: one of the tenant's.")
    var shown: String?
    @Flag(help: "Ask the extension's telephones to answer by themselves.")
    var answersByItself = false
    @Option(help: "A name for this request: given again with the same name, it is the same call.")
    var key: String?
    @OptionGroup var tenant: TenantOption
    @OptionGroup var global: GlobalOptions

    func run() async throws {
      try await global.run { api in
        let path = "\(tenant.path)/extensions/\(try await id(of: from, by: api))/calls"
        let members: [String: JSON?] = [
          "to": .string(to), "shown": shown.map(JSON.string),
          "answers_by_itself": answersByItself ? .bool(true) : nil,
        ]
        return Output(
          try await api.post(path, members, idempotencyKey: key),
          columns: [Output.Column("Call", "id"), Output.Column("To", "to")])
      }
    }

    private func id(of text: String, by api: APIClient) async throws -> String {
      guard !text.hasPrefix("ext_") else { return text }
      var cursor: String?
      repeat {
        let page = try await api.get(
          queried(
            tenant.path + "/extensions", [("limit", "100"), ("cursor", cursor)]))
        let found = page["items"]?.array?.first { $0["number"]?.string == text }
        if let id = found?["id"]?.string { return id }
        cursor = page["next"]?.string
      } while cursor != nil
      throw ValidationError("the tenant has no extension \(text)")
    }
  }

  struct Off: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Ends a call that was made by call FROM TO, however far it is.")
    @Argument(help: "The call's id, call_….") var call: String
    @OptionGroup var tenant: TenantOption
    @OptionGroup var global: GlobalOptions

    func run() async throws {
      try await global.run {
        Output(try await $0.delete("\(tenant.path)/calls/\(call)"), columns: CallCommands.columns)
      }
    }
  }

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
