import ArgumentParser
import Foundation

struct RecordingCommands: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "recording", abstract: "Recorded calls.",
    subcommands: [List.self, Fetch.self, Delete.self, Retention.self])
  static let columns = [
    Output.Column("Recording", "id"), Output.Column("Call", "call"),
    Output.Column("Begun", "begun_at"), Output.Column("From", "from"), Output.Column("To", "to"),
    Output.Column("Seconds", "seconds"), Output.Column("State", "state"),
    Output.Column("Interruptions", "interruptions"),
  ]

  /// A recording of a tenant's.
  struct RecordingOption: ParsableArguments {
    @Argument(help: "The recording's id, snd_….") var recording: String
    @OptionGroup var tenant: TenantOption

    var path: String { tenant.path + "/recordings/\(recording)" }
  }

  struct List: ListCommand {
    static let configuration = CommandConfiguration(
      abstract: "Lists a tenant's recorded calls, newest first.")
    static let columns = RecordingCommands.columns
    @OptionGroup var tenant: TenantOption
    @Option(help: "Of this call only, call_….") var call: String?
    @OptionGroup var page: PageOptions
    @OptionGroup var global: GlobalOptions
    var path: String { tenant.path + "/recordings" }
    var query: [(name: String, value: String?)] { [("call", call)] }
  }

  struct Fetch: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Writes a recording as an MP3 file.",
      discussion: "Of a call that is still recorded, what there is.")
    @OptionGroup var recording: RecordingOption
    @Option(help: "The file to write.") var output: String
    @OptionGroup var global: GlobalOptions

    func run() async throws {
      try await global.run { try await $0.save(recording.path + "/sound", in: output) }
    }
  }

  struct Delete: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Deletes a recording, also while its call goes on.")
    @OptionGroup var recording: RecordingOption
    @OptionGroup var global: GlobalOptions

    func run() async throws {
      try await global.run { Output(try await $0.delete(recording.path), columns: columns) }
    }
  }

  struct Retention: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Shows or says for how many days a tenant's recordings are kept.")
    @OptionGroup var tenant: TenantOption
    @Option(help: "Days after which recordings are deleted.") var days: Int?
    @Flag(help: "They stay until somebody deletes them.") var forever = false
    @OptionGroup var global: GlobalOptions

    func validate() throws {
      guard days == nil || !forever else { throw ValidationError("Either --days or --forever.") }
    }

    func run() async throws {
      let path = tenant.path + "/recording-retention"
      try await global.run { api in
        let isChange = forever || days != nil
        let kept: JSON = .object(["days": days.map { .number(Decimal($0)) } ?? .null])
        return Output(
          try await isChange ? api.put(path, kept) : api.get(path),
          columns: [Output.Column("Kept for days", "days")])
      }
    }
  }
}
