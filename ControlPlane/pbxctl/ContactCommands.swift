import ArgumentParser
import Foundation

struct ContactCommands: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "contact", abstract: "Whom a tenant knows outside: names, groups, VIPs.",
    subcommands: [
      List.self, Add.self, Get.self, Change.self, Delete.self, Import.self, Export.self,
    ])
  static let columns = [
    Output.Column("Contact", "id"), Output.Column("Name", "name"),
    Output.Column("Numbers", "numbers"), Output.Column("Groups", "groups"),
    Output.Column("VIP", "vip"),
  ]

  /// A contact of a tenant's.
  struct ContactOption: ParsableArguments {
    @Argument(help: "The contact's id, con_….") var contact: String
    @OptionGroup var tenant: TenantOption

    var path: String { tenant.path + "/contacts/\(contact)" }
  }

  /// What there is to say of somebody.
  struct Details: ParsableArguments {
    @Option(help: "What people call them.") var name: String
    @Option(help: "A telephone number, as people write it; repeat it.") var number: [String]
    @Option(help: "A group that they belong to; repeat it.") var group: [String] = []
    @Flag(help: "They matter most.") var vip = false

    var members: [String: JSON] {
      [
        "name": .string(name), "numbers": .array(number.map(JSON.string)),
        "groups": .array(group.map(JSON.string)), "vip": .bool(vip),
      ]
    }
  }

  struct List: ListCommand {
    static let configuration = CommandConfiguration(abstract: "Lists a tenant's contacts.")
    static let columns = ContactCommands.columns
    @OptionGroup var tenant: TenantOption
    @Option(help: "A part of a name or a number.") var search: String?
    @Option(help: "Those of this group.") var group: String?
    @OptionGroup var page: PageOptions
    @OptionGroup var global: GlobalOptions
    var path: String { tenant.path + "/contacts" }
    var query: [(name: String, value: String?)] { [("search", search), ("group", group)] }
  }

  struct Add: AsyncParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Adds somebody.")
    @OptionGroup var tenant: TenantOption
    @OptionGroup var details: Details
    @OptionGroup var global: GlobalOptions

    func run() async throws {
      try await global.run {
        Output(try await $0.post(tenant.path + "/contacts", details.members), columns: columns)
      }
    }
  }

  struct Get: AsyncParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Shows somebody.")
    @OptionGroup var contact: ContactOption
    @OptionGroup var global: GlobalOptions

    func run() async throws {
      try await global.run { Output(try await $0.get(contact.path), columns: columns) }
    }
  }

  struct Change: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "set", abstract: "Puts these details in the place of somebody's.")
    @OptionGroup var contact: ContactOption
    @OptionGroup var details: Details
    @OptionGroup var global: GlobalOptions

    func run() async throws {
      try await global.run {
        Output(try await $0.put(contact.path, .object(details.members)), columns: columns)
      }
    }
  }

  struct Delete: AsyncParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Forgets somebody.")
    @OptionGroup var contact: ContactOption
    @OptionGroup var global: GlobalOptions

    func run() async throws {
      try await global.run { Output(try await $0.delete(contact.path), columns: columns) }
    }
  }

  struct Import: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Adds everybody of a CSV or vCard file.",
      discussion: """
        CSV has its columns' names in the first line: name,numbers,groups,vip. Several numbers or groups of one \
        cell have | between them. Whoever is known by one of the numbers is replaced. Nobody is added when a \
        line is wrong.
        """)
    static let columns = [
      Output.Column("Added", "added"), Output.Column("Replaced", "replaced"),
    ]
    @Argument(help: "The file, - for standard input.") var file: String
    @OptionGroup var tenant: TenantOption
    @OptionGroup var global: GlobalOptions

    func run() async throws {
      let contacts = try contents(ofFile: file)
      try await global.run {
        Output(
          try await $0.post(tenant.path + "/contact-file", file: contacts, type: "text/plain"),
          columns: Self.columns)
      }
    }
  }

  struct Export: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Writes a tenant's contacts as a CSV file.")
    @OptionGroup var tenant: TenantOption
    @Option(help: "The file to write.") var output: String
    @OptionGroup var global: GlobalOptions

    func run() async throws {
      try await global.run { try await $0.save(tenant.path + "/contact-file", in: output) }
    }
  }
}
