import ArgumentParser
import Foundation

/// The path with a query of what is not nil.
func queried(_ path: String, _ items: [(name: String, value: String?)]) -> String {
  var whole = URLComponents()
  whole.path = path
  let items = items.compactMap { name, value in
    value.map { URLQueryItem(name: name, value: $0) }
  }
  whole.queryItems = items.isEmpty ? nil : items
  // A plus in a query is read as a space.
  return (whole.string ?? whole.path).replacingOccurrences(of: "+", with: "%2B")
}

/// `list` of a collection that belongs to the installation or to a reseller.
protocol ListCommand: AsyncParsableCommand {
  static var columns: [Output.Column] { get }
  var global: GlobalOptions { get }
  var page: PageOptions { get }
  var path: String { get }
  /// What is listed; nil ones are left out.
  var query: [(name: String, value: String?)] { get }
}

extension ListCommand {
  var query: [(name: String, value: String?)] { [] }

  func run() async throws {
    let path = queried(path, query + page.query)
    try await global.run { Output(try await $0.get(path), columns: Self.columns) }
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

  var query: [(name: String, value: String?)] { [("limit", "\(limit)"), ("cursor", cursor)] }
}

struct TenantOption: ParsableArguments {
  @Option(help: "The tenant's id, ten_….")
  var tenant: String

  var path: String { "/v1/tenants/\(tenant)" }
}
