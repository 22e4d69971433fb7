import ArgumentParser
import Foundation

struct TenantCommands: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "tenant", abstract: "Tenants.", subcommands: [Create.self, List.self])
  static let columns = [
    Output.Column("Tenant", "id"), Output.Column("Name", "name"),
    Output.Column("Domain", "domain"), Output.Column("Home address", "home_address"),
  ]

  struct Create: CreateCommand {
    static let configuration = CommandConfiguration(abstract: "Adds a tenant.")
    static let columns = TenantCommands.columns
    @Argument(help: "The company's name.") var name: String
    @Option(help: "Whose customer it is, res_….") var reseller: String
    @Option(help: "The domain of its SIP addresses, demo.tandem.test.") var domain: String
    @Option(help: "The service address where its phones register.") var homeAddress: String
    @Option(help: "For numbers dialled the national way, 44.") var countryCode: String
    @Option(help: "What stands before national numbers.") var nationalPrefix: String = "0"
    @Option(help: "What stands before international numbers.") var internationalPrefix = "00"
    @Option(help: "What people dial for help; repeat it for several. Else 112, 911 and 999.")
    var emergencyNumber: [String] = []
    @Option(help: "Seconds until nobody is thought to answer.") var ringTimeout: Int = 30
    @OptionGroup var creation: CreationOptions
    @OptionGroup var global: GlobalOptions

    var path: String { "/v1/tenants" }
    func members() -> [String: JSON?] {
      [
        "name": .string(name), "reseller": .string(reseller), "domain": .string(domain),
        "home_address": .string(homeAddress), "country_code": .string(countryCode),
        "national_prefix": .string(nationalPrefix),
        "international_prefix": .string(internationalPrefix),
        "emergency_numbers": emergencyNumber.isEmpty
          ? nil : .array(emergencyNumber.map(JSON.string)),
        "ring_timeout": .number(Decimal(ringTimeout)),
      ]
    }
  }

  struct List: ListCommand {
    static let configuration = CommandConfiguration(abstract: "Lists the tenants.")
    static let columns = TenantCommands.columns
    @OptionGroup var page: PageOptions
    @OptionGroup var global: GlobalOptions
    var path: String { "/v1/tenants" }
  }
}

struct ExtensionCommands: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "extension", abstract: "A tenant's extensions.",
    subcommands: [Create.self, Change.self, List.self])
  static let columns = [
    Output.Column("Extension", "id"), Output.Column("Number", "number"),
    Output.Column("Name", "name"), Output.Column("Outside number", "outside_number"),
    Output.Column("May supervise", "may_supervise"),
    Output.Column("SIP password, shown this once", "password"),
  ]

  /// Which hashes of the password the phones of an extension are asked for.
  enum Digest: String, ExpressibleByArgument {
    case any, md5
    case sha256 = "sha-256"
  }

  struct Create: CreateCommand {
    static let configuration = CommandConfiguration(
      abstract: "Adds an extension and prints the SIP password it made.")
    static let columns = ExtensionCommands.columns
    @Argument(help: "2 to 6 digits: what colleagues dial, and the phone's user name.")
    var number: String
    @OptionGroup var tenant: TenantOption
    @Option(help: "Who it is.") var name: String
    @Option(help: "The number shown outside, +44….") var outsideNumber: String?
    @Option(help: "A file with the SIP password, - for standard input; else one is made.")
    var passwordFile: String?
    @Option(help: "any, or md5 for phones that give up when SHA-256 is offered, or sha-256.")
    var digest: Digest = .any
    @Flag(help: "It may listen to colleagues' calls, whisper to one of both and join them.")
    var supervisor = false
    @OptionGroup var creation: CreationOptions
    @OptionGroup var global: GlobalOptions

    var path: String { tenant.path + "/extensions" }
    func members() throws -> [String: JSON?] {
      [
        "number": .string(number), "name": .string(name),
        "outside_number": .optional(outsideNumber),
        "password": .optional(try passwordFile.map(secret(inFile:))),
        "digest": .string(digest.rawValue), "may_supervise": .bool(supervisor),
      ]
    }
  }

  struct Change: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Changes an extension; what is not named stays.")
    @OptionGroup var entry: AnsweringCommands.ExtensionOption
    @Option(help: "Who it is.") var name: String?
    @Option(help: "The number shown outside, +44….") var outsideNumber: String?
    @Flag(help: "Makes a new SIP password and prints it.") var newPassword = false
    @Flag(
      inversion: .prefixedNo,
      help: "It may listen to colleagues' calls, whisper to one of both and join them.")
    var supervisor: Bool?
    @OptionGroup var global: GlobalOptions

    func run() async throws {
      let changes: [String: JSON?] = [
        "name": .optional(name), "outside_number": .optional(outsideNumber),
        "new_password": newPassword ? .bool(true) : nil,
        "may_supervise": supervisor.map(JSON.bool),
      ]
      try await global.run {
        Output(
          try await $0.patch(entry.path, changes),
          columns: ExtensionCommands.columns)
      }
    }
  }

  struct List: ListCommand {
    static let configuration = CommandConfiguration(abstract: "Lists a tenant's extensions.")
    static let columns = Array(ExtensionCommands.columns.dropLast())
    @OptionGroup var tenant: TenantOption
    @OptionGroup var page: PageOptions
    @OptionGroup var global: GlobalOptions
    var path: String { tenant.path + "/extensions" }
  }
}

struct NumberCommands: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "number", abstract: "A tenant's public numbers.",
    subcommands: [Create.self, Change.self, List.self])
  static let columns = [
    Output.Column("Id", "id"), Output.Column("Number", "number"),
    Output.Column("Extension", "extension"), Output.Column("Phones show", "display"),
  ]

  /// What phones show of a call to a number.
  static let displayHelp: ArgumentHelp =
    "What phones show of who calls it, as 'Acme: {caller}'; {caller} is the name or the number, {number} the number."

  struct Create: CreateCommand {
    static let configuration = CommandConfiguration(
      abstract: "Gives a tenant a number that rings an extension.")
    static let columns = NumberCommands.columns
    @Argument(help: "E.164 with plus.") var number: String
    @OptionGroup var tenant: TenantOption
    @Option(name: .customLong("extension"), help: "What it rings, ext_….") var destination: String
    @Option(help: NumberCommands.displayHelp) var display: String?
    @OptionGroup var creation: CreationOptions
    @OptionGroup var global: GlobalOptions

    var path: String { tenant.path + "/numbers" }
    func members() -> [String: JSON?] {
      [
        "number": .string(number), "extension": .string(destination),
        "display": .optional(display),
      ]
    }
  }

  struct Change: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Changes a number; what is not named stays.")
    @Argument(help: "The number's id, num_….") var number: String
    @OptionGroup var tenant: TenantOption
    @Option(name: .customLong("extension"), help: "What it rings, ext_….")
    var destination: String?
    @Option(help: NumberCommands.displayHelp) var display: String?
    @Flag(help: "Phones show the caller alone again.") var noDisplay = false
    @OptionGroup var global: GlobalOptions

    func validate() throws {
      guard display == nil || !noDisplay else {
        throw ValidationError("--display and --no-display exclude each other")
      }
    }

    func run() async throws {
      let changes: [String: JSON?] = [
        "extension": .optional(destination),
        "display": noDisplay ? .null : .optional(display),
      ]
      try await global.run {
        Output(
          try await $0.patch(tenant.path + "/numbers/\(number)", changes),
          columns: NumberCommands.columns)
      }
    }
  }

  struct List: ListCommand {
    static let configuration = CommandConfiguration(abstract: "Lists a tenant's numbers.")
    static let columns = NumberCommands.columns
    @OptionGroup var tenant: TenantOption
    @OptionGroup var page: PageOptions
    @OptionGroup var global: GlobalOptions
    var path: String { tenant.path + "/numbers" }
  }
}
