import Epoll
import Logging
import NodeContract

/// What lies beneath the audio changes while the relay is open: keys come, keys change, parties prove
/// where they are.
extension RelayThread {
  /// A session description, or the lack of one, says how the party's media travels from now on.
  func secure(_ id: UInt64, _ side: RelaySide, _ transport: LegTransport) {
    guard let before = sessions[id]?.session[side] else { return }
    let transport = transport.keeping(what: before)
    guard transport != before else { return }
    sessions[id]?.session[side] = transport
    if let first = sessions[id]?.first { forgetPeer(RelayTable.media(of: side, from: first)) }
    protect(id, side)
    if transport.connectivity != before.connectivity { forgetProofs(id, side) }
    if before.isByHandshake, !transport.isSameHandshake(as: before) { handshakes?.end(id, side) }
    beginHandshake(id, side)
  }

  /// The party showed the right certificate.
  func agreed(_ id: UInt64, _ side: RelaySide, _ keys: LegKeys) {
    guard case .handshake(var handshake) = sessions[id]?.session[side].protection else { return }
    handshake.keys = keys
    sessions[id]?.session[side].protection = .handshake(handshake)
    protect(id, side)
    onKeys(id, side, keys)
    if let checkpoint = checkpoint(of: id) { onLatch(checkpoint) }
  }

  func beginHandshake(_ id: UInt64, _ side: RelaySide) {
    guard let handshake = sessions[id]?.session[side].openHandshake else { return }
    handshakes?.begin(id, side, handshake)
  }

  func transmit(_ id: UInt64, _ side: RelaySide, _ bytes: [UInt8], to remote: IPEndpoint?) {
    guard let first = sessions[id]?.first else { return }
    let port = table.ports[RelayTable.media(of: side, from: first)]
    guard let destination = remote.map(SocketAddress.init) ?? port.destination else { return }
    send(bytes, from: port, to: destination)
  }

  // MARK: - The table follows

  private func protect(_ id: UInt64, _ side: RelaySide) {
    guard let open = sessions[id] else { return }
    let (media, transport) = (RelayTable.media(of: side, from: open.first), open.session[side])
    for index in [media, RelayTable.control(of: media)] {
      table.ports[index].isProtected = transport.isProtected
      if transport.isMultiplexed { table.ports[index].isMultiplexed = true }
    }
    table.protect(media, protection(transport, before: table.protection(of: media), in: id))
  }

  /// Nil also when the library refuses keys of the right length, which it does not; the log has it
  /// then.
  private func protection(
    _ transport: LegTransport, before: LegProtection?, in id: UInt64
  ) -> LegProtection? {
    do {
      return try transport.keys.map { try LegProtection($0, insteadOf: before) }
    } catch {
      log.error("relay \(id) has no protection: \(error)")
      return nil
    }
  }

  private func forgetProofs(_ id: UInt64, _ side: RelaySide) {
    guard let first = sessions[id]?.first else { return }
    for offset in side == .a ? [0, 2] : [1, 3] {
      table.ports[first + offset].forgetProof()
      sessions[id]?.nominations[offset] = nil
    }
  }
}

extension LegTransport {
  /// A handshake that was made with the same party holds (RFC 8842 section 5.5).
  fileprivate func keeping(what before: LegTransport) -> LegTransport {
    guard case .handshake(var handshake) = protection, handshake.keys == nil,
      case .handshake(let known) = before.protection, isSameHandshake(as: before)
    else { return self }
    handshake.keys = known.keys
    var kept = self
    kept.protection = .handshake(handshake)
    return kept
  }

  fileprivate func isSameHandshake(as other: LegTransport) -> Bool {
    guard case .handshake(let one) = protection, case .handshake(let another) = other.protection
    else { return false }
    return one.hashes == another.hashes && one.isClient == another.isClient
  }
}
