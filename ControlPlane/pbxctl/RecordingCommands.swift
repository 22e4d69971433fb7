import ArgumentParser
import Foundation

struct RecordingCommands: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "recording", abstract: "Recorded calls.",
    subcommands: [
      List.self, Fetch.self, Delete.self, Hold.self, Release.self, History.self, Retention.self,
      Begin.self, Pause.self, Resume.self, End.self,
    ])
  static let columns = [
    Output.Column("Recording", "id"), Output.Column("Call", "call"),
    Output.Column("Begun", "begun_at"), Output.Column("From", "from"), Output.Column("To", "to"),
    Output.Column("Seconds", "seconds"), Output.Column("State", "state"),
    Output.Column("Interruptions", "interruptions"), Output.Column("Rule", "rule"),
    Output.Column("Held since", "hold.since"), Output.Column("because", "hold.reason"),
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

  struct Hold: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Keeps a recording until somebody releases it, however old it becomes.")
    @OptionGroup var recording: RecordingOption
    @Option(help: "Why.") var reason: String
    @OptionGroup var global: GlobalOptions

    func run() async throws {
      try await global.run {
        Output(
          try await $0.put(recording.path + "/hold", .object(["reason": .string(reason)])),
          columns: columns)
      }
    }
  }

  struct Release: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Lets a recording that is held go when its time is over.")
    @OptionGroup var recording: RecordingOption
    @OptionGroup var global: GlobalOptions

    func run() async throws {
      try await global.run {
        Output(try await $0.delete(recording.path + "/hold"), columns: columns)
      }
    }
  }

  struct History: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Says who held, released and deleted a recording, also when it is gone.")
    @OptionGroup var recording: RecordingOption
    @OptionGroup var global: GlobalOptions

    func run() async throws {
      try await global.run {
        Output(
          try await $0.get(recording.path + "/history"),
          columns: [
            Output.Column("At", "at"), Output.Column("Was", "event"), Output.Column("By", "key"),
            Output.Column("Because", "reason"),
          ])
      }
    }
  }

  // MARK: - While a call goes on

  /// A call of a tenant's that is up.
  struct CallOption: ParsableArguments {
    @Argument(help: "The call's id, call_….") var call: String
    @OptionGroup var tenant: TenantOption

    func order(_ wish: String, _ global: GlobalOptions) async throws {
      try await global.run {
        Output(
          try await $0.post(tenant.path + "/calls/\(call)/recording", ["wish": .string(wish)]),
          columns: columns)
      }
    }
  }

  struct Begin: AsyncParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Has a call recorded from now on.")
    @OptionGroup var call: CallOption
    @OptionGroup var global: GlobalOptions

    func run() async throws { try await call.order("begin", global) }
  }

  struct Pause: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract:
        "Has nothing of a call recorded until it goes on: somebody reads out a card's number.",
      discussion: "In the call *2 does the same, and *1 has it go on, where a rule has it recorded."
    )
    @OptionGroup var call: CallOption
    @OptionGroup var global: GlobalOptions

    func run() async throws { try await call.order("pause", global) }
  }

  struct Resume: AsyncParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Ends a pause.")
    @OptionGroup var call: CallOption
    @OptionGroup var global: GlobalOptions

    func run() async throws { try await call.order("resume", global) }
  }

  struct End: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Has a call recorded no longer, unless a rule wants it.")
    @OptionGroup var call: CallOption
    @OptionGroup var global: GlobalOptions

    func run() async throws { try await call.order("end", global) }
  }

  // MARK: - How long

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
