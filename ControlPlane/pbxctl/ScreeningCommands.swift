import ArgumentParser

struct ScreeningCommands: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "screening",
    abstract: "Callers from outside who are not wanted, or always are.",
    discussion: """
      What a user says goes before what the tenant says; a number goes before the ranges that it is in, \
      the narrowest first. Whoever is blocked is declined, and rings nowhere.
      """,
    subcommands: [List.self, Block.self, Allow.self, Delete.self])
  static let columns = [
    Output.Column("Line", "id"), Output.Column("From", "from"),
    Output.Column("Verdict", "verdict"), Output.Column("Extension", "extension"),
    Output.Column("Note", "note"),
  ]

  struct List: ListCommand {
    static let configuration = CommandConfiguration(
      abstract: "Lists whom a tenant and its users block and allow.")
    static let columns = ScreeningCommands.columns
    @OptionGroup var tenant: TenantOption
    @Option(help: "What this extension says, ext_…; else all, the tenant too.")
    var `extension`: String?
    @Option(help: "A part of a number or a note.") var search: String?
    @OptionGroup var page: PageOptions
    @OptionGroup var global: GlobalOptions
    var path: String { tenant.path + "/screening" }
    var query: [(name: String, value: String?)] {
      [("extension", `extension`), ("search", search)]
    }
  }

  /// Whom a line is for.
  struct Line: ParsableArguments {
    @Argument(
      help: ArgumentHelp(
        "A number, the beginning of numbers as +4420*, withheld, or disproven.",
        discussion: """
          withheld are callers who show no number; disproven those whose number the carrier checked and \
          found to be somebody else's.
          """))
    var from: String
    @OptionGroup var tenant: TenantOption
    @Option(help: "For the calls to this extension, ext_…; else for all the tenant's.")
    var `extension`: String?
    @Option(help: "Why.") var note: String?

    func add(_ verdict: String, _ global: GlobalOptions) async throws {
      try await global.run {
        Output(
          try await $0.post(
            tenant.path + "/screening",
            [
              "from": .string(from), "verdict": .string(verdict),
              "extension": .optional(`extension`), "note": .optional(note),
            ]), columns: columns)
      }
    }
  }

  struct Block: AsyncParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Declines their calls from now on.")
    @OptionGroup var line: Line
    @OptionGroup var global: GlobalOptions

    func run() async throws { try await line.add("block", global) }
  }

  struct Allow: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Takes their calls, whatever a wider line says.")
    @OptionGroup var line: Line
    @OptionGroup var global: GlobalOptions

    func run() async throws { try await line.add("allow", global) }
  }

  struct Delete: AsyncParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Takes a line away.")
    @Argument(help: "The line's id, scr_….") var line: String
    @OptionGroup var tenant: TenantOption
    @OptionGroup var global: GlobalOptions

    func run() async throws {
      try await global.run {
        Output(try await $0.delete(tenant.path + "/screening/\(line)"), columns: columns)
      }
    }
  }
}
