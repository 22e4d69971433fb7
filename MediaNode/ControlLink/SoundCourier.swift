import FoundationEssentials
public import Logging
public import NodeContract

/// Brings sounds from this node's disk to the control plane, piece by piece, oldest first: what is not
/// acknowledged is sent again, and only what is acknowledged leaves the disk.
public actor SoundCourier {
  private struct Errand {
    let shipment: SoundFiles.Shipment
    let key: SoundPiece.Key
    let isLast: Bool
    let next: UInt64
    let sentAt: ContinuousClock.Instant
  }

  /// A replica that has not answered for so long is not waited for.
  private static let patience = Duration.seconds(10)
  /// Nobody says when the link comes up.
  private static let pause = Duration.seconds(1)

  private let files: SoundFiles
  private let send: @Sendable (SoundPiece) -> Bool
  private let log: Logger
  private var errand: Errand?
  private var shipment: (SoundFiles.Shipment, offset: UInt64)?
  /// Those that nobody took: the others come first.
  private var deferred: Set<String> = []
  private nonisolated let wakeups: AsyncStream<Void>
  private nonisolated let wakeUp: AsyncStream<Void>.Continuation

  /// - Parameter send: sends a piece to some replica; false: none is linked.
  public init(
    _ files: SoundFiles, log: Logger, send: @escaping @Sendable (SoundPiece) -> Bool
  ) {
    self.files = files
    self.log = log
    self.send = send
    (wakeups, wakeUp) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(1))
  }

  /// There may be something new.
  public nonisolated func wake() { wakeUp.yield() }

  /// Until its task is cancelled.
  public func run() async {
    let ticking = Task { [wakeUp] in
      while !Task.isCancelled {
        try? await Task.sleep(for: Self.pause)
        wakeUp.yield()
      }
    }
    for await _ in wakeups { work() }
    ticking.cancel()
  }

  /// That piece is where it belongs.
  public func kept(_ key: SoundPiece.Key) {
    guard let done = errand, done.key == key else { return }
    errand = nil
    if done.isLast {
      files.remove(done.shipment)
      shipment = nil
    } else {
      shipment = (done.shipment, done.next)
    }
    work()
  }

  private func work() {
    if let waiting = errand {
      guard waiting.sentAt.duration(to: .now) > Self.patience else { return }
      (errand, shipment) = (nil, nil)
      deferred.insert(waiting.shipment.path)
    }
    do {
      guard let (next, offset) = try shipment ?? nextShipment() else { return }
      try carry(next, from: offset)
    } catch {
      shipment = nil
      log.error("a sound is not sent yet", metadata: ["cause": "\(error)"])
    }
  }

  private func nextShipment() throws -> (SoundFiles.Shipment, UInt64)? {
    if let next = try files.next(but: deferred) { return (next, 0) }
    deferred = []
    return try files.next().map { ($0, 0) }
  }

  private func carry(_ shipment: SoundFiles.Shipment, from offset: UInt64) throws {
    let piece = try Self.piece(of: shipment, from: offset)
    guard send(piece) else { return }
    self.shipment = (shipment, offset)
    errand = Errand(
      shipment: shipment, key: piece.key, isLast: piece.length != nil,
      next: offset + UInt64(piece.contents.count), sentAt: .now)
  }

  private static func piece(of shipment: SoundFiles.Shipment, from offset: UInt64) throws
    -> SoundPiece
  {
    guard shipment.part > 0 else {
      return SoundPiece(
        sound: shipment.sound, part: 0, offset: 0, contents: [], length: .zero)
    }
    let file = try Data(contentsOf: URL(filePath: shipment.path), options: .alwaysMapped)
    let bytes = Array(file.dropFirst(Int(clamping: offset)).prefix(SoundPiece.mostBytes))
    let isLast = Int(clamping: offset) + bytes.count >= file.count
    return SoundPiece(
      sound: shipment.sound, part: shipment.part, offset: shipment.offset + offset,
      contents: bytes, length: isLast ? shipment.sound.length(of: file.count) : nil)
  }
}
