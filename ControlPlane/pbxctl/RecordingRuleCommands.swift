import ArgumentParser
import Foundation

struct RecordingRuleCommands: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "recording-rule",
    abstract: "Which calls are recorded without anybody's asking for it.",
    subcommands: [List.self, Replace.self, Explain.self])
  static let columns = [
    Output.Column("Rule", "id"), Output.Column("Name", "name"),
    Output.Column("Extension", "extension"), Output.Column("Number", "number"),
    Output.Column("Direction", "direction"), Output.Column("Percent", "share"),
    Output.Column("Then", "then"), Output.Column("Announced to", "announcement"),
    Output.Column("Paused by", "paused_by"), Output.Column("Kept for days", "retention_days"),
  ]

  struct List: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Lists a tenant's rules; the first that a call fits decides.")
    @OptionGroup var tenant: TenantOption
    @OptionGroup var global: GlobalOptions

    func run() async throws {
      try await global.run {
        Output(try await $0.get(tenant.path + "/recording-rules"), columns: columns)
      }
    }
  }

  struct Replace: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "set", abstract: "Puts rules in the place of a tenant's.",
      discussion: """
        The file has a JSON array of rules, in their order: \
        [{"extension": "ext_…", "direction": "from-outside", "share": 10, "then": "record", \
        "announcement": "both", "paused_by": "users", "retention_days": 90}]. \
        An empty array takes all rules away. Calls that are recorded already go on as they began.
        """)
    @OptionGroup var tenant: TenantOption
    @Option(help: "A file with the rules, - for standard input.") var rulesFile: String
    @OptionGroup var global: GlobalOptions

    func run() async throws {
      let rules = try JSON(parsing: contents(ofFile: rulesFile))
      try await global.run {
        Output(
          try await $0.put(tenant.path + "/recording-rules", .object(["items": rules])),
          columns: columns)
      }
    }
  }

  struct Explain: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Says whether a call is recorded, and which rule decides.",
      discussion: "Without --call, as for one that is in every rule's share.")
    @OptionGroup var tenant: TenantOption
    @Option(help: "from-outside, to-outside or inside.") var direction = "inside"
    @Option(help: "Who calls or has the call, and its group, queue or flow, ext_…; repeat it.")
    var `extension`: [String] = []
    @Option(help: "The number that is called.") var number: String?
    @Option(help: "The call, call_…, which says whose share it is in.") var call: String?
    @OptionGroup var global: GlobalOptions

    func run() async throws {
      let path = queried(
        tenant.path + "/recording-rules/explanation",
        [
          ("direction", direction), ("number", number), ("call", call),
          ("extensions", `extension`.isEmpty ? nil : `extension`.joined(separator: ",")),
        ])
      try await global.run {
        Output(
          try await $0.get(path),
          columns: [
            Output.Column("Rule", "id"), Output.Column("Name", "name"), Output.Column("Is", "fit"),
          ])
      }
    }
  }
}
