import ArgumentParser

@main
struct ControlPlaneServer: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "ControlPlaneServer", abstract: "A replica of Tandem's control plane.",
    subcommands: [Serve.self, Migrate.self, CreateOperatorKey.self],
    defaultSubcommand: Serve.self)
}

/// Where every subcommand takes its settings from.
struct SettingsOptions: ParsableArguments {
  @Option(help: "A JSON file with the settings.")
  var config: String?

  @Argument(
    parsing: .allUnrecognized,
    help: "Settings that go before the file and TANDEM_* variables: --api-port 7080.")
  var settings: [String] = []

  func load() async throws -> ServerSettings {
    try await ServerSettings.load(file: config, arguments: settings)
  }
}
