import ArgumentParser

/// The operator's command line: a client of the API, one file per group of commands.
@main
struct PBXControl: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "pbxctl",
    abstract: "Runs a Tandem installation from the command line.",
    discussion: """
      Speaks to the API at --api (or TANDEM_API) with the key in TANDEM_API_KEY or --key-file. \
      Every command prints a table for people, or JSON with --json. Exit status: 0 done, 1 refused \
      by the API, 64 wrong usage, 69 the API cannot be reached.
      """,
    subcommands: [
      SiteCommands.self, NodeCommands.self, AddressCommands.self, ResellerCommands.self,
      KeyCommands.self, PriceListCommands.self, TrunkCommands.self, TenantCommands.self,
      ExtensionCommands.self, AnsweringCommands.self, AnsweringSwitchCommands.self,
      FeatureCodeCommands.self, RingGroupCommands.self, PagingCommands.self, FollowMeCommands.self,
      MenuCommands.self, QueueCommands.self, FlowCommands.self, SoundCommands.self,
      ContactCommands.self, ScreeningCommands.self,
      MailboxCommands.self,
      NumberCommands.self, CallCommands.self, CDRCommands.self, RecordingCommands.self,
      RecordingRuleCommands.self,
      QuarantineCommands.self, DrillCommands.self, UpgradeCommand.self,
    ])
}
