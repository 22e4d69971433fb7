import ArgumentParser
import Foundation

struct MenuCommands: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "menu",
    abstract: "What callers of an extension hear, and where the keys lead that they press.",
    subcommands: [Show.self, Replace.self, Remove.self])
  static let columns =
    [
      Output.Column("Prompt", "prompt"), Output.Column("Language", "language"),
      Output.Column("Takes extensions", "takes_extensions"),
      Output.Column("Seconds for the first key", "patience"), Output.Column("Repeats", "repeats"),
    ]
    + ["1", "2", "3", "4", "5", "6", "7", "8", "9", "0", "*", "#"].flatMap { key in
      [
        Output.Column("Key \(key)", "choices.\(key).then"),
        Output.Column("  to", "choices.\(key).to"),
      ]
    } + [Output.Column("Finally", "finally.then"), Output.Column("  to", "finally.to")]

  struct Show: AsyncParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Shows an extension's menu.")
    @OptionGroup var entry: AnsweringCommands.ExtensionOption
    @OptionGroup var global: GlobalOptions

    func run() async throws {
      try await global.run { Output(try await $0.get(entry.path + "/menu"), columns: columns) }
    }
  }

  struct Replace: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "set", abstract: "Gives an extension a menu, in the place of its devices.",
      discussion: """
        A destination is extension:ext_… (a colleague, a group, another menu), mailbox:ext_…, \
        outside:+44…, room:77, or hang-up.
        """)
    @OptionGroup var entry: AnsweringCommands.ExtensionOption
    @Option(help: "What is played, snd_…; without it, the keys are named.") var prompt: String?
    @Option(help: "de, en, es, fr, it, or ru: what is said besides.") var language: String?
    @Option(help: "KEY=DESTINATION; repeat it.") var choice: [String] = []
    @Flag(help: "Callers may key in an extension.") var takesExtensions = false
    @Option(help: "Seconds that the first key may take after the prompt.") var patience = 5
    @Option(help: "How often the prompt is played again.") var repeats = 2
    @Option(help: "Where callers go whom that did not help.") var finally = "hang-up"
    @OptionGroup var global: GlobalOptions

    func run() async throws {
      var menu: [String: JSON] = [
        "choices": .object(try MenuCommands.choices(choice)),
        "takes_extensions": .bool(takesExtensions), "patience": .number(Decimal(patience)),
        "repeats": .number(Decimal(repeats)), "finally": MenuCommands.destination(finally),
      ]
      menu["prompt"] = .optional(prompt)
      menu["language"] = .optional(language)
      try await global.run {
        Output(try await $0.put(entry.path + "/menu", .object(menu)), columns: columns)
      }
    }
  }

  struct Remove: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Takes an extension's menu away: its devices are rung again.")
    @OptionGroup var entry: AnsweringCommands.ExtensionOption
    @OptionGroup var global: GlobalOptions

    func run() async throws {
      try await global.run { Output(try await $0.delete(entry.path + "/menu"), columns: columns) }
    }
  }

  /// `1=extension:ext_…`
  private static func choices(_ texts: [String]) throws -> [String: JSON] {
    var choices: [String: JSON] = [:]
    for text in texts {
      let parts = text.split(separator: "=", maxSplits: 1)
      guard parts.count == 2 else {
        throw ValidationError("“\(text)” is no KEY=DESTINATION, like 1=extension:ext_….")
      }
      let key = String(parts[0])
      guard choices.updateValue(destination(String(parts[1])), forKey: key) == nil else {
        throw ValidationError("The key \(key) is given twice.")
      }
    }
    return choices
  }

  /// `extension:ext_…`, `hang-up`
  static func destination(_ text: String) -> JSON {
    let parts = text.split(separator: ":", maxSplits: 1).map(String.init)
    var destination: [String: JSON] = ["then": .string(parts.first ?? "")]
    if parts.count == 2 { destination["to"] = .string(parts[1]) }
    return .object(destination)
  }
}
