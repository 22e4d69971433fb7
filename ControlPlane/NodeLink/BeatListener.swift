public import Logging
import NIOCore
import NIOPosix
import NodeContract
public import ServiceLifecycle

/// Hears the nodes' beats and other replicas' testimonies by UDP, tells the fleet, answers, and testifies.
public struct BeatListener: Service {
  private let host: String
  private let port: Int
  private let fleet: Fleet
  private let logger: Logger
  private let onListening: @Sendable (Int) async -> Void

  /// - Parameters:
  ///   - port: 0 lets the system choose.
  ///   - onListening: told the port once it is bound.
  public init(
    host: String, port: Int, fleet: Fleet, logger: Logger,
    onListening: @escaping @Sendable (Int) async -> Void = { _ in }
  ) {
    self.host = host
    self.port = port
    self.fleet = fleet
    self.logger = logger
    self.onListening = onListening
  }

  /// Throws when the port cannot be bound; otherwise runs until shutdown.
  public func run() async throws {
    let channel = try await bind()
    logger.info("listening for beats", metadata: ["address": "\(host):\(channel.boundPort)"])
    await onListening(channel.boundPort)
    try await channel.executeThenClose { inbound, outbound in
      try await withThrowingTaskGroup(of: Void.self) { group in
        group.addTask { try await testify(through: outbound) }
        try await hear(inbound, answering: outbound)
        group.cancelAll()
      }
    }
  }

  private func hear(
    _ inbound: NIOAsyncChannelInboundStream<Datagram>,
    answering outbound: NIOAsyncChannelOutboundWriter<Datagram>
  ) async throws {
    var sources = BeatSources()
    for try await datagram in inbound.cancelOnGracefulShutdown() {
      let source = sources.endpoint(of: datagram.remoteAddress)
      guard
        let answer = await fleet.receive(Array(datagram.data.readableBytesView), from: source)
      else { continue }
      try await outbound.write(
        AddressedEnvelope(remoteAddress: datagram.remoteAddress, data: ByteBuffer(bytes: answer)))
    }
  }

  private func testify(
    through outbound: NIOAsyncChannelOutboundWriter<Datagram>
  ) async throws {
    while true {
      try await Task.sleep(for: fleet.testimonyInterval)
      for (datagram, place) in await fleet.testimonies() {
        let address = try SocketAddress(
          ipAddress: place.address.description, port: Int(place.port))
        try await outbound.write(
          AddressedEnvelope(remoteAddress: address, data: ByteBuffer(bytes: datagram)))
      }
    }
  }

  private typealias Datagram = AddressedEnvelope<ByteBuffer>

  private func bind() async throws -> NIOAsyncChannel<Datagram, Datagram> {
    try await DatagramBootstrap(group: MultiThreadedEventLoopGroup.singleton)
      .bind(host: host, port: port) { channel in
        channel.eventLoop.makeCompletedFuture {
          try NIOAsyncChannel<Datagram, Datagram>(wrappingChannelSynchronously: channel)
        }
      }
  }
}

/// Where beats came from, so that no text is made and read for each.
private struct BeatSources {
  /// More than a cell has nodes.
  private static let limit = 1_000
  private var endpoints: [SocketAddress: IPEndpoint] = [:]

  mutating func endpoint(of address: SocketAddress) -> IPEndpoint? {
    if let known = endpoints[address] { return known }
    guard let ip = address.ipAddress.flatMap({ IPAddress($0) }), let port = address.port else {
      return nil
    }
    if endpoints.count >= Self.limit { endpoints = [:] }
    let endpoint = IPEndpoint(ip, port: UInt16(truncatingIfNeeded: port))
    endpoints[address] = endpoint
    return endpoint
  }
}

extension NIOAsyncChannel {
  fileprivate var boundPort: Int { channel.localAddress?.port ?? 0 }
}
