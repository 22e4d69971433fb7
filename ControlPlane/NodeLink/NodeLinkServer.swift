import Foundation
import HTTP
import Hummingbird
import HummingbirdCore
import HummingbirdHTTP2
public import Logging
import NIOCore
import NIOSSL
import NodeContract
public import ServiceLifecycle

/// Where the link listens and who it is.
public struct NodeLinkSettings: Hashable, Sendable {
  public var host: String
  /// 0 lets the system choose.
  public var port: Int
  /// Paths of PEM files: our certificate with its chain, its key, and the private authority whose
  /// certificates nodes must show.
  public var certificate: String
  public var key: String
  public var authority: String

  public init(host: String, port: Int, certificate: String, key: String, authority: String) {
    self.host = host
    self.port = port
    self.certificate = certificate
    self.key = key
    self.authority = authority
  }
}

/// The replica's end of all nodes' links: HTTP/2 with mutual TLS 1.3 on a listener of its own.
public struct NodeLinkServer: Service {
  private let settings: NodeLinkSettings
  private let sessions: NodeSessions
  private let route: LinkRoute
  private let tenants: any TenantSource
  private let grants: any GrantSource
  private let fleet: Fleet
  private let keyLifetime: Duration
  private let logger: Logger
  private let onListening: @Sendable (Int) async -> Void

  /// - Parameters:
  ///   - keyLifetime: how long a node seals its beats with the same key.
  ///   - onListening: told the port once it is bound.
  public init(
    settings: NodeLinkSettings, fleet: Fleet, ledger: any FactLedger, sounds: any SoundKeeper,
    mailboxes: any MailboxDesk, lender: any SoundLender,
    tenants: any TenantSource, grants: any GrantSource, keyLifetime: Duration = .seconds(3600),
    logger: Logger,
    onListening: @escaping @Sendable (Int) async -> Void = { _ in }
  ) {
    self.settings = settings
    self.tenants = tenants
    self.grants = grants
    self.fleet = fleet
    self.keyLifetime = keyLifetime
    self.logger = logger
    self.onListening = onListening
    sessions = NodeSessions(fleet: fleet, tenants: tenants, logger: logger)
    route = LinkRoute(
      sessions: sessions, ledger: ledger, sounds: sounds, mailboxes: mailboxes,
      lender: lender, logger: logger, afterCommit: StopAfterCommit.hook)
  }

  /// Throws when the port cannot be bound or a PEM file cannot be used; otherwise runs until
  /// shutdown, which ends all links: nodes dial again, here or elsewhere.
  public func run() async throws {
    let application = try application()
    try await withThrowingTaskGroup(of: Void.self) { group in
      group.addTask { for await change in tenants.changes() { await sessions.note(change) } }
      group.addTask { for await table in grants.grants() { await sessions.use(table) } }
      group.addTask { for await _ in fleet.changes { await sessions.review() } }
      group.addTask { try await askAgain() }
      group.addTask { try await renewKeys() }
      group.addTask { await closeSessionsAtShutdown() }
      try await application.run()
      group.cancelAll()
    }
  }

  /// An order that was not answered is put again, and what a node told of itself may lead to another.
  private func askAgain() async throws {
    while true {
      try await Task.sleep(for: .milliseconds(100))
      await sessions.review()
    }
  }

  private func renewKeys() async throws {
    while true {
      try await Task.sleep(for: keyLifetime)
      await sessions.renewKeys()
    }
  }

  private func closeSessionsAtShutdown() async {
    try? await gracefulShutdown()
    await sessions.closeAll()
  }

  private func application() throws -> some ApplicationProtocol {
    let router = Router(context: LinkContext.self)
    route.register(on: router)
    let channel = HTTP2UpgradeChannel.Configuration(gracefulCloseTimeout: .seconds(1))
    let tls = try tls()
    return Application(
      router: router,
      server: HTTPServerBuilder { responder in
        AttendedChannel(
          try HTTP2UpgradeChannel(
            tlsConfiguration: tls, configuration: channel, responder: responder))
      },
      configuration: ApplicationConfiguration(
        address: .hostname(settings.host, port: settings.port)),
      onServerRunning: { channel in
        let port = channel.localAddress?.port ?? 0
        logger.info("listening for nodes", metadata: ["address": "\(settings.host):\(port)"])
        await onListening(port)
      },
      logger: logger)
  }

  /// Only certificates of the private authority are taken; a node has no host name to verify.
  private func tls() throws -> TLSConfiguration {
    let chain = try NIOSSLCertificate.fromPEMFile(settings.certificate)
    let key = try NIOSSLPrivateKey(file: settings.key, format: .pem)
    var tls = TLSConfiguration.makeServerConfiguration(
      certificateChain: chain.map { .certificate($0) }, privateKey: .privateKey(key))
    tls.minimumTLSVersion = .tlsv13
    tls.trustRoots = .file(settings.authority)
    tls.certificateVerification = .noHostnameVerification
    return tls
  }
}
