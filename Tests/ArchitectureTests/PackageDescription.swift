import Foundation
import Support

/// What `swift package dump-package` says of the targets, as far as the arrows need it.
struct DeclaredPackage: Decodable {
  let targets: [DeclaredTarget]

  /// This repository's package, read once.
  static let here = Result { try read() }

  /// `Tests/run` dumps the package beforehand, because a second SwiftPM waits for the first one's
  /// lock; without it the dump is made here, in a scratch folder of its own.
  private static func read() throws -> DeclaredPackage {
    if let path = ProcessInfo.processInfo.environment["TANDEM_PACKAGE_DUMP"] {
      return try decode(Data(contentsOf: URL(filePath: path)))
    }
    return try decode(dump())
  }

  private static func decode(_ data: Data) throws -> DeclaredPackage {
    try JSONDecoder().decode(DeclaredPackage.self, from: data)
  }

  private static func dump() throws -> Data {
    let scratch = FileManager.default.temporaryDirectory.appending(path: UUID().uuidString)
    defer { try? FileManager.default.removeItem(at: scratch) }
    let swift = Process()
    swift.executableURL = URL(filePath: "/usr/bin/env")
    swift.arguments = [
      "swift", "package", "--package-path", Repository.root.path, "--scratch-path", scratch.path,
      "dump-package",
    ]
    let output = Pipe()
    swift.standardOutput = output
    try swift.run()
    let data = output.fileHandleForReading.readDataToEndOfFile()
    swift.waitUntilExit()
    return data
  }

  subscript(name: String) -> DeclaredTarget? { targets.first { $0.name == name } }
}

struct DeclaredTarget: Decodable {
  let name: String
  /// `regular`, `executable`, `system` or `test`.
  let type: String
  let path: String?
  /// Targets of this package.
  let arrows: Set<String>
  /// Products of other packages.
  let products: Set<String>

  private enum Key: String, CodingKey { case name, type, path, dependencies }

  /// SwiftPM writes each dependency as an object of one key, `byName` or `product`, whose array
  /// begins with the name.
  init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: Key.self)
    name = try container.decode(String.self, forKey: .name)
    type = try container.decode(String.self, forKey: .type)
    path = try container.decodeIfPresent(String.self, forKey: .path)
    let dependencies = try container.decode([[String: Name]].self, forKey: .dependencies)
    arrows = Set(dependencies.compactMap { ($0["byName"] ?? $0["target"])?.text })
    products = Set(dependencies.compactMap { $0["product"]?.text })
  }

  private struct Name: Decodable {
    let text: String

    init(from decoder: any Decoder) throws {
      var array = try decoder.unkeyedContainer()
      text = try array.decode(String.self)
    }
  }
}
