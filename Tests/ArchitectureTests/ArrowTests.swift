import Foundation
import Support
import Testing

@Suite("The package is the map of the repository")
struct ArrowTests {
  let package: DeclaredPackage

  init() throws { package = try DeclaredPackage.here.get() }

  /// What the product consists of: the halves, without tests and tools.
  private var parts: [DeclaredTarget] {
    package.targets.filter {
      $0.path?.hasPrefix("ControlPlane/") == true || $0.path?.hasPrefix("MediaNode/") == true
    }
  }

  @Test("Every arrow between targets is an allowed one")
  func arrowsAreAllowed() {
    #expect(parts.count > 20)
    for target in parts {
      let stray = target.arrows.subtracting(AllowedArrows.all[target.name] ?? [])
      #expect(stray.isEmpty, "\(target.name) may not use \(stray.sorted())")
    }
  }

  @Test("The halves meet in their contract and nowhere else")
  func halvesMeetInTheContract() {
    for target in parts where target.path?.hasPrefix("MediaNode/") == true {
      let across = target.arrows.intersection(AllowedArrows.controlPlane.keys)
      #expect(across.isSubset(of: AllowedArrows.meetingPoints), "\(target.name) uses \(across)")
    }
    for target in parts where target.path?.hasPrefix("ControlPlane/") == true {
      let across = target.arrows.intersection(AllowedArrows.mediaNode.keys)
      #expect(across.isEmpty, "\(target.name) uses \(across)")
    }
  }

  @Test("A target lies in the folder of its name, and after everything it uses")
  func foldersAndOrderTellOneStory() {
    var seen: Set<String> = []
    for target in parts {
      #expect(target.path?.split(separator: "/").last.map(String.init) == target.name)
      #expect(target.arrows.isSubset(of: seen), "\(target.name) stands before what it uses")
      seen.insert(target.name)
    }
  }

  @Test("Pure targets import only pure targets", arguments: AllowedArrows.pure.sorted())
  func pureTargetsStayPure(name: String) throws {
    let target = try #require(package[name])
    let allowed = AllowedArrows.pure.union(AllowedArrows.pureImports[name] ?? [])
    let files = Repository.swiftFiles(under: try #require(target.path))
    try #require(!files.isEmpty)
    for file in files {
      let stray = try Repository.imports(of: file).subtracting(allowed)
      #expect(stray.isEmpty, "\(name)/\(file.lastPathComponent) imports \(stray.sorted())")
    }
  }

  @Test("Each C library has one importer", arguments: AllowedArrows.importers.sorted(by: <))
  func cLibrariesHaveOneImporter(library: String, importer: String) throws {
    for file in try Self.files.get() where file.target != importer {
      #expect(!file.imports.contains(library), "\(file.target)/\(file.name) imports \(library)")
    }
  }

  private struct SourceFile {
    let target: String
    let name: String
    let imports: Set<String>
  }

  /// Read once for all libraries.
  private static let files = Result {
    try DeclaredPackage.here.get().targets.flatMap { target in
      try (target.path.map(Repository.swiftFiles(under:)) ?? []).map {
        SourceFile(
          target: target.name, name: $0.lastPathComponent, imports: try Repository.imports(of: $0))
      }
    }
  }

  @Test("Imports are recognised however they are written")
  func importsAreRecognised() throws {
    let here = try Repository.imports(of: Repository.root.appending(path: "Package.swift"))
    #expect(here == ["PackageDescription"])
    let mine = Repository.root.appending(path: "Tests/Support/Repository.swift")
    #expect(try Repository.imports(of: mine) == ["Foundation"])
  }
}
