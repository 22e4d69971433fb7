import FoundationEssentials
import Glibc
import Logging
import TLS

/// What a process has ready before it serves anybody, all of it from files. A spare has it long before it is
/// called.
struct Preparations {
  let configuration: NodeConfiguration
  /// Nil: nobody can come by TLS.
  let secureSIP: SecureSIP?
  private(set) var music: WaitingMusic
  private let files: FileContents

  /// Who we are by TLS, for peers and for carriers.
  struct SecureSIP {
    let server: TLSServerContext
    let carriers: TLSClientContext?
  }

  init(_ configuration: NodeConfiguration, from file: String) throws {
    self.configuration = configuration
    let log = Logger(label: "node")
    let secure = configuration.secureSIP
    let authority = configuration.carrierAuthority ?? Self.systemAuthorities
    // Before they are read: who changes them meanwhile is noticed.
    files = FileContents(
      of: [file, authority, configuration.clientAuthority]
        + ([secure].compactMap { $0 } + configuration.furtherIdentities)
        .flatMap { [$0.certificate, $0.key] })
    if let secure {
      secureSIP = SecureSIP(
        server: try TLSServerContext(
          [secure] + configuration.furtherIdentities, clientAuthority: configuration.clientAuthority
        ),
        carriers: try Self.carriers(configuration, as: secure, trusting: authority, log))
    } else {
      log.notice("no SIP over TLS: sip-tls.certificate and sip-tls.key are not set")
      secureSIP = nil
    }
    music = WaitingMusic(folder: configuration.music, log: Logger(label: "media"))
  }

  /// Debian's `ca-certificates`.
  private static let systemAuthorities = "/etc/ssl/certs/ca-certificates.crt"

  private static func carriers(
    _ configuration: NodeConfiguration, as identity: TLSServerIdentity, trusting authority: String,
    _ log: Logger
  ) throws -> TLSClientContext? {
    guard configuration.carrierAuthority != nil || access(authority, R_OK) == 0 else {
      log.notice("no TLS to carriers: sip-tls.carrier-authority is not set, nor \(authority) there")
      return nil
    }
    return try TLSClientContext(trusting: authority, as: identity)
  }

  /// What may come later is ready too.
  mutating func readMusic() { music.readAhead() }

  /// Whether the files are as they were when they were read: certificates are renewed while a spare waits.
  var areCurrent: Bool { files.areCurrent }
}

/// Files as they were when they were read.
private struct FileContents {
  /// Nil: no such file.
  private let contents: [String: Data?]

  init(of paths: [String?]) {
    contents = Dictionary(
      paths.compactMap { $0 }.map { ($0, Self.read($0)) }, uniquingKeysWith: { first, _ in first })
  }

  private static func read(_ path: String) -> Data? { try? Data(contentsOf: URL(filePath: path)) }

  var areCurrent: Bool { contents.allSatisfy { Self.read($0) == $1 } }
}
