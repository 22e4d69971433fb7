import ArgumentParser
import Foundation

struct SoundCommands: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "sound",
    abstract: "A tenant's own sounds: prompts of menus, greetings of mailboxes.",
    subcommands: [List.self, Add.self, Get.self, Delete.self])
  static let columns = [
    Output.Column("Sound", "id"), Output.Column("Name", "name"),
    Output.Column("Seconds", "seconds"), Output.Column("Bytes", "bytes"),
    Output.Column("Since", "created_at"),
  ]

  /// A sound of a tenant's.
  struct SoundOption: ParsableArguments {
    @Argument(help: "The sound's id, snd_….") var sound: String
    @OptionGroup var tenant: TenantOption

    var path: String { tenant.path + "/sounds/\(sound)" }
  }

  struct List: ListCommand {
    static let configuration = CommandConfiguration(abstract: "Lists a tenant's sounds.")
    static let columns = SoundCommands.columns
    @OptionGroup var tenant: TenantOption
    @OptionGroup var page: PageOptions
    @OptionGroup var global: GlobalOptions
    var path: String { tenant.path + "/sounds" }
  }

  struct Add: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Uploads a WAV, MP3 or Ogg file of five minutes at most.",
      discussion: "It is converted to what calls play, and made as loud as other prompts are.")
    @Argument(help: "The file, - for standard input.") var file: String
    @Option(help: "What people know it by.") var name: String
    @OptionGroup var tenant: TenantOption
    @OptionGroup var global: GlobalOptions

    func run() async throws {
      let sound = try contents(ofFile: file)
      let path = queried(tenant.path + "/sounds", [("name", name)])
      try await global.run {
        Output(
          try await $0.post(path, file: sound, type: "application/octet-stream"), columns: columns)
      }
    }
  }

  struct Get: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Shows a sound, or writes it as a WAV file, as calls play it.")
    @OptionGroup var sound: SoundOption
    @Option(help: "The file to write.") var output: String?
    @OptionGroup var global: GlobalOptions

    func run() async throws {
      try await global.run { api in
        guard let output else { return Output(try await api.get(sound.path), columns: columns) }
        return try await api.save(sound.path + "/contents", in: output)
      }
    }
  }

  struct Delete: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Deletes a sound that no menu, mailbox or rule plays.")
    @OptionGroup var sound: SoundOption
    @OptionGroup var global: GlobalOptions

    func run() async throws {
      try await global.run { Output(try await $0.delete(sound.path), columns: columns) }
    }
  }
}
