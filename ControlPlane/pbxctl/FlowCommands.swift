import ArgumentParser
import Foundation

struct FlowCommands: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "flow",
    abstract: "What becomes of an extension's callers, step by step.",
    discussion: """
      A flow is a JSON document: {"start": "open", "steps": {"open": {"do": "hours", "hours": \
      [{"days": ["mon"], "from": "09:00", "to": "17:00"}], "then": "desk", "otherwise": "box"}, \
      "desk": {"do": "ring", "extension": "ext_…", "seconds": 20, "otherwise": "box"}, \
      "box": {"do": "mailbox", "extension": "ext_…"}}}.
      """,
    subcommands: [
      List.self, Show.self, Draft.self, Check.self, Discard.self, Publish.self, Versions.self,
      RollBack.self, Difference.self, Explain.self, Withdraw.self,
    ])
  static let versionColumns = [
    Output.Column("Version", "version"), Output.Column("In force", "in_force"),
    Output.Column("Published", "published_at"), Output.Column("Note", "note"),
  ]

  /// What is found in a draft.
  private static func findings(in draft: JSON) -> Output {
    Output(
      .object(["items": draft["findings"] ?? .array([])]),
      columns: [
        Output.Column("Finding", "kind"), Output.Column("Error", "is_error"),
        Output.Column("Step", "step"), Output.Column("What", "text"),
        Output.Column("What to do", "remedy"),
      ])
  }

  struct List: ListCommand {
    static let configuration = CommandConfiguration(abstract: "Lists a tenant's call flows.")
    static let columns = [
      Output.Column("Extension", "extension"), Output.Column("Version", "version"),
      Output.Column("Draft", "has_draft"),
    ]
    @OptionGroup var tenant: TenantOption
    @OptionGroup var page: PageOptions
    @OptionGroup var global: GlobalOptions
    var path: String { tenant.path + "/flows" }
  }

  struct Show: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Shows a flow's document; without options, the one in force.")
    @OptionGroup var entry: AnsweringCommands.ExtensionOption
    @Option(help: "That version.") var version: Int?
    @Flag(help: "The draft.") var draft = false
    @OptionGroup var global: GlobalOptions

    func run() async throws {
      let part = draft ? "/flow/draft" : version.map { "/flow/versions/\($0)" } ?? "/flow"
      try await global.run {
        Output(document: try await $0.get(entry.path + part)["flow"] ?? .null)
      }
    }
  }

  struct Draft: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Saves a document as the draft, and says what is found in it.")
    @OptionGroup var entry: AnsweringCommands.ExtensionOption
    @Option(help: "A file with the document, - for standard input.") var flowFile: String
    @OptionGroup var global: GlobalOptions

    func run() async throws {
      let flow = try JSON(parsing: contents(ofFile: flowFile))
      try await global.run {
        findings(in: try await $0.put(entry.path + "/flow/draft", flow))
      }
    }
  }

  struct Check: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Says what is found in the draft: loops, dead ends, callers who reach nobody.")
    @OptionGroup var entry: AnsweringCommands.ExtensionOption
    @OptionGroup var global: GlobalOptions

    func run() async throws {
      try await global.run {
        findings(in: try await $0.get(entry.path + "/flow/draft"))
      }
    }
  }

  struct Discard: AsyncParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Throws the draft away.")
    @OptionGroup var entry: AnsweringCommands.ExtensionOption
    @OptionGroup var global: GlobalOptions

    func run() async throws {
      try await global.run {
        Output(try await $0.delete(entry.path + "/flow/draft"), columns: versionColumns)
      }
    }
  }

  struct Publish: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Makes the draft the next version, which callers go through from now on.")
    @OptionGroup var entry: AnsweringCommands.ExtensionOption
    @Option(help: "What is new.") var note = ""
    @OptionGroup var global: GlobalOptions

    func run() async throws {
      try await global.run {
        Output(
          try await $0.post(entry.path + "/flow/versions", ["note": .string(note)]),
          columns: versionColumns)
      }
    }
  }

  struct Versions: AsyncParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Lists versions, the latest first.")
    @OptionGroup var entry: AnsweringCommands.ExtensionOption
    @OptionGroup var global: GlobalOptions

    func run() async throws {
      try await global.run {
        Output(try await $0.get(entry.path + "/flow/versions"), columns: versionColumns)
      }
    }
  }

  struct RollBack: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "roll-back", abstract: "Has callers go through an earlier version again.")
    @OptionGroup var entry: AnsweringCommands.ExtensionOption
    @Option(help: "Which.") var version: Int
    @OptionGroup var global: GlobalOptions

    func run() async throws {
      try await global.run {
        Output(
          try await $0.put(
            entry.path + "/flow", .object(["version": .number(Decimal(version))])),
          columns: versionColumns)
      }
    }
  }

  struct Difference: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "diff", abstract: "Says which steps one version has otherwise than another.")
    @OptionGroup var entry: AnsweringCommands.ExtensionOption
    @Option(help: "A version, draft, or in-force.") var from = "in-force"
    @Option(help: "A version, draft, or in-force.") var to = "draft"
    @OptionGroup var global: GlobalOptions

    func run() async throws {
      let path = queried(entry.path + "/flow/difference", [("from", from), ("to", to)])
      try await global.run {
        Output(
          try await $0.get(path),
          columns: [
            Output.Column("Began at", "start.from"), Output.Column("Begins at", "start.to"),
            Output.Column("Added", "added"), Output.Column("Removed", "removed"),
            Output.Column("Changed", "changed"),
          ])
      }
    }
  }

  struct Explain: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Says who rings for a call that nobody answers, in which order, and why.")
    @OptionGroup var entry: AnsweringCommands.ExtensionOption
    @Option(help: "Who calls, as it is shown: 102 or +44…; without it, somebody who hides.")
    var caller: String?
    @Option(help: "The number that is called, +44…; else the extension.") var called: String?
    @Option(help: "When, 2026-12-25T18:05:00Z; else now.") var at: String?
    @Option(help: "What the caller presses, one key for each menu.") var keys: String?
    @Option(help: "A version, draft, or in-force.") var version: String?
    @OptionGroup var global: GlobalOptions

    func run() async throws {
      let path = queried(
        entry.path + "/flow/walk",
        [("caller", caller), ("called", called), ("at", at), ("keys", keys), ("version", version)])
      try await global.run {
        Output(
          try await $0.get(path),
          columns: [
            Output.Column("Step", "step"), Output.Column("Does", "do"),
            Output.Column("Holds", "holds"), Output.Column("What happens", "text"),
          ])
      }
    }
  }

  struct Withdraw: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Has the extension's devices ring again; all versions stay.")
    @OptionGroup var entry: AnsweringCommands.ExtensionOption
    @OptionGroup var global: GlobalOptions

    func run() async throws {
      try await global.run {
        Output(try await $0.delete(entry.path + "/flow"), columns: versionColumns)
      }
    }
  }
}
