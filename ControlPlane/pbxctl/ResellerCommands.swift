import ArgumentParser
import Foundation

struct ResellerCommands: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "reseller", abstract: "Resellers.", subcommands: [Create.self, List.self])
  static let columns = [Output.Column("Reseller", "id"), Output.Column("Name", "name")]

  struct Create: CreateCommand {
    static let configuration = CommandConfiguration(abstract: "Adds a reseller.")
    static let columns = ResellerCommands.columns
    @Argument(help: "The name on bills.") var name: String
    @OptionGroup var creation: CreationOptions
    @OptionGroup var global: GlobalOptions

    var path: String { "/v1/resellers" }
    func members() -> [String: JSON?] { ["name": .string(name)] }
  }

  struct List: ListCommand {
    static let configuration = CommandConfiguration(abstract: "Lists the resellers.")
    static let columns = ResellerCommands.columns
    @OptionGroup var page: PageOptions
    @OptionGroup var global: GlobalOptions
    var path: String { "/v1/resellers" }
  }
}

struct KeyCommands: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "key", abstract: "API keys.", subcommands: [Create.self, List.self])
  static let columns = [
    Output.Column("Key", "id"), Output.Column("Name", "name"), Output.Column("Role", "role"),
    Output.Column("Secret, shown this once", "key"),
  ]

  struct Create: CreateCommand {
    static let configuration = CommandConfiguration(
      abstract: "Makes an API key and prints it, this once.")
    static let columns = KeyCommands.columns
    @Option(help: "What the key is for.") var name: String
    @Option(help: "operator, reseller or tenant.") var role: String
    @Option(help: "The reseller it acts for, res_….") var reseller: String?
    @Option(help: "The tenant it acts for, ten_….") var tenant: String?
    @OptionGroup var creation: CreationOptions
    @OptionGroup var global: GlobalOptions

    var path: String { "/v1/keys" }
    func members() -> [String: JSON?] {
      [
        "name": .string(name), "role": .string(role), "reseller": .optional(reseller),
        "tenant": .optional(tenant),
      ]
    }
  }

  struct List: ListCommand {
    static let configuration = CommandConfiguration(abstract: "Lists the keys, not their secrets.")
    static let columns = Array(KeyCommands.columns.dropLast())
    @OptionGroup var page: PageOptions
    @OptionGroup var global: GlobalOptions
    var path: String { "/v1/keys" }
  }
}

struct TrunkCommands: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "trunk", abstract: "Connections to carriers.",
    subcommands: [Create.self, List.self])
  static let columns = [
    Output.Column("Trunk", "id"), Output.Column("Carrier", "carrier"),
    Output.Column("Our address", "address"), Output.Column("Peers", "peers"),
    Output.Column("Route", "route"),
    Output.Column("Price list", "price_list"),
  ]

  struct Create: CreateCommand {
    static let configuration = CommandConfiguration(abstract: "Connects a carrier.")
    static let columns = TrunkCommands.columns
    @Option(help: "The reseller whose tenants use it, res_….") var reseller: String
    @Option(help: "The carrier's name.") var carrier: String
    @Option(help: "Our service address that the carrier talks to.") var address: String
    @Option(help: "An address of the carrier, IP:PORT; the first takes our calls. Repeatable.")
    var peer: [String] = []
    @Option(help: "Where calls go instead, by the DNS: sip:carrier.example.net.") var route: String?
    @Option(help: "The DNS name of the certificate that the carrier shows over TLS.")
    var certificateName: String?
    @Option(help: "What its calls cost, plist_….") var priceList: String?
    @OptionGroup var proof: TrunkProofOptions
    @OptionGroup var profile: TrunkProfileOptions
    @OptionGroup var creation: CreationOptions
    @OptionGroup var global: GlobalOptions

    var path: String { "/v1/trunks" }
    func members() throws -> [String: JSON?] {
      [
        "reseller": .string(reseller), "carrier": .string(carrier), "address": .string(address),
        "peers": .array(peer.map(JSON.string)), "route": .optional(route),
        "certificate_name": .optional(certificateName), "price_list": .optional(priceList),
        "account": try proof.account(), "visitor": try proof.visitor(),
        "profile": profile.member,
      ]
    }
  }

  struct List: ListCommand {
    static let configuration = CommandConfiguration(abstract: "Lists the trunks.")
    static let columns = TrunkCommands.columns
    @OptionGroup var page: PageOptions
    @OptionGroup var global: GlobalOptions
    var path: String { "/v1/trunks" }
  }
}
