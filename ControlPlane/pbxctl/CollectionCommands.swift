import ArgumentParser

/// `list` of a collection that belongs to the installation or to a reseller.
protocol ListCommand: AsyncParsableCommand {
  static var columns: [Output.Column] { get }
  var global: GlobalOptions { get }
  var page: PageOptions { get }
  var path: String { get }
}

extension ListCommand {
  func run() async throws {
    try await global.run { Output(try await $0.get(path + page.query), columns: Self.columns) }
  }
}

/// `create` in a collection.
protocol CreateCommand: AsyncParsableCommand {
  static var columns: [Output.Column] { get }
  var global: GlobalOptions { get }
  var creation: CreationOptions { get }
  var path: String { get }
  /// The members of the new thing; nil ones are left out.
  func members() throws -> [String: JSON?]
}

extension CreateCommand {
  func run() async throws {
    try await global.run { api in
      Output(
        try await api.create(in: path, try members(), orExisting: creation.ifAbsent),
        columns: Self.columns)
    }
  }
}

struct CreationOptions: ParsableArguments {
  @Flag(help: "If it is there already, print that one and change nothing.")
  var ifAbsent = false
}

struct PageOptions: ParsableArguments {
  @Option(help: "How many at most.")
  var limit: Int = 100

  @Option(help: "Where an earlier list ended: its “next”.")
  var cursor: String?

  var query: String { "?limit=\(limit)" + (cursor.map { "&cursor=\($0)" } ?? "") }
}

struct TenantOption: ParsableArguments {
  @Option(help: "The tenant's id, ten_….")
  var tenant: String

  var path: String { "/v1/tenants/\(tenant)" }
}
