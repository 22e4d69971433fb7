import Epoll
import Foundation

/// Where a node keeps what must outlive its process; readable by its owner only.
struct StateDirectory {
  let path: String

  init(_ path: String) { self.path = path }

  /// The spool's segments.
  var spool: String { path + "/spool" }
  /// Tenants' snapshots, sealed.
  var snapshots: String { path + "/snapshots" }
  /// The highest epoch heard of, per address.
  var grants: String { path + "/grants" }

  /// Messages that were left and calls that were recorded, until they are kept elsewhere.
  var sounds: String { path + "/sounds" }

  /// Messages that somebody hears.
  var fetchedSounds: String { path + "/fetched" }

  /// Tenants' own sounds, by what they are.
  var tenantSounds: String { path + "/tenant-sounds" }

  /// When the process last lived.
  var lifeMark: String { path + "/life" }

  func create() throws {
    for directory in [path, spool, snapshots] {
      try FileManager.default.createDirectory(
        atPath: directory, withIntermediateDirectories: true,
        attributes: [.posixPermissions: 0o700])
    }
  }
}
