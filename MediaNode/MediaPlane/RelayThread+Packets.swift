import CLinux
import Epoll
import Gates
import Glibc
import NodeContract
import RTP
import Synchronization

/// What happens to each packet: it is received into the thread's one buffer, looked at, and sent. No
/// allocation, no lock, no reference count: the ports lie in raw memory, and the time is that of the
/// batch. Only the gate of the address that it leaves from is asked with the time as it is.
extension RelayThread {
  /// Packets first and orders last: no event of this batch may meet a table that orders changed.
  func handleEvents(_ count: Int) {
    let now = MachineClock.boot()
    var relayed: UInt64 = 0
    var hasOrders = false
    var isTick = false
    let ports = table.ports
    for index in 0..<count {
      if index + 1 < count { approach(events[index + 1].data.u64, in: ports) }
      let tag = events[index].data.u64
      if tag == Self.wakeTag {
        hasOrders = true
      } else if tag == Self.tickTag {
        isTick = true
      } else if relay(Int(tag), of: ports, at: now) {
        relayed &+= 1
      }
    }
    if relayed > 0 { packetCount.add(relayed, ordering: .relaxed) }
    if isTick { tick(at: now) }
    if hasOrders { obeyOrders() }
    if sweep.isDue(at: now) { lookForSilence(at: now) }
  }

  typealias Ports = UnsafeMutableBufferPointer<RelayPort>

  /// The kernel's work on a packet drives our table out of the cache: what the next packet needs is
  /// fetched while this one is with the kernel. A tenth of all CPU, measured.
  private func approach(_ tag: UInt64, in ports: Ports) {
    guard tag < Self.tickTag, let base = ports.baseAddress else { return }
    clinux_prefetch(base + Int(tag), MemoryLayout<RelayPort>.size)
    clinux_prefetch(base + RelayTable.partner(of: Int(tag)), 64)
  }

  /// Carries the next datagram of one port over to the other party; true when it went.
  private func relay(_ index: Int, of ports: Ports, at now: BootInstant) -> Bool {
    let count = sender.pointee.withMutablePointer {
      clinux_receive(ports[index].descriptor, packet.baseAddress, packet.count, $0, $1)
    }
    guard count >= 0 else { return false }
    // A truncated packet is shown as empty, which no protocol admits.
    var received = bytes(count <= packet.count ? count : 0)
    if ports[index].isFax { return relayFax(received, index, of: ports, at: now) }
    if received.count > 0, received[0] < 128 {
      receiveBeside(received, index, of: ports, at: now)
      return false
    }
    let isMultiplexed = ports[index].channel == .media && RTCPHeader.isMultiplexed(received)
    if ports[index].isProtected {
      let isReport = isMultiplexed || ports[index].channel == .control
      guard
        let opened = table.protection(of: index)?.open(packet, received.count, isReport: isReport)
      else {
        ports[index].unproven &+= 1
        return false
      }
      received = bytes(opened)
    }
    switch ports[index].channel {
    case .media where isMultiplexed: return relayMultiplexed(received, index, of: ports, at: now)
    case .media: return relayMedia(received, index, of: ports, at: now)
    case .control: return relayControl(received, index, of: ports, at: now)
    }
  }

  /// What the buffer begins with.
  func bytes(_ count: Int) -> UnsafeRawBufferPointer {
    UnsafeRawBufferPointer(rebasing: UnsafeRawBufferPointer(packet)[..<count])
  }

  private func relayMedia(
    _ packet: UnsafeRawBufferPointer, _ index: Int, of ports: Ports, at now: BootInstant
  ) -> Bool {
    let wasLatched = ports[index].source != nil
    guard ports[index].admitsMedia(packet, from: sender.pointee, at: now) else { return false }
    if !wasLatched || isCheckpointDue(index, in: ports) { latched(index, in: ports) }
    if isPeerDue(index, in: ports) { makePeer(index, in: ports) }
    if ports[index].isDecoded {
      table.decoder(of: index)?.take(packet, from: index & 1 == 0 ? .a : .b, at: now)
      return false
    }
    let exit = RelayTable.partner(of: index)
    if ports[exit].isSpliced { splice(packet.count, to: exit) }
    guard send(packet, isReport: false, from: exit, of: ports, countingAt: index) else {
      return false
    }
    ports[exit].noteSent(at: now)
    return true
  }

  /// UDPTL may begin with any byte, and is never protected.
  private func relayFax(
    _ datagram: UnsafeRawBufferPointer, _ index: Int, of ports: Ports, at now: BootInstant
  ) -> Bool {
    let wasLatched = ports[index].source != nil
    guard ports[index].admitsFax(datagram, from: sender.pointee, at: now) else { return false }
    if !wasLatched { latched(index, in: ports) }
    let exit = RelayTable.partner(of: index)
    return send(datagram, isReport: false, from: exit, of: ports, countingAt: index)
  }

  /// The packet in the buffer goes on where our own ended.
  private func splice(_ count: Int, to exit: Int) {
    let isFirst = table.pass(UnsafeMutableRawBufferPointer(rebasing: packet[..<count]), to: exit)
    if isFirst, let id = table.sessions[exit / RelayTable.portsPerSession] { leaveStreams(of: id) }
  }

  /// How far a stream may go before who carries it on must know better: a quarter of the numbers after
  /// which a rollover counter grows.
  private static let checkpointInterval: UInt64 = 1 << 14 - 1

  /// Only rollover counters grow old.
  private func isCheckpointDue(_ index: Int, in ports: Ports) -> Bool {
    ports[index].packets & Self.checkpointInterval == 0
      && (ports[index].isProtected || ports[RelayTable.partner(of: index)].isProtected)
  }

  /// Twice in a call, and every few minutes.
  private func latched(_ index: Int, in ports: Ports) {
    guessControl(of: index, in: ports)
    guard let id = table.sessions[index / RelayTable.portsPerSession],
      let checkpoint = checkpoint(of: id)
    else { return }
    onLatch(checkpoint)
  }

  func guessControl(of media: Int, in ports: Ports) {
    guard let source = ports[media].source else { return }
    ports[RelayTable.control(of: media)].guess(besideMedia: source)
  }

  private func relayMultiplexed(
    _ datagram: UnsafeRawBufferPointer, _ media: Int, of ports: Ports, at now: BootInstant
  ) -> Bool {
    guard
      let reports = ports[media].admitsMultiplexed(datagram, from: sender.pointee, at: now)
    else { return false }
    return pass(reports, datagram, from: media, of: ports, countingAt: media, at: now)
  }

  private func relayControl(
    _ datagram: UnsafeRawBufferPointer, _ index: Int, of ports: Ports, at now: BootInstant
  ) -> Bool {
    let media = RelayTable.media(of: index)
    guard
      let reports = ports[index].admitsControl(
        datagram, from: sender.pointee, mediaSource: ports[media].source, at: now)
    else { return false }
    return pass(reports, datagram, from: media, of: ports, countingAt: index, at: now)
  }

  /// RTCP reaches the other party where that wants it.
  private func pass(
    _ reports: RTCPReports, _ datagram: UnsafeRawBufferPointer, from media: Int, of ports: Ports,
    countingAt index: Int, at now: BootInstant
  ) -> Bool {
    let partner = RelayTable.partner(of: media)
    if let block = reports.block { ports[media].note(block, at: now) }
    // They tell of streams that end here, and ours tell of what we make.
    if ports[media].isDecoded {
      if let report = reports.senderReport {
        table.decoder(of: media)?.heard(report, from: media & 1 == 0 ? .a : .b, at: now)
      }
      return false
    }
    if let report = reports.senderReport { ports[partner].passed(report, at: now) }
    let exit = ports[partner].isMultiplexed ? partner : RelayTable.control(of: partner)
    return send(datagram, isReport: true, from: exit, of: ports, countingAt: index)
  }

  func send(
    _ clear: UnsafeRawBufferPointer, isReport: Bool, from exit: Int, of ports: Ports,
    countingAt index: Int
  ) -> Bool {
    // The last look before the kernel has it: a process can be stopped between any two instructions.
    guard ports[exit].gate.relays else {
      ports[index].withheld &+= 1
      return false
    }
    var bytes = clear
    if ports[exit].isProtected {
      guard
        let sealed = table.protection(of: exit)?.seal(packet, clear.count, isReport: isReport)
      else {
        ports[index].undelivered &+= 1
        return false
      }
      bytes = self.bytes(sealed)
    }
    guard transmit(bytes, from: exit, of: ports) else {
      ports[index].undelivered &+= 1
      return false
    }
    return true
  }

  private func transmit(_ bytes: UnsafeRawBufferPointer, from exit: Int, of ports: Ports) -> Bool {
    let descriptor = ports[exit].descriptor
    if ports[exit].isConnected {
      return clinux_send(descriptor, bytes.baseAddress, bytes.count, nil, 0) >= 0
    }
    let sent = ports[exit].destination?.withPointer {
      clinux_send(descriptor, bytes.baseAddress, bytes.count, $0, $1)
    }
    return sent ?? -1 >= 0
  }

  // MARK: - Silence

  /// A few sessions at a time, so that no packet waits for a look at thousands.
  private func lookForSilence(at now: BootInstant) {
    for place in sweep.next(of: table.sessions.count, at: now) {
      guard let id = table.sessions[place], let since = sessions[id]?.silentSince else { continue }
      let first = place * RelayTable.portsPerSession
      forgetSilentPeers(from: first, at: now)
      let heard = lastHeard(from: first) ?? since
      guard max(heard, since).duration(to: now) >= silenceLimit else { continue }
      sessions[id]?.silentSince = now
      onSilence(id)
    }
  }

  private func lastHeard(from first: Int) -> BootInstant? {
    var latest: BootInstant?
    for index in first..<first + RelayTable.portsPerSession {
      latest = Self.later(latest, table.ports[index].lastPacket)
      latest = Self.later(latest, table.ports[index].lastReport)
    }
    return latest
  }

  /// Asked too often to make a list.
  private static func later(_ left: BootInstant?, _ right: BootInstant?) -> BootInstant? {
    guard let left, let right else { return left ?? right }
    return max(left, right)
  }
}

/// Which sessions are looked at next for silence.
struct SilenceSweep {
  private var place = 0
  private var due = BootInstant(nanoseconds: 0)

  /// All are looked at within a quarter of a second.
  private static let (interval, turns) = (Duration.milliseconds(25), 10)

  func isDue(at now: BootInstant) -> Bool { due <= now }

  mutating func next(of count: Int, at now: BootInstant) -> Range<Int> {
    due = now.advanced(by: Self.interval)
    let start = place < count ? place : 0
    place = min(start + max(count / Self.turns, 1), count)
    return start..<place
  }
}
