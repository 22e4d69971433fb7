import ArgumentParser
import Foundation

struct AnsweringCommands: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "answering", abstract: "What becomes of the calls to an extension.",
    subcommands: [List.self, Replace.self, Explain.self])
  static let columns = [
    Output.Column("Name", "name"), Output.Column("When", "when"), Output.Column("After", "after"),
    Output.Column("From", "from"), Output.Column("Numbers", "numbers"),
    Output.Column("Group", "group"),
    Output.Column("Called", "called"), Output.Column("Then", "then"), Output.Column("To", "to"),
    Output.Column("Greeting", "greeting"),
  ]

  struct ExtensionOption: ParsableArguments {
    @Argument(help: "The extension's id, ext_….") var id: String
    @OptionGroup var tenant: TenantOption

    var path: String { tenant.path + "/extensions/\(id)" }
  }

  struct List: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Lists an extension's rules; the first that fits decides.")
    @OptionGroup var entry: ExtensionOption
    @OptionGroup var global: GlobalOptions

    func run() async throws {
      try await global.run {
        Output(try await $0.get(entry.path + "/answering-rules"), columns: columns)
      }
    }
  }

  struct Replace: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "set", abstract: "Puts rules in the place of an extension's.",
      discussion: """
        The file has a JSON array of rules, in their order: \
        [{"when": "no-answer", "after": 15, "from": "outside", "then": "forward", "to": "102"}]. \
        An empty array takes all rules away.
        """)
    @OptionGroup var entry: ExtensionOption
    @Option(help: "A file with the rules, - for standard input.") var rulesFile: String
    @OptionGroup var global: GlobalOptions

    func run() async throws {
      let rules = try JSON(parsing: contents(ofFile: rulesFile))
      try await global.run {
        Output(
          try await $0.put(entry.path + "/answering-rules", .object(["items": rules])),
          columns: columns)
      }
    }
  }

  struct Explain: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Says what becomes of a call, and which rule decides.")
    static let columns = [
      Output.Column("There it is", "local_time"), Output.Column("In", "time_zone"),
      Output.Column("Screening", "screening.verdict"), Output.Column("of", "screening.from"),
      Output.Column("As the call comes", "arrival.then"), Output.Column("to", "arrival.to"),
      Output.Column("by the rule", "arrival.name"),
      Output.Column("Without a device", "offline.then"), Output.Column("to", "offline.to"),
      Output.Column("While talking", "busy.then"), Output.Column("to", "busy.to"),
      Output.Column("Without an answer", "no_answer.then"), Output.Column("to", "no_answer.to"),
      Output.Column("after seconds", "rings_for"),
      Output.Column("Not found", "afterwards.then"), Output.Column("to", "afterwards.to"),
    ]
    @OptionGroup var entry: ExtensionOption
    @Option(help: "Who calls, as it is shown: 102 or +44…; without it, somebody who hides.")
    var caller: String?
    @Option(help: "The number that is called, +44…; else the extension.") var called: String?
    @Option(help: "When, 2026-12-25T18:05:00Z; else now.") var at: String?
    @OptionGroup var global: GlobalOptions

    func run() async throws {
      let path = queried(
        entry.path + "/answering-plan", [("caller", caller), ("called", called), ("at", at)])
      try await global.run { Output(try await $0.get(path), columns: Self.columns) }
    }
  }
}
