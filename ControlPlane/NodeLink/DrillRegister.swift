public import Drills
public import Etcd
import Foundation
public import NodeContract

/// The drill that runs, if one does: `/tandem/v1/drill` in etcd, of which there is one.
public struct DrillRegister: Sendable {
  static let key = "/tandem/v1/drill"

  /// A drill, and the write that it is of.
  struct Reading: Sendable {
    var drill: Drill
    var revision: Int64
  }

  private let etcd: EtcdClient

  public init(_ etcd: EtcdClient) { self.etcd = etcd }

  /// As a quorum has it.
  public func running() async throws -> Drill? { try await read()?.drill }

  /// Begins a drill, unless there is one; then that one's id is returned.
  public func begin(_ drill: Drill) async throws -> DrillID? {
    switch try await etcd.compareAndSet(Self.key, expecting: 0, to: Self.bytes(of: drill)) {
    case .written: return nil
    case .lost: return try await read()?.drill.id
    }
  }

  /// Has the drill stopped; false: it does not run.
  public func abort(_ id: DrillID) async throws -> Bool {
    while let reading = try await read(), reading.drill.id == id {
      var drill = reading.drill
      drill.abort()
      if try await write(drill, after: reading.revision) != nil { return true }
    }
    return false
  }

  func read() async throws -> Reading? {
    guard let entry = try await etcd.get(Self.key) else { return nil }
    let drill = try JSONDecoder().decode(Drill.self, from: Data(entry.value))
    return Reading(drill: drill, revision: entry.modRevision)
  }

  /// The write's revision; nil: another came first.
  func write(_ drill: Drill, after revision: Int64) async throws -> Int64? {
    let result = try await etcd.compareAndSet(
      Self.key, expecting: revision, to: Self.bytes(of: drill))
    guard case .written(let revision) = result else { return nil }
    return revision
  }

  /// It has ended and is filed.
  func clear(after revision: Int64) async throws {
    _ = try await etcd.delete(Self.key, expecting: revision)
  }

  private static func bytes(of drill: Drill) -> [UInt8] {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    guard let data = try? encoder.encode(drill) else {
      preconditionFailure("a drill cannot be written as JSON: \(drill)")
    }
    return Array(data)
  }
}
