public import Foundation

/// A name server for the domain `test` on a port of the loopback: Debian's dnsmasq.
public final class NameServer: Sendable {
  public let port: UInt16
  private let process: ChildProcess

  /// - Parameter zone: records as dnsmasq's options name them, `host-record=gw.test,127.0.0.1`.
  public init(port: UInt16, zone: [String], log: URL) throws {
    self.port = port
    process = try ChildProcess(
      "dnsmasq",
      [
        "--keep-in-foreground", "--conf-file=/dev/null", "--no-resolv", "--no-hosts", "--pid-file=",
        "--user=", "--group=", "--port=\(port)", "--listen-address=127.0.0.1", "--bind-interfaces",
        "--local=/test/", "--local-ttl=20", "--log-facility=-",
      ] + zone.map { "--\($0)" }, log: log)
  }

  /// What it wrote, should it not answer.
  public var output: String { process.output }

  public func stop() async { await process.stop() }
}
