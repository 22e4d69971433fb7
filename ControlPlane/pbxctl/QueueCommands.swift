import ArgumentParser
import Foundation

struct QueueCommands: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "queue", abstract: "Callers of an extension wait until one of its agents is free.",
    subcommands: [Show.self, Live.self, Replace.self, CallOff.self, Remove.self])
  static let columns = [
    Output.Column("Strategy", "strategy"), Output.Column("Agents", "agents"),
    Output.Column("Rings for seconds", "rings_for"), Output.Column("Wrap-up seconds", "wrap_up"),
    Output.Column("Rests for seconds", "rests_for"),
    Output.Column("Pauses after", "pauses_after"), Output.Column("Callers at most", "most_waiting"),
    Output.Column("Longest wait", "longest_wait"), Output.Column("Needs agents", "needs_agents"),
    Output.Column("VIPs first", "puts_vips_first"),
    Output.Column("Place every seconds", "announces_every"),
    Output.Column("Says the wait", "announces_wait"), Output.Column("Language", "language"),
    Output.Column("Finally", "finally.then"), Output.Column("  to", "finally.to"),
    Output.Column("Callback by", "callback.key"),
    Output.Column("  after seconds", "callback.offered_after"),
    Output.Column("  from place", "callback.offered_from"),
    Output.Column("  other numbers", "callback.takes_other_numbers"),
    Output.Column("  attempts", "callback.attempts"),
    Output.Column("  pause seconds", "callback.pause"),
    Output.Column("  keeps for seconds", "callback.keeps_for"),
    Output.Column("  ends at", "callback.ends_at"),
  ]

  /// Whom a caller rings.
  enum Strategy: String, ExpressibleByArgument {
    case together
    case longestIdle = "longest-idle"
    case roundRobin = "round-robin"
    case fewestCalls = "fewest-calls"
  }

  struct Show: AsyncParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Shows an extension's queue.")
    @OptionGroup var entry: AnsweringCommands.ExtensionOption
    @OptionGroup var global: GlobalOptions

    func run() async throws {
      try await global.run { Output(try await $0.get(entry.path + "/queue"), columns: columns) }
    }
  }

  struct Live: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Shows who waits now, for how long, and what the agents do.")
    @OptionGroup var entry: AnsweringCommands.ExtensionOption
    @OptionGroup var global: GlobalOptions

    func run() async throws {
      try await global.run {
        Output(
          try await $0.get(entry.path + "/queue/live"),
          columns: [
            Output.Column("Waiting", "waiting"),
            Output.Column("Longest wait in seconds", "longest_wait"),
            Output.Column("Agents", "agents"), Output.Column("Callbacks", "callbacks"),
          ])
      }
    }
  }

  struct Replace: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "set", abstract: "Gives an extension a queue, in the place of its devices.",
      discussion: """
        Agents are at work until they log out, by *46 or pbxctl switches. A destination is \
        extension:ext_…, mailbox:ext_…, outside:+44…, room:77, or hang-up.
        """)
    @OptionGroup var entry: AnsweringCommands.ExtensionOption
    @Option(help: "together, longest-idle, round-robin, or fewest-calls.")
    var strategy: Strategy = .longestIdle
    @Option(help: "ext_…, or ext_…=TIER (1 to 9, 1 is rung first); repeat it.")
    var agent: [String] = []
    @Option(help: "Seconds that an agent is rung.") var ringsFor = 15
    @Option(help: "Seconds that an agent has for itself after a caller.") var wrapUp = 0
    @Option(help: "Seconds that an agent who did not answer is passed over.") var restsFor = 10
    @Option(help: "Calls in a row that an agent does not answer until it is paused.")
    var pausesAfter: Int?
    @Option(help: "Callers who wait at most; others go to --finally.") var mostWaiting = 100
    @Option(help: "Seconds that a caller waits at most.") var longestWait: Int?
    @Flag(help: "Callers wait also while no agent is there.") var withoutAgents = false
    @Flag(inversion: .prefixedNo, help: "VIPs come before others.") var vipsFirst = true
    @Option(help: "Seconds between the times that callers hear their place; 0: never.")
    var announcesEvery = 60
    @Flag(help: "They hear how long it will take, too.") var announcesWait = false
    @Option(help: "de, en, es, fr, it, or ru.") var language: String?
    @Option(help: "Where callers go whom nobody takes.") var finally = "hang-up"
    @Option(help: "The key that callers press to be called back: 0 to 9, * or #.")
    var callback: String?
    @Option(help: "Seconds until callers are told of it.") var callbackAfter = 30
    @Option(help: "Told to callers who stand at that place or behind.") var callbackFrom = 1
    @Flag(inversion: .prefixedNo, help: "Callers may name another number than their own.")
    var callbackOtherNumbers = true
    @Option(help: "How often a caller is called at most.") var callbackAttempts = 3
    @Option(help: "Seconds between two attempts.") var callbackPause = 300
    @Option(help: "Seconds that a place is kept at most.") var callbackKeepsFor = 14_400
    @Option(help: "When places end that day, by the tenant's clock, like 18:00.")
    var callbackEndsAt: String?
    @OptionGroup var global: GlobalOptions

    func run() async throws {
      var queue: [String: JSON] = [
        "strategy": .string(strategy.rawValue), "agents": .array(try agent.map(Self.agent)),
        "rings_for": .number(Decimal(ringsFor)), "wrap_up": .number(Decimal(wrapUp)),
        "rests_for": .number(Decimal(restsFor)), "most_waiting": .number(Decimal(mostWaiting)),
        "needs_agents": .bool(!withoutAgents), "puts_vips_first": .bool(vipsFirst),
        "announces_every": announcesEvery == 0 ? .null : .number(Decimal(announcesEvery)),
        "announces_wait": .bool(announcesWait), "finally": MenuCommands.destination(finally),
      ]
      queue["pauses_after"] = pausesAfter.map { .number(Decimal($0)) }
      queue["longest_wait"] = longestWait.map { .number(Decimal($0)) }
      queue["language"] = .optional(language)
      if let callback {
        queue["callback"] = .object([
          "key": .string(callback), "offered_after": .number(Decimal(callbackAfter)),
          "offered_from": .number(Decimal(callbackFrom)),
          "takes_other_numbers": .bool(callbackOtherNumbers),
          "attempts": .number(Decimal(callbackAttempts)),
          "pause": .number(Decimal(callbackPause)),
          "keeps_for": .number(Decimal(callbackKeepsFor)),
          "ends_at": callbackEndsAt.map(JSON.string) ?? .null,
        ])
      }
      let body = queue
      try await global.run {
        Output(try await $0.put(entry.path + "/queue", .object(body)), columns: columns)
      }
    }

    /// `ext_…=2`
    private static func agent(_ text: String) throws -> JSON {
      let parts = text.split(separator: "=", maxSplits: 1).map(String.init)
      guard parts.count == 2 else { return .object(["extension": .string(text)]) }
      guard let tier = Int(parts[1]) else {
        throw ValidationError("“\(text)” is no ext_…=TIER, like ext_…=2.")
      }
      return .object(["extension": .string(parts[0]), "tier": .number(Decimal(tier))])
    }
  }

  struct CallOff: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Calls a callback off that queue live shows: nobody is called for it any more.")
    @OptionGroup var entry: AnsweringCommands.ExtensionOption
    @Argument(help: "call_…, as queue live shows it.") var callback: String
    @OptionGroup var global: GlobalOptions

    func run() async throws {
      try await global.run {
        Output(
          try await $0.delete(entry.path + "/queue/callbacks/\(callback)"), columns: columns)
      }
    }
  }

  struct Remove: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Takes an extension's queue away: its devices are rung again.")
    @OptionGroup var entry: AnsweringCommands.ExtensionOption
    @OptionGroup var global: GlobalOptions

    func run() async throws {
      try await global.run { Output(try await $0.delete(entry.path + "/queue"), columns: columns) }
    }
  }
}
