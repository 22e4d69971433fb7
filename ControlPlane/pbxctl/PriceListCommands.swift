import ArgumentParser
import Foundation

struct PriceListCommands: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "price-list", abstract: "What calls cost.",
    subcommands: [Import.self, List.self])
  static let columns = [
    Output.Column("Price list", "id"), Output.Column("Name", "name"),
    Output.Column("Currency", "currency"),
  ]

  struct Import: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Makes a price list of a carrier's CSV file.",
      discussion: """
        The file's first line names its columns: prefix, description, per_minute, connection, \
        initial, increment (amounts as decimals, times in seconds).
        """)
    @Argument(help: "The list's name.") var name: String
    @Option(help: "The reseller it belongs to, res_….") var reseller: String
    @Option(help: "Three letters, ISO 4217.") var currency: String
    @Option(help: "The file; - reads standard input.") var csv: String
    @OptionGroup var creation: CreationOptions
    @OptionGroup var global: GlobalOptions

    func run() async throws {
      let rates = Data((try secret(inFile: csv) + "\n").utf8)
      try await global.run { api in
        let list = try await api.create(
          in: "/v1/price-lists",
          [
            "name": .string(name), "reseller": .string(reseller), "currency": .string(currency),
          ], orExisting: creation.ifAbsent)
        if let id = list["id"]?.string, try await needsRates(id, of: api) {
          _ = try await api.post("/v1/price-lists/\(id)/rates", csv: rates)
        }
        return Output(list, columns: PriceListCommands.columns)
      }
    }

    /// A list that was there already may have lost its import to an interruption.
    private func needsRates(_ id: String, of api: APIClient) async throws -> Bool {
      guard creation.ifAbsent else { return true }
      return try await api.get("/v1/price-lists/\(id)/rates?limit=1")["items"]?.array == []
    }
  }

  struct List: ListCommand {
    static let configuration = CommandConfiguration(abstract: "Lists the price lists.")
    static let columns = PriceListCommands.columns
    @OptionGroup var page: PageOptions
    @OptionGroup var global: GlobalOptions
    var path: String { "/v1/price-lists" }
  }
}
