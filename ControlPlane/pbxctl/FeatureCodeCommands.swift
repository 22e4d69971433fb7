import ArgumentParser
import Foundation

struct FeatureCodeCommands: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "feature-codes", abstract: "What a tenant's people dial to have something done.",
    subcommands: [List.self, Replace.self])
  static let columns = [
    Output.Column("Feature", "feature"), Output.Column("Code", "code"),
    Output.Column("Usually", "usual_code"), Output.Column("A number after it", "argument"),
  ]

  struct List: AsyncParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Lists a tenant's codes.")
    @OptionGroup var tenant: TenantOption
    @OptionGroup var global: GlobalOptions

    func run() async throws {
      try await global.run {
        Output(try await $0.get(tenant.path + "/feature-codes"), columns: columns)
      }
    }
  }

  struct Replace: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "set", abstract: "Gives a tenant other codes than the usual ones.",
      discussion: """
        Features that are not named have their usual codes. What could be mistaken for another code, \
        an extension or a number for help is refused.
        """)
    @OptionGroup var tenant: TenantOption
    @Option(help: "park=*5; repeat it. Without a code, park=, the feature cannot be dialled.")
    var code: [String] = []
    @OptionGroup var global: GlobalOptions

    func run() async throws {
      let items = code.map { entry in
        let parts = entry.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
        let code = parts.count == 2 && !parts[1].isEmpty ? JSON.string(String(parts[1])) : .null
        return JSON.object(["feature": .string(String(parts[0])), "code": code])
      }
      try await global.run {
        Output(
          try await $0.put(tenant.path + "/feature-codes", .object(["items": .array(items)])),
          columns: columns)
      }
    }
  }
}
