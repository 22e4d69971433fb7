import ArgumentParser

struct SiteCommands: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "site", abstract: "Datacenters.", subcommands: [Create.self, List.self])
  static let columns = [Output.Column("Site", "name")]

  struct Create: CreateCommand {
    static let configuration = CommandConfiguration(abstract: "Adds a site.")
    static let columns = SiteCommands.columns
    @Argument(help: "1 to 32 characters of a-z, 0-9 and -.") var name: String
    @OptionGroup var creation: CreationOptions
    @OptionGroup var global: GlobalOptions

    var path: String { "/v1/sites" }
    func members() -> [String: JSON?] { ["name": .string(name)] }
  }

  struct List: ListCommand {
    static let configuration = CommandConfiguration(abstract: "Lists the sites.")
    static let columns = SiteCommands.columns
    @OptionGroup var page: PageOptions
    @OptionGroup var global: GlobalOptions
    var path: String { "/v1/sites" }
  }
}

struct NodeCommands: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "node", abstract: "Media nodes.",
    subcommands: [Create.self, List.self, DrainCommand.self, UndrainCommand.self])
  static let columns = [
    Output.Column("Node", "name"), Output.Column("Site", "site"),
    Output.Column("Linked", "linked"), Output.Column("Draining", "draining"),
    Output.Column("Beat age ms", "beat_age_milliseconds"),
    Output.Column("Calls", "load.calls"), Output.Column("Bindings", "load.bindings"),
  ]

  struct Create: CreateCommand {
    static let configuration = CommandConfiguration(abstract: "Admits a node to the fleet.")
    static let columns = NodeCommands.columns
    @Argument(help: "The common name of the node's certificate.") var name: String
    @Option(help: "The site it stands in.") var site: String
    @OptionGroup var creation: CreationOptions
    @OptionGroup var global: GlobalOptions

    var path: String { "/v1/nodes" }
    func members() -> [String: JSON?] { ["name": .string(name), "site": .string(site)] }
  }

  struct List: ListCommand {
    static let configuration = CommandConfiguration(
      abstract: "Lists the nodes, their links and what they carry.")
    static let columns = NodeCommands.columns
    @OptionGroup var page: PageOptions
    @OptionGroup var global: GlobalOptions
    var path: String { "/v1/nodes" }
  }
}

struct AddressCommands: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "address", abstract: "Service addresses, which move between nodes.",
    subcommands: [Create.self, Change.self, List.self])
  static let columns = [
    Output.Column("Address", "name"), Output.Column("IP", "ip"), Output.Column("IPv6", "ip6"),
    Output.Column("Role", "role"), Output.Column("Site", "site"), Output.Column("Holder", "holder"),
    Output.Column("Held by", "held_by"), Output.Column("Heir", "heir"),
    Output.Column("Standby", "standby"), Output.Column("Epoch", "epoch"),
    Output.Column("Doubt", "doubt"),
  ]

  struct Create: CreateCommand {
    static let configuration = CommandConfiguration(abstract: "Adds a service address.")
    static let columns = AddressCommands.columns
    @Argument(help: "1 to 32 characters of a-z, 0-9 and -.") var name: String
    @Option(help: "The site it belongs to.") var site: String
    @Option(help: "The IP address that phones or carriers talk to.") var ip: String
    @Option(help: "Where they find it by IPv6 besides.") var ip6: String?
    @Option(help: "phones or trunks.") var role: String
    @Option(help: "The node that holds it first.") var holder: String
    @OptionGroup var creation: CreationOptions
    @OptionGroup var global: GlobalOptions

    var path: String { "/v1/addresses" }
    func members() -> [String: JSON?] {
      [
        "name": .string(name), "site": .string(site), "ip": .string(ip),
        "ip6": .optional(ip6), "role": .string(role), "holder": .string(holder),
      ]
    }
  }

  struct Change: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Says where an address is found from now on, as its nodes' configuration does.")
    @Argument(help: "The address's name.") var name: String
    @Option(help: "The IP address that phones or carriers talk to.") var ip: String?
    @Option(help: "Where they find it by IPv6 besides.") var ip6: String?
    @Flag(name: .customLong("no-ip6"), help: "It is not found by IPv6 any more.") var noIP6 = false
    @OptionGroup var global: GlobalOptions

    func validate() throws {
      guard !(noIP6 && ip6 != nil) else { throw ValidationError("Either --ip6 or --no-ip6.") }
      guard ip != nil || ip6 != nil || noIP6 else { throw ValidationError("Nothing is to change.") }
    }

    func run() async throws {
      let changes: [String: JSON?] = [
        "ip": .optional(ip), "ip6": noIP6 ? JSON.null : JSON.optional(ip6),
      ]
      try await global.run {
        Output(
          try await $0.patch("/v1/addresses/\(name)", changes),
          columns: AddressCommands.columns)
      }
    }
  }

  struct List: ListCommand {
    static let configuration = CommandConfiguration(
      abstract: "Lists the service addresses and who holds them.")
    static let columns = AddressCommands.columns
    @OptionGroup var page: PageOptions
    @OptionGroup var global: GlobalOptions
    var path: String { "/v1/addresses" }
  }
}
