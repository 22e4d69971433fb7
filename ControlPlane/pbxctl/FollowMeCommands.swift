import ArgumentParser
import Foundation

struct FollowMeCommands: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "follow-me",
    abstract: "Where a user is looked for when an answering rule says follow-me.",
    subcommands: [Show.self, Replace.self, Remove.self])
  static let columns = [Output.Column("Steps", "steps")]

  struct Show: AsyncParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Shows where a user is looked for.")
    @OptionGroup var entry: AnsweringCommands.ExtensionOption
    @OptionGroup var global: GlobalOptions

    func run() async throws {
      try await global.run {
        Output(try await $0.get(entry.path + "/follow-me"), columns: columns)
      }
    }
  }

  struct Replace: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "set", abstract: "Says where a user is looked for.",
      discussion: """
        The file has a JSON array of steps, in their order: \
        [{"targets": [{"kind": "own"}], "rings_for": 15}, {"targets": [{"kind": "outside", "number": \
        "07700900123"}, {"kind": "extension", "extension": "ext_…"}], "rings_for": 20, "confirms": true}]. \
        Whoever answers elsewhere than at the user's own devices must press 1, unless confirms is false.
        """)
    @OptionGroup var entry: AnsweringCommands.ExtensionOption
    @Option(help: "A file with the steps, - for standard input.") var stepsFile: String
    @OptionGroup var global: GlobalOptions

    func run() async throws {
      let steps = try JSON(parsing: contents(ofFile: stepsFile))
      try await global.run {
        Output(
          try await $0.put(entry.path + "/follow-me", .object(["steps": steps])), columns: columns)
      }
    }
  }

  struct Remove: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Lets rules that say follow-me ring the user's own devices.")
    @OptionGroup var entry: AnsweringCommands.ExtensionOption
    @OptionGroup var global: GlobalOptions

    func run() async throws {
      try await global.run {
        Output(try await $0.delete(entry.path + "/follow-me"), columns: columns)
      }
    }
  }
}
