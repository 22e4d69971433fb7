import Hummingbird
import Logging
import NIOCore
import NodeContract

/// What accompanies the link's request: the channel leads to the certificate.
struct LinkContext: RequestContext {
  var coreContext: CoreRequestContextStorage
  let channel: any Channel

  init(source: ApplicationRequestContextSource) {
    coreContext = CoreRequestContextStorage(source: source)
    channel = source.channel
  }
}

/// `POST /link/v1`: the node's frames up in the request's body, ours down in the response's.
struct LinkRoute: Sendable {
  let sessions: NodeSessions
  let ledger: any FactLedger
  let sounds: any SoundKeeper
  let mailboxes: any MailboxDesk
  let lender: any SoundLender
  let logger: Logger
  let afterCommit: @Sendable (NodeName) -> Void

  func register(on router: Router<LinkContext>) { router.post("/link/v1", use: answer) }

  private func answer(_ request: Request, in context: LinkContext) async throws -> Response {
    let connection = context.channel.parent ?? context.channel
    guard let node = try await NodeCertificate.node(behind: connection) else {
      logger.warning("a link without a node's certificate is refused")
      return Response(status: .forbidden)
    }
    return Response(
      status: .ok, body: ResponseBody { writer in try await serve(node, request.body, &writer) })
  }

  private func serve(
    _ node: NodeName, _ body: RequestBody, _ writer: inout any ResponseBodyWriter
  ) async throws {
    do {
      try await converse(with: node, body, &writer)
    } catch is CancellationError {
    } catch {
      logger.warning(
        "a node's link broke", metadata: ["node": "\(node)", "reason": "\(error)"])
    }
    try await writer.finish(nil)
  }

  /// One task reads; once the node has greeted, one commits facts, one keeps sound, one asks about
  /// mailboxes, one lends sounds, one keeps the time, and here the agenda is written. When
  /// reading or writing ends, everything does.
  private func converse(
    with node: NodeName, _ body: RequestBody, _ writer: inout any ResponseBodyWriter
  ) async throws {
    let (greetings, greeted) = AsyncStream<NodeSession>.makeStream()
    try await withThrowingTaskGroup(of: Void.self) { group in
      group.addTask { try await read(body, from: node, greeted: greeted) }
      for await session in greetings {
        logger.info("a node linked", metadata: ["node": "\(node)"])
        group.addTask {
          try await FactCommitter(
            session: session, ledger: ledger, logger: logger, afterCommit: afterCommit
          ).run()
        }
        group.addTask {
          await SoundReceipt(session: session, keeper: sounds, logger: logger).run()
        }
        group.addTask { await MailboxReception(session: session, desk: mailboxes).run() }
        group.addTask { await LendingDesk(session: session, lender: lender).run() }
        group.addTask { try await tickEachSecond(session) }
        do {
          try await write(session, to: &writer)
        } catch {
          await sessions.end(session)
          throw error
        }
        await sessions.end(session)
        logger.info("a node's link ended", metadata: ["node": "\(node)"])
        break
      }
      group.cancelAll()
      try await group.waitForAll()
    }
  }

  private func read(
    _ body: RequestBody, from node: NodeName, greeted: AsyncStream<NodeSession>.Continuation
  ) async throws {
    var session: NodeSession?
    do {
      var decoder = FrameDecoder<UpwardMessage>()
      for try await buffer in body {
        await session?.noteLife()
        decoder.append(buffer.readableBytesView)
        while let message = try decoder.next() {
          if let session {
            try await session.receive(message)
          } else {
            session = try await open(by: message, from: node)
            if let session { greeted.yield(session) }
          }
        }
      }
    } catch {
      greeted.finish()
      await session?.close()
      throw error
    }
    greeted.finish()
    await session?.close()
  }

  /// The first message must be a greeting, in the name that the certificate proves.
  private func open(by message: UpwardMessage, from node: NodeName) async throws -> NodeSession {
    guard case .hello(let hello) = message else { throw SessionError.noGreeting }
    guard hello.node == node else { throw SessionError.falseName(hello.node) }
    return await sessions.open(hello)
  }

  private func write(
    _ session: NodeSession, to writer: inout any ResponseBodyWriter
  ) async throws {
    for await _ in session.wakeups {
      while let frames = await session.nextFrames() {
        for frame in frames { try await writer.write(ByteBuffer(bytes: frame)) }
      }
    }
  }

  private func tickEachSecond(_ session: NodeSession) async throws {
    while true {
      try await Task.sleep(for: .seconds(1))
      try await session.tick()
    }
  }
}
