import NIOCore
import NIOPosix
import Synchronization

/// A TCP relay between a node and a replica that can go dead without a word, as a cable does.
final class TestWire: Sendable {
  let port: Int
  private let listener: any Channel
  private let ends: Ends

  private final class Ends: Sendable {
    let channels = Mutex<[any Channel]>([])
  }

  init(to destination: Int) async throws {
    let ends = Ends()
    self.ends = ends
    listener = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
      .childChannelOption(.autoRead, value: false)
      .childChannelInitializer { near in
        ClientBootstrap(group: near.eventLoop)
          .channelOption(.autoRead, value: false)
          .connect(host: "127.0.0.1", port: destination)
          .flatMap { far in
            do {
              try near.pipeline.syncOperations.addHandler(Forwarder(to: far))
              try far.pipeline.syncOperations.addHandler(Forwarder(to: near))
            } catch { return near.eventLoop.makeFailedFuture(error) }
            ends.channels.withLock { $0 += [near, far] }
            return .andAllSucceed(
              [near, far].map { $0.setOption(.autoRead, value: true) }, on: near.eventLoop)
          }
      }
      .bind(host: "127.0.0.1", port: 0).get()
    port = listener.localAddress?.port ?? 0
  }

  /// From now on nothing passes, and nobody is told.
  func freeze() async throws {
    try await listener.close()
    for channel in ends.channels.withLock({ $0 }) {
      do {
        try await channel.setOption(.autoRead, value: false).get()
      } catch ChannelError.ioOnClosedChannel {
        // A link that was given up before this one: nothing passes there any more.
      }
    }
  }

  func close() {
    listener.close(promise: nil)
    for channel in ends.channels.withLock({ $0 }) { channel.close(promise: nil) }
  }
}

private final class Forwarder: ChannelInboundHandler {
  typealias InboundIn = ByteBuffer

  private let destination: any Channel

  init(to destination: any Channel) { self.destination = destination }

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    destination.writeAndFlush(unwrapInboundIn(data), promise: nil)
  }

  func channelInactive(context: ChannelHandlerContext) { destination.close(promise: nil) }
}
