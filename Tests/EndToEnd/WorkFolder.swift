import Foundation

/// Where a test's programs keep their files; `Tests/run` removes it after a success.
enum WorkFolder {
  static func make(_ name: String) -> URL {
    let root =
      ProcessInfo.processInfo.environment["TANDEM_TEST_WORK"].map { URL(filePath: $0) }
      ?? FileManager.default.temporaryDirectory.appending(path: "tandem-e2e-\(getpid())")
    let folder = root.appending(path: name)
    try? FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    return folder
  }
}
