import ArgumentParser
import Foundation

struct PagingCommands: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "paging",
    abstract: "Colleagues whose telephones answer by themselves, and hear who calls.",
    subcommands: [Show.self, Replace.self, Remove.self])
  static let columns = [
    Output.Column("Members", "members"), Output.Column("Who may page", "pagers"),
    Output.Column("Members talk back", "talks_back"),
    Output.Column("Lasts seconds at most", "longest"),
  ]

  struct Show: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Shows where an extension's callers are heard.")
    @OptionGroup var entry: AnsweringCommands.ExtensionOption
    @OptionGroup var global: GlobalOptions

    func run() async throws {
      try await global.run {
        Output(try await $0.get(entry.path + "/paging-group"), columns: columns)
      }
    }
  }

  struct Replace: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "set",
      abstract: "Lets an extension's callers be heard at colleagues' telephones.",
      discussion: """
        Whoever dials the extension is heard at all members' telephones, which answer by themselves: \
        those of members who talk or want no calls are left out. Without --pager everybody of the \
        tenant may; nobody from outside ever may.
        """)
    @OptionGroup var entry: AnsweringCommands.ExtensionOption
    @Option(help: "Whose telephones answer, ext_…; repeat it.") var member: [String]
    @Option(help: "Who alone may page them, ext_…; repeat it.") var pager: [String] = []
    @Flag(help: "Members are heard too, by all.") var talksBack = false
    @Option(help: "Seconds that a page lasts at most.") var longest = 60
    @OptionGroup var global: GlobalOptions

    func run() async throws {
      var group: [String: JSON] = [
        "members": .array(member.map(JSON.string)), "talks_back": .bool(talksBack),
        "longest": .number(Decimal(longest)),
      ]
      if !pager.isEmpty { group["pagers"] = .array(pager.map(JSON.string)) }
      try await global.run { [group] in
        Output(try await $0.put(entry.path + "/paging-group", .object(group)), columns: columns)
      }
    }
  }

  struct Remove: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Lets an extension ring its own devices again.")
    @OptionGroup var entry: AnsweringCommands.ExtensionOption
    @OptionGroup var global: GlobalOptions

    func run() async throws {
      try await global.run {
        Output(try await $0.delete(entry.path + "/paging-group"), columns: columns)
      }
    }
  }
}
