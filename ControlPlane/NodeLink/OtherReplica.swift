import Foundation
public import NodeContract

/// Where a replica stands, and where the others hear of it and of its site.
public struct ReplicaPlace: Hashable, Sendable {
  public var site: SiteName
  /// Where it hears beats, and what other replicas tell it.
  public var beats: IPEndpoint
  /// The client's URL of the member of etcd in its site; nil: there is none.
  public var member: String?

  public init(site: SiteName, beats: IPEndpoint, member: String? = nil) {
    self.site = site
    self.beats = beats
    self.member = member
  }
}

/// A replica as the others know it.
struct OtherReplica: Hashable, Sendable {
  var name: ReplicaName
  var place: ReplicaPlace
  /// What it says is sealed with it; new for each start of its process.
  var key: BeatKey
}

/// What stands in etcd under `/tandem/v1/replica/NAME`, for good: a lost site's replica is still its replica.
/// Whoever can read the key there could as well write who holds what, so it gives nobody more than they have.
/// `{"beats":"10.98.1.10:7444","key":"00ff…","member":"http://10.98.1.10:2379","number":7,"site":"a"}`
struct ReplicaRecord: Codable {
  static let prefix = "/tandem/v1/replica/"

  var site: String
  var beats: String
  var member: String?
  var number: UInt32
  var key: String

  init(_ replica: OtherReplica) {
    site = replica.place.site.text
    beats = replica.place.beats.description
    member = replica.place.member
    number = replica.key.number
    key = replica.key.bytes.hexadecimal
  }

  var bytes: [UInt8] {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    guard let data = try? encoder.encode(self) else {
      preconditionFailure("a replica cannot be written as JSON: \(site)")
    }
    return Array(data)
  }
}

extension OtherReplica {
  /// `nil` for what nobody of us wrote.
  init?(key name: String, value: [UInt8]) {
    guard name.hasPrefix(ReplicaRecord.prefix),
      let replica = ReplicaName(name.dropFirst(ReplicaRecord.prefix.count)),
      let record = try? JSONDecoder().decode(ReplicaRecord.self, from: Data(value)),
      let site = SiteName(record.site), let beats = IPEndpoint(record.beats),
      let first = UUIDv7(record.key.prefix(32)), let second = UUIDv7(record.key.dropFirst(32))
    else { return nil }
    self.init(
      name: replica, place: ReplicaPlace(site: site, beats: beats, member: record.member),
      key: BeatKey(number: record.number, bytes: first.bytes + second.bytes))
  }
}
