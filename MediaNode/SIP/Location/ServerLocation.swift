public import NodeContract

/// Where a server is, and how it is spoken to.
public struct ServerAddress: Hashable, Sendable {
  public var transport: SIPTransport
  public var endpoint: IPEndpoint

  public init(_ transport: SIPTransport, _ endpoint: IPEndpoint) {
    self.transport = transport
    self.endpoint = endpoint
  }
}

/// The servers of a domain, as the DNS told them.
public struct ServerLocation: Hashable, Sendable {
  /// Servers that share a transport.
  struct Service: Hashable, Sendable {
    var transport: SIPTransport
    var servers: [Server]
  }

  struct Server: Hashable, Sendable {
    var priority: UInt16
    var weight: UInt16
    var port: UInt16
    var host: String
    var addresses: [IPAddress]
  }

  /// The preferred one first.
  var services: [Service]

  /// All that it may be found at.
  public var addresses: Set<IPAddress> {
    Set(services.flatMap { $0.servers.flatMap(\.addresses) })
  }

  public var endpoints: Set<IPEndpoint> {
    Set(
      services.flatMap(\.servers).flatMap { server in
        server.addresses.map { IPEndpoint($0, port: server.port) }
      })
  }

  /// The servers in the order in which one request tries them (RFC 3263 section 4.3): by priority,
  /// and among equals by chance, those with more weight more often (RFC 2782).
  public func servers(limit: Int, _ random: inout some RandomNumberGenerator) -> [ServerAddress] {
    var found: [ServerAddress] = []
    for service in services {
      for server in Self.ordered(service.servers, &random) {
        found += server.addresses.map {
          ServerAddress(service.transport, IPEndpoint($0, port: server.port))
        }
      }
    }
    var seen: Set<ServerAddress> = []
    return Array(found.filter { seen.insert($0).inserted }.prefix(limit))
  }

  private static func ordered(_ servers: [Server], _ random: inout some RandomNumberGenerator)
    -> [Server]
  {
    Dictionary(grouping: servers, by: \.priority).sorted { $0.key < $1.key }
      .flatMap { drawn(from: $0.value, &random) }
  }

  /// RFC 2782, "Weight": those of weight 0 are drawn seldom, but are.
  private static func drawn(from servers: [Server], _ random: inout some RandomNumberGenerator)
    -> [Server]
  {
    var left = servers.filter { $0.weight == 0 } + servers.filter { $0.weight != 0 }
    var drawn: [Server] = []
    while !left.isEmpty {
      let lot = Int.random(in: 0...left.reduce(0) { $0 + Int($1.weight) }, using: &random)
      var sum = 0
      let index = left.firstIndex { server in
        sum += Int(server.weight)
        return sum >= lot
      }
      drawn.append(left.remove(at: index ?? 0))
    }
    return drawn
  }
}
