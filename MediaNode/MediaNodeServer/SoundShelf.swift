import ControlLink
import Epoll
import FoundationEssentials
import Glibc
import Logging
import NodeContract
import Synchronization
import TLS

/// The sounds of the tenants that this node knows, on its disk by what they are: fetched as soon as a
/// snapshot names them, so that no call waits for one, and a sound that is there is heard while no
/// replica can be reached.
final class SoundShelf: Sendable {
  fileprivate struct Errand {
    let request: UUIDv7
    let tenant: TenantID
    let sound: SoundReference
    let begun: ContinuousClock.Instant
    /// The sound so far.
    var contents: [UInt8] = []
  }

  fileprivate struct State {
    var wanted: [TenantID: Set<SoundReference>] = [:]
    /// The names of those that are on disk.
    var present: Set<String> = []
    var errand: Errand?
    /// What could not be had is asked for again, but not before.
    var postponed: [SoundID: ContinuousClock.Instant] = [:]
    /// Since when nobody names those.
    var unnamed: [String: ContinuousClock.Instant] = [:]
  }

  private static let suffix = ".wav"
  /// A replica that has not answered for so long is not waited for.
  private static let patience = Duration.seconds(10)
  private static let pause = Duration.seconds(5)
  /// What the control plane does not have is not there a moment later.
  private static let longPause = Duration.seconds(60)
  /// Whoever hears a sound that its menu does not name any more hears it to its end.
  private static let grace = Duration.seconds(3_600)

  private let folder: String
  private let log: Logger
  private let state: Mutex<State>
  private let wakeups: AsyncStream<Void>
  private let wakeUp: AsyncStream<Void>.Continuation

  /// What an earlier process fetched is there.
  init(in folder: String, log: Logger) throws {
    self.folder = folder
    self.log = log
    (wakeups, wakeUp) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(1))
    try FileManager.default.createDirectory(
      atPath: folder, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
    let names = try FileManager.default.contentsOfDirectory(atPath: folder)
    state = Mutex(
      State(
        present: Set(
          names.filter { $0.hasSuffix(Self.suffix) }.map { String($0.dropLast(Self.suffix.count)) })
      ))
  }

  // MARK: - From any thread

  /// These, and no others, of that tenant.
  func keep(_ sounds: Set<SoundReference>, of tenant: TenantID) {
    state.withLock { $0.wanted[tenant] = sounds.isEmpty ? nil : sounds }
    wakeUp.yield()
  }

  func answered(_ answer: SoundAnswer) {
    let finished = state.withLock { state -> Errand? in
      guard var errand = state.errand, errand.request == answer.request else { return nil }
      state.errand = nil
      switch answer.outcome {
      case .piece(let contents, let isLast):
        errand.contents += contents
        guard errand.contents.count <= SoundReference.mostBytes, !contents.isEmpty else { break }
        guard !isLast else { return errand }
        state.errand = Errand(
          request: Self.newRequest(), tenant: errand.tenant, sound: errand.sound, begun: .now,
          contents: errand.contents)
        return nil
      case .missing:
        state.postponed[errand.sound.id] = .now + Self.longPause
        return nil
      case .failed: break
      }
      state.postponed[errand.sound.id] = .now + Self.pause
      return nil
    }
    if let finished { put(finished) }
    wakeUp.yield()
  }

  // MARK: - On its own

  /// Until its task is cancelled.
  ///
  /// - Parameters:
  ///   - replica: one that is linked.
  ///   - send: asks it.
  func run(
    replica: @Sendable () -> ReplicaName?, send: @Sendable (SoundRequest, ReplicaName) -> Void
  ) async {
    let ticking = Task { [wakeUp] in
      while !Task.isCancelled {
        try? await Task.sleep(for: .seconds(1))
        wakeUp.yield()
      }
    }
    var asked: UUIDv7?
    for await _ in wakeups {
      forgetUnnamed()
      guard let replica = replica(), let request = nextRequest(), request.id != asked else {
        continue
      }
      asked = request.id
      send(request, replica)
    }
    ticking.cancel()
  }

  /// What is to be asked now, or was asked and is not answered.
  private func nextRequest() -> SoundRequest? {
    state.withLock { state in
      if let errand = state.errand, errand.begun.duration(to: .now) > Self.patience {
        state.postponed[errand.sound.id] = .now + Self.pause
        state.errand = nil
      }
      if state.errand == nil, let (tenant, sound) = state.missing {
        state.errand = Errand(
          request: Self.newRequest(), tenant: tenant, sound: sound, begun: .now)
      }
      return state.errand.map {
        SoundRequest(
          id: $0.request, tenant: $0.tenant, sound: $0.sound.id,
          offset: UInt64($0.contents.count))
      }
    }
  }

  private static func newRequest() -> UUIDv7 {
    var random = SystemRandomNumberGenerator()
    return UUIDv7(at: MachineClock.moment().wall, using: &random)
  }

  /// A sound is on disk whole and proven, or not at all.
  private func put(_ errand: Errand) {
    let name = errand.sound.name
    do {
      guard OpenSSLHashing().sha256(errand.contents) == errand.sound.digest else {
        throw Damaged()
      }
      try DurableFile.write(errand.contents, to: "\(folder)/\(name)\(Self.suffix)")
      state.withLock { _ = $0.present.insert(name) }
    } catch {
      state.withLock { $0.postponed[errand.sound.id] = .now + Self.longPause }
      log.error(
        "a tenant's sound cannot be kept",
        metadata: ["sound": "\(errand.sound.id)", "cause": "\(error)"])
    }
  }

  private struct Damaged: Error {}

  private func forgetUnnamed() {
    let gone = state.withLock { state -> [String] in
      let named = Set(state.wanted.values.joined().map(\.name))
      state.unnamed = state.unnamed.filter { !named.contains($0.key) }
      for name in state.present where !named.contains(name) && state.unnamed[name] == nil {
        state.unnamed[name] = .now
      }
      state.postponed = state.postponed.filter { $0.value > .now }
      let gone = state.unnamed.filter { $0.value.duration(to: .now) > Self.grace }.map(\.key)
      for name in gone {
        state.unnamed[name] = nil
        state.present.remove(name)
      }
      return gone
    }
    for name in gone { unlink("\(folder)/\(name)\(Self.suffix)") }
  }
}

extension SoundShelf.State {
  /// The next sound that is to be fetched.
  fileprivate var missing: (TenantID, SoundReference)? {
    for (tenant, sounds) in wanted {
      for sound in sounds where !present.contains(sound.name) && postponed[sound.id] == nil {
        return (tenant, sound)
      }
    }
    return nil
  }
}
