import Foundation
import Tenancy

/// Has PowerDNS read what is new in its folder, by `pdns_control`.
public struct NameServerControl: Sendable {
  /// So many zones are named at a time.
  private static let together = 200
  private static let patience = 5

  private let program: String
  private let folder: String

  /// - Parameters:
  ///   - program: `pdns_control`, or where it lies.
  ///   - folder: where the server has its control socket.
  public init(_ program: String, folder: String) {
    self.program = program
    self.folder = folder
  }

  /// Returns once the server has read it; throws when it did not, or does not run.
  func announce(_ changes: ZoneFolder.Changes) async throws {
    if changes.hasOtherZones { try await tell(["rediscover"]) }
    let zones = changes.zones.sorted().map(\.text)
    for start in stride(from: 0, to: zones.count, by: Self.together) {
      try await tell(
        ["bind-reload-now"] + zones[start..<min(start + Self.together, zones.count)])
    }
  }

  private func tell(_ words: [String]) async throws {
    let process = Process()
    process.executableURL = URL(filePath: "/usr/bin/env")
    process.arguments =
      ["timeout", "--signal=KILL", "\(Self.patience)", program, "--socket-dir=\(folder)"] + words
    process.standardInput = FileHandle.nullDevice
    process.standardOutput = FileHandle.nullDevice
    process.standardError = FileHandle.nullDevice
    let status: Int32 = try await withCheckedThrowingContinuation { continuation in
      process.terminationHandler = { continuation.resume(returning: $0.terminationStatus) }
      do { try process.run() } catch { continuation.resume(throwing: error) }
    }
    guard status == 0 else { throw Refusal(order: words[0], status: status) }
  }

  struct Refusal: Error, CustomStringConvertible {
    let order: String
    let status: Int32
    var description: String {
      "pdns_control \(order) ended with \(status): the name server does not run, or cannot read it"
    }
  }
}
