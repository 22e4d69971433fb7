import ArgumentParser
import Foundation

struct MailboxCommands: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "mailbox", abstract: "Where callers leave messages for an extension.",
    subcommands: [
      Show.self, Replace.self, Remove.self, SetPIN.self, RemovePIN.self, Messages.self, Mark.self,
      Delete.self, Forward.self, Sound.self,
    ])
  static let columns = [
    Output.Column("Longest message in seconds", "longest_message"),
    Output.Column("Most messages", "most_messages"),
    Output.Column("Kept for days", "retention_days"), Output.Column("Greeting", "greeting"),
    Output.Column("Full", "is_full"),
    Output.Column("PIN", "has_pin"),
  ]
  static let messageColumns = [
    Output.Column("Message", "id"), Output.Column("Left", "left_at"),
    Output.Column("Caller", "caller"), Output.Column("Name", "caller_name"),
    Output.Column("Seconds", "seconds"), Output.Column("State", "state"),
    Output.Column("Ended by", "ending"), Output.Column("Forwarded by", "forwarded_by"),
  ]

  /// A message in an extension's mailbox.
  struct MessageOption: ParsableArguments {
    @Argument(help: "The message's id, snd_….") var message: String
    @Option(name: .customLong("extension"), help: "The extension's id, ext_….") var entry: String
    @OptionGroup var tenant: TenantOption

    var path: String { tenant.path + "/extensions/\(entry)/mailbox/messages/\(message)" }
  }

  struct Show: AsyncParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Shows an extension's mailbox.")
    @OptionGroup var entry: AnsweringCommands.ExtensionOption
    @OptionGroup var global: GlobalOptions

    func run() async throws {
      try await global.run {
        Output(try await $0.get(entry.path + "/mailbox"), columns: columns)
      }
    }
  }

  struct Replace: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "set", abstract: "Gives an extension a mailbox, or changes it.",
      discussion: "Messages that are there stay.")
    @OptionGroup var entry: AnsweringCommands.ExtensionOption
    @Option(help: "Seconds of one message.") var longestMessage = 180
    @Option(help: "Messages that it holds.") var mostMessages = 100
    @Option(help: "Days after which messages are deleted; without it, they stay.")
    var retentionDays: Int?
    @Option(
      help: "What callers hear, a sound of the tenant's, snd_…; without it, that nobody is there.")
    var greeting: String?
    @OptionGroup var global: GlobalOptions

    func run() async throws {
      var mailbox: [String: JSON] = [
        "longest_message": .number(Decimal(longestMessage)),
        "most_messages": .number(Decimal(mostMessages)),
      ]
      mailbox["greeting"] = greeting.map { .string($0) }
      mailbox["retention_days"] = retentionDays.map { .number(Decimal($0)) }
      try await global.run {
        Output(try await $0.put(entry.path + "/mailbox", .object(mailbox)), columns: columns)
      }
    }
  }

  struct Remove: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Takes an extension's mailbox away, with all its messages.")
    @OptionGroup var entry: AnsweringCommands.ExtensionOption
    @OptionGroup var global: GlobalOptions

    func run() async throws {
      try await global.run {
        Output(try await $0.delete(entry.path + "/mailbox"), columns: columns)
      }
    }
  }

  struct SetPIN: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "set-pin",
      abstract: "Lets whoever knows this PIN hear the mailbox from any phone of the tenant's.")
    @OptionGroup var entry: AnsweringCommands.ExtensionOption
    @Option(help: "4 to 10 digits.") var pin: String
    @OptionGroup var global: GlobalOptions

    func run() async throws {
      try await global.run {
        Output(
          try await $0.put(entry.path + "/mailbox/pin", .object(["pin": .string(pin)])),
          columns: columns)
      }
    }
  }

  struct RemovePIN: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "remove-pin",
      abstract: "Has the mailbox heard from its owner's phones only.")
    @OptionGroup var entry: AnsweringCommands.ExtensionOption
    @OptionGroup var global: GlobalOptions

    func run() async throws {
      try await global.run {
        Output(try await $0.delete(entry.path + "/mailbox/pin"), columns: columns)
      }
    }
  }

  struct Messages: ListCommand {
    static let configuration = CommandConfiguration(
      abstract: "Lists the messages in an extension's mailbox, newest first.")
    static let columns = MailboxCommands.messageColumns
    @OptionGroup var entry: AnsweringCommands.ExtensionOption
    @OptionGroup var page: PageOptions
    @OptionGroup var global: GlobalOptions
    var path: String { entry.path + "/mailbox/messages" }
  }

  struct Mark: AsyncParsableCommand {
    /// How far its owner is with a message.
    enum State: String, ExpressibleByArgument { case new, heard, saved }

    static let configuration = CommandConfiguration(
      abstract: "Marks a message as new, heard, or saved.")
    @OptionGroup var message: MessageOption
    @Option(help: "new, heard, or saved.") var state: State
    @OptionGroup var global: GlobalOptions

    func run() async throws {
      try await global.run {
        Output(
          try await $0.patch(message.path, ["state": .string(state.rawValue)]),
          columns: messageColumns)
      }
    }
  }

  struct Delete: AsyncParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Deletes a message.")
    @OptionGroup var message: MessageOption
    @OptionGroup var global: GlobalOptions

    func run() async throws {
      try await global.run {
        Output(try await $0.delete(message.path), columns: messageColumns)
      }
    }
  }

  struct Forward: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Lays a message in a colleague's mailbox, too.",
      discussion: "It is new there, with its caller, time and sound, and says who forwarded it.")
    @OptionGroup var message: MessageOption
    @Option(help: "An extension with a mailbox, ext_….") var to: String
    @OptionGroup var global: GlobalOptions

    func run() async throws {
      try await global.run {
        Output(
          try await $0.post(message.path + "/forward", ["to": .string(to)]),
          columns: messageColumns)
      }
    }
  }

  struct Sound: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Writes a message as an MP3 file.")
    @OptionGroup var message: MessageOption
    @Option(help: "The file to write.") var output: String
    @OptionGroup var global: GlobalOptions

    func run() async throws {
      try await global.run { try await $0.save(message.path + "/sound", in: output) }
    }
  }
}
