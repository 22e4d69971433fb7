public import Foundation

/// The working copy that these tests were built from.
public enum Repository {
  /// The folder that holds `Package.swift`.
  public static let root = URL(filePath: #filePath)
    .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

  /// Every Swift file under `folder`, a path relative to the root.
  public static func swiftFiles(under folder: String) -> [URL] {
    let enumerator = FileManager.default.enumerator(
      at: root.appending(path: folder).resolvingSymlinksInPath(), includingPropertiesForKeys: nil)
    let files = enumerator?.compactMap { $0 as? URL } ?? []
    return files.filter { $0.pathExtension == "swift" }.sorted { $0.path < $1.path }
  }

  /// The modules that a Swift file imports.
  public static func imports(of file: URL) throws -> Set<String> {
    let text = try String(contentsOf: file, encoding: .utf8)
    let pattern =
      /^\s*(?:@\w+(?:\([^)]*\))?\s+)*(?:(?:public|package|internal|private|fileprivate)\s+)?import\s+(?:(?:struct|class|enum|protocol|func|var|let|typealias)\s+)?(\w+)/
    return Set(text.matches(of: pattern.anchorsMatchLineEndings()).map { String($0.output.1) })
  }
}
