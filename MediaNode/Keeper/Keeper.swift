import CLinux
import Glibc

/// The parent of a media node. It binds the node's sockets before it starts the node and holds
/// them while the node is dead, so that packets wait in the kernel instead of being refused, and
/// the next node answers them. It reads nothing that the network sends.
@main
struct Keeper {
  /// How long a node may take to end itself when asked to.
  static let stopGrace = Duration.seconds(10)
  /// What kills a spare may be there for a while: a file half written.
  static let spareRetrial = Duration.seconds(30)

  private let settings: Settings
  private var sockets: [(name: SocketName, socket: ListeningSocket)]
  /// What a node leaves to the next one: their business. Nobody here reads it.
  private let memory: Int32
  private let line: ChildLine
  /// Where addresses come and go; nil: those that there are stay.
  private let interface: NetworkInterface?
  /// Addresses that nodes of this keeper had added there: others' are none of its business.
  private var added: Set<String> = []
  private var policy = RestartPolicy()
  private var child: Child?
  private var spare: Spare?
  /// When a spare is started, unless there is one.
  private var spareDue: BootTime?
  private var predecessorDiedAt: BootTime?
  /// Descriptors of this process are numbered from here on, clear of those that children get.
  private let lowest: Int32
  /// Who ends a drill.
  private var watches: [Child] = []

  static func main() {
    do {
      let settings = try Settings(arguments: Array(CommandLine.arguments.dropFirst()))
      var keeper = try Keeper(settings)
      exit(keeper.run())
    } catch {
      write(2, "Keeper: \(error)\n")
      exit(2)
    }
  }

  private init(_ settings: Settings) throws {
    self.settings = settings
    guard access(settings.command[0], X_OK) == 0 else {
      throw StartError("cannot run \(settings.command[0]): \(String(cString: strerror(errno)))")
    }
    interface = try settings.interface.map(NetworkInterface.init)
    Signals.block()
    raiseDescriptorLimit()
    // Beside the sockets: memory, the line from the node, and the line to a spare.
    let most = settings.descriptors.count + settings.wanted.count + 3
    let lowest = Inheritance.firstNumber + Int32(most)
    self.lowest = lowest
    sockets =
      try settings.descriptors.map { ($0, try ListeningSocket($0, numberedFrom: lowest)) }
      + Self.free(among: settings.wanted, numberedFrom: lowest)
    memory = try sharedMemory(numberedFrom: lowest)
    line = try ChildLine(numberedFrom: lowest)
    try settings.pidFile.map { try writeFile($0, "\(getpid())\n") }
  }

  /// The sockets of those addresses that nobody else has now. The node binds the others itself, when
  /// it is given them.
  private static func free(
    among wanted: [SocketName], numberedFrom lowest: Int32
  ) -> [(name: SocketName, socket: ListeningSocket)] {
    Dictionary(grouping: wanted, by: \.host).sorted { $0.key < $1.key }.flatMap { host, names in
      var opened: [(name: SocketName, socket: ListeningSocket)] = []
      do {
        for name in names {
          opened.append((name, try ListeningSocket(name, numberedFrom: lowest)))
        }
        return opened
      } catch {
        for (_, socket) in opened { close(socket.descriptor) }
        log("notice", "somebody else has \(host), or nobody: \(error)")
        return []
      }
    }
  }

  /// Keeps the node alive until told to stop; returns the exit status.
  private mutating func run() -> Int32 {
    log("info", "keeping", ["sockets": sockets.map(\.name.text).joined(separator: ",")])
    if let refusal = Precedence.claim() {
      log("notice", "the node goes before nothing else here", ["cause": refusal])
    }
    defer { removeFiles() }
    startChild()
    while true {
      let now = BootTime.now()
      switch Signals.next(within: policy.delayLeft(at: now) ?? spareDue?.left(at: now)) {
      case nil: if child == nil { startChild() } else { startSpare() }
      case .stop(let signal): return stop(on: signal)
      case .childSpoke: for said in line.read() { heed(said) }
      case .childDied:
        if let status = reap(), status.isFinal { return status.code }
      }
    }
  }

  private func inheritance() -> Inheritance {
    var inheritance = Inheritance()
    inheritance[.sockets] =
      sockets.map { "\($0.name.text)=\(inheritance.add($0.socket.descriptor))" }
      .joined(separator: ",")
    inheritance[.memory] = "\(inheritance.add(memory))"
    inheritance[.keeper] = "\(inheritance.add(line.writing)),\(getpid())"
    inheritance[.interface] = interface?.name
    inheritance[.predecessorDiedAt] = predecessorDiedAt.map { "\($0.nanoseconds)" }
    return inheritance
  }

  private mutating func heed(_ said: String) {
    do {
      switch NodeWord(said) {
      case .close(let socket): release(socket)
      case .hold(let address, let end, let isAnnounced):
        guard let life = NodeWord.life(until: end, at: .now()) else { return }
        try interface?.hold(address, seconds: life)
        added.insert(address)
        if isAnnounced { try interface?.announce(address) }
      case .drop(let address):
        guard added.remove(address) != nil else { return }
        try interface?.drop(address)
        log("info", "dropped", ["address": address])
      case .drill(let fault): make(fault)
      case nil: log("error", "the node says what no keeper understands", ["line": said])
      }
    } catch {
      log("error", "\(error)")
    }
  }

  /// Whoever is struck comes back by itself: nothing of this waits for anybody.
  private mutating func make(_ fault: DrillFault) {
    guard let child else { return }
    log("notice", "a drill", ["fault": fault.description])
    switch fault {
    case .process: child.send(SIGKILL)
    case .machine(let seconds):
      child.send(SIGKILL)
      child.waitForEnd()
      spare?.dismiss()
      spare = nil
      for address in added { try? interface?.drop(address) }
      Absence.leave(for: seconds)
      log("error", "cannot leave for a drill: \(String(cString: strerror(errno)))")
    case .pause(let seconds):
      guard let watch = try? Absence.wake([child.pid, getpid()], after: seconds) else { return }
      watches.append(watch)
      child.send(SIGSTOP)
      kill(getpid(), SIGSTOP)
    case .cut(let cut, let seconds):
      guard let watch = try? Absence.cut(cut, for: seconds) else { return }
      watches.append(watch)
    }
  }

  /// The address is another's: its sockets are of no use here, and in the way there.
  private mutating func release(_ name: String) {
    guard let index = sockets.firstIndex(where: { $0.name.text == name }) else { return }
    close(sockets.remove(at: index).socket.descriptor)
    log("info", "released", ["socket": name])
  }

  /// A spare is called, if there is one; else a process begins.
  private mutating func startChild() {
    do {
      let inheritance = inheritance()
      let called = spare?.call(with: inheritance)
      spare = nil
      let child = try called ?? Child(settings.command, inheriting: inheritance)
      self.child = child
      policy.started(at: .now())
      spareDue = settings.spareDelay.map { BootTime.now().advanced(by: $0) }
      try settings.childPIDFile.map { try writeFile($0, "\(child.pid)\n") }
      log("info", "started", ["child": "\(child.pid)", "spare": called == nil ? "no" : "yes"])
    } catch {
      log("error", "cannot start the node: \(error)")
      if child == nil { policy.died(at: .now()) }
    }
  }

  private mutating func startSpare() {
    guard spare == nil else { return }
    spareDue = nil
    do {
      spare = try Spare(
        settings.command, withRoomFor: inheritance().descriptors.count, numberedFrom: lowest)
    } catch {
      log("error", "cannot start a spare: \(error)")
      spareDue = BootTime.now().advanced(by: Self.spareRetrial)
    }
  }

  /// Ends of drills and of a spare.
  private mutating func reapOthers() {
    watches.removeAll { $0.reap() != nil }
    guard let ended = spare, ended.hasEnded() else { return }
    spare = nil
    spareDue = BootTime.now().advanced(by: Self.spareRetrial)
    log("warning", "the spare died", ["child": "\(ended.child.pid)"])
  }

  /// Notes the child's death, if it is dead, and when the next one is due.
  private mutating func reap() -> ExitStatus? {
    reapOthers()
    guard let child, let status = child.reap() else { return nil }
    let time = BootTime.now()
    self.child = nil
    policy.died(at: time)
    predecessorDiedAt = time
    log(
      status.isFinal ? "error" : "warning", "died",
      [
        "child": "\(child.pid)", "how": status.description,
        "restart_in_ms": "\(policy.delay.milliseconds)",
      ])
    return status
  }

  private mutating func stop(on signal: Int32) -> Int32 {
    log("info", "stopping", ["signal": "\(signal)"])
    spare?.dismiss()
    guard let child else { return 0 }
    child.send(SIGTERM)
    let deadline = BootTime.now().advanced(by: Keeper.stopGrace)
    while true {
      if let status = child.reap() {
        log("info", "stopped", ["child": "\(child.pid)", "how": status.description])
        return 0
      }
      if Signals.next(within: deadline.left(at: .now())) == nil {
        log("error", "the node does not end itself and is killed", ["child": "\(child.pid)"])
        child.send(SIGKILL)
        child.waitForEnd()
        return 0
      }
    }
  }

  private func removeFiles() {
    for path in [settings.pidFile, settings.childPIDFile] { path.map { _ = unlink($0) } }
  }
}

/// Memory that a killed node leaves as it was.
private func sharedMemory(numberedFrom lowest: Int32) throws -> Int32 {
  let memory = clinux_memory_file("tandem-estate")
  defer { close(memory) }
  let descriptor = fcntl(memory, F_DUPFD_CLOEXEC, lowest)
  guard descriptor >= 0 else {
    throw StartError("cannot make memory for the node: \(String(cString: strerror(errno)))")
  }
  return descriptor
}

/// Every relayed stream needs four descriptors: takes what the system lets it take.
private func raiseDescriptorLimit() {
  var limit = rlimit(rlim_cur: 1_048_576, rlim_max: 1_048_576)
  if setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0 { return }
  getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
  limit.rlim_cur = limit.rlim_max
  setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
}
