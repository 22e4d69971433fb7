import ArgumentParser
import Foundation

struct AnsweringSwitchCommands: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "switches",
    abstract:
      "Do not disturb, forwarding, agents at work, day and night, as phones switch them too.",
    subcommands: [Show.self, Turn.self])
  static let columns = [
    Output.Column("Do not disturb", "do_not_disturb"),
    Output.Column("Forwards all to", "forward_always"),
    Output.Column("When busy to", "forward_busy"),
    Output.Column("Without an answer to", "forward_no_answer"),
    Output.Column("after seconds", "no_answer_after"),
    Output.Column("Takes callers of queues", "queue_login"),
    Output.Column("Paused for", "queue_pause"),
    Output.Column("At night", "night"),
  ]

  struct Show: AsyncParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Shows what is switched on.")
    @OptionGroup var entry: AnsweringCommands.ExtensionOption
    @OptionGroup var global: GlobalOptions

    func run() async throws {
      try await global.run {
        Output(try await $0.get(entry.path + "/answering-switches"), columns: columns)
      }
    }
  }

  struct Turn: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "set", abstract: "Switches; what is not named stays as it is.")
    @OptionGroup var entry: AnsweringCommands.ExtensionOption
    @Flag(inversion: .prefixedNo, help: "The extension takes no calls.") var doNotDisturb: Bool?
    @Option(help: "Where all calls go: an extension, a number outside, or off.")
    var forwardAlways: String?
    @Option(help: "Where calls go while the user talks, or off.") var forwardBusy: String?
    @Option(help: "Where calls go that nobody answers, or off.") var forwardNoAnswer: String?
    @Option(help: "Seconds until nobody is thought to answer; with --forward-no-answer.")
    var noAnswerAfter: Int?
    @Flag(inversion: .prefixedNo, help: "An agent of queues is at work.") var queueLogin: Bool?
    @Option(help: "Why an agent takes no callers for a while, or off.") var queuePause: String?
    @Flag(inversion: .prefixedNo, help: "Callers of the call flow find the night.")
    var night: Bool?
    @OptionGroup var global: GlobalOptions

    func run() async throws {
      var members: [String: JSON?] = [
        "do_not_disturb": doNotDisturb.map(JSON.bool),
        "no_answer_after": noAnswerAfter.map { .number(Decimal($0)) },
        "queue_login": queueLogin.map(JSON.bool), "night": night.map(JSON.bool),
      ]
      for (name, target) in [
        ("forward_always", forwardAlways), ("forward_busy", forwardBusy),
        ("forward_no_answer", forwardNoAnswer), ("queue_pause", queuePause),
      ] {
        members[name] = target.map { $0 == "off" ? JSON.null : .string($0) }
      }
      let body = members
      try await global.run {
        Output(try await $0.patch(entry.path + "/answering-switches", body), columns: columns)
      }
    }
  }
}
