public import Foundation

/// A leg's record as the API shows it.
public struct CallRecord: Sendable, Decodable {
  public struct Party: Sendable, Decodable {
    /// `extension` or `trunk`
    public let kind: String
    public let id: String
    public let number: String?
  }

  public struct Charge: Sendable, Decodable {
    /// A decimal.
    public let amount: String
    public let currency: String
    /// The price list's row that applied.
    public let prefix: String
    public let perMinute: String
  }

  public let id: String
  public let call: String
  public let tenant: String
  /// `incoming`, the party calls us; `outgoing`, we call the party.
  public let direction: String
  public let party: Party
  public let from: String
  public let to: String
  public let startedAt: String
  public let rungAt: String?
  public let answeredAt: String?
  public let endedAt: String?
  public let billedSeconds: Int
  public let outcome: String?
  public let evidence: String?
  public let charge: Charge?
  public let media: Media?

  /// What was measured of the party's audio.
  public struct Media: Decodable, Sendable {
    public let packets: Int
    public let packetsLost: Int
    public let jitterMilliseconds: Double
    public let opinionScore: Double?
  }
}

/// A service address as the API shows it.
public struct AddressRecord: Sendable, Decodable {
  public let name: String
  /// The node that is to hold it first.
  public let holder: String
  /// The node that holds it.
  public let heldBy: String?
  public let heir: String?
  public let epoch: String?
  /// Why it is not placed as it should be.
  public let doubt: String?
}

/// The API, asked as an operator asks it: through `pbxctl`.
public struct ControlAPI: Sendable {
  public let demo: DemoDescription
  /// The folder with `pbxctl`.
  public let binaries: URL

  public init(demo: DemoDescription, binaries: URL) {
    self.demo = demo
    self.binaries = binaries
  }

  /// A command that ended with another status than 0.
  public struct CommandFailed: Error, CustomStringConvertible {
    public let command: [String]
    public let output: String

    public init(command: [String], output: String) {
      self.command = command
      self.output = output
    }

    public var description: String { "pbxctl \(command.joined(separator: " ")): \(output)" }
  }

  /// Runs `pbxctl` with these words and returns what it printed.
  @discardableResult
  public func pbxctl(_ words: String...) async throws -> Data { try await run(words) }

  /// The same.
  public func run(_ words: [String]) async throws -> Data {
    let finished = try await ChildProcess.run(
      binaries.appending(path: "pbxctl").path, words + ["--key-file", demo.keyFile, "--json"],
      environment: ["TANDEM_API": demo.api])
    guard finished.status == 0 else {
      throw CommandFailed(command: words, output: finished.output)
    }
    return Data(finished.output.utf8)
  }

  private struct List<Item: Decodable>: Decodable { let items: [Item] }

  /// The tenant's newest CDRs.
  public func records() async throws -> [CallRecord] {
    let decoder = JSONDecoder()
    decoder.keyDecodingStrategy = .convertFromSnakeCase
    return try await decoder.decode(
      List<CallRecord>.self,
      from: pbxctl("cdr", "list", "--tenant", demo.tenant, "--limit", "100")
    ).items
  }

  /// The service addresses, by name.
  public func addresses() async throws -> [String: AddressRecord] {
    let decoder = JSONDecoder()
    decoder.keyDecodingStrategy = .convertFromSnakeCase
    let list = try await decoder.decode(
      List<AddressRecord>.self, from: pbxctl("address", "list"))
    return Dictionary(list.items.map { ($0.name, $0) }) { first, _ in first }
  }

  /// Waits until `count` finished legs are recorded that are not among `known`, and did not begin before
  /// `instant`: records of earlier calls may still be on their way.
  public func newRecords(
    _ count: Int, besides known: Set<String>, since instant: Date = .distantPast,
    within limit: Duration = .seconds(15)
  ) async throws -> [CallRecord] {
    let began = instant.formatted(Date.ISO8601FormatStyle(includingFractionalSeconds: true))
    return try await eventually("\(count) new CDRs", within: limit, every: .milliseconds(100)) {
      let new = try await records().filter {
        !known.contains($0.id) && $0.startedAt >= began && $0.endedAt != nil
      }
      return new.count >= count ? new : nil
    }
  }

  /// Fetches a page without a key: `/metrics`, `/readyz`.
  public func page(_ path: String) async throws -> String? {
    let finished = try await ChildProcess.run(
      "curl", ["--silent", "--fail", "--max-time", "5", demo.api + path])
    return finished.status == 0 ? finished.output : nil
  }

  /// The samples of a metric in `/metrics`, by their labels as they stand there.
  public func metric(_ name: String) async throws -> [String: Double] {
    let lines = try await page("/metrics")?.split(separator: "\n") ?? []
    var samples: [String: Double] = [:]
    for line in lines where line.hasPrefix(name) {
      let rest = line.dropFirst(name.count)
      guard rest.hasPrefix("{") || rest.hasPrefix(" ") else { continue }
      let parts = rest.split(separator: " ")
      samples[parts.count > 1 ? String(parts[0]) : ""] = parts.last.flatMap { Double($0) }
    }
    return samples
  }
}
