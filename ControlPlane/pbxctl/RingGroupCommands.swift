import ArgumentParser
import Foundation

struct RingGroupCommands: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "ring-group", abstract: "Colleagues who are rung for an extension.",
    subcommands: [Show.self, Replace.self, Remove.self])
  static let columns = [
    Output.Column("Strategy", "strategy"), Output.Column("Members", "members"),
    Output.Column("Rings for seconds", "rings_for"),
    Output.Column("Passes over who talks", "skips_busy"),
    Output.Column("Asks who answers", "confirms"),
  ]

  /// Who is rung first.
  enum Strategy: String, ExpressibleByArgument {
    case together, random
    case inTurn = "in-turn"
  }

  struct Show: AsyncParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Shows whom an extension rings.")
    @OptionGroup var entry: AnsweringCommands.ExtensionOption
    @OptionGroup var global: GlobalOptions

    func run() async throws {
      try await global.run {
        Output(try await $0.get(entry.path + "/ring-group"), columns: columns)
      }
    }
  }

  struct Replace: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "set", abstract: "Lets an extension ring colleagues.")
    @OptionGroup var entry: AnsweringCommands.ExtensionOption
    @Option(help: "together, in-turn, or random.") var strategy: Strategy = .together
    @Option(help: "Whom it rings, ext_…; repeat it, in their turn.") var member: [String] = []
    @Option(
      help: ArgumentHelp(
        "A file with the members, - for standard input, in the place of --member.",
        discussion: """
          A JSON array: ["ext_…", {"extension": "ext_…", "after": 5, "rings_for": 10}, \
          {"outside": "07700900123", "after": 10}]. A number outside has whoever answers press 1 to take the \
          call, unless "confirms" is false.
          """))
    var membersFile: String?
    @Option(help: "Seconds of each turn.") var ringsFor = 20
    @Flag(help: "Members who talk are rung too.") var ringsBusy = false
    @Flag(help: "Whoever answers must press 1 to take the call.") var confirms = false
    @OptionGroup var global: GlobalOptions

    func validate() throws {
      guard member.isEmpty == (membersFile != nil) else {
        throw ValidationError("Either --member or --members-file.")
      }
    }

    func run() async throws {
      let members =
        try membersFile.map { try JSON(parsing: contents(ofFile: $0)) }
        ?? .array(member.map(JSON.string))
      let group: [String: JSON] = [
        "strategy": .string(strategy.rawValue), "members": members,
        "rings_for": .number(Decimal(ringsFor)), "skips_busy": .bool(!ringsBusy),
        "confirms": .bool(confirms),
      ]
      try await global.run {
        Output(try await $0.put(entry.path + "/ring-group", .object(group)), columns: columns)
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
        Output(try await $0.delete(entry.path + "/ring-group"), columns: columns)
      }
    }
  }
}
