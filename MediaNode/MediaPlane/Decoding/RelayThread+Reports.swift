import Epoll
import NodeContract
import RTP

/// Reports to the parties of a decoded session: theirs tell of streams that end here, so they hear ours.
extension RelayThread {
  func reportToParties(of session: DecodedSession, at now: BootInstant) {
    for (media, side) in [(session.first, RelaySide.a), (session.first + 1, .b)] {
      let ports = table.ports
      let exit = ports[media].isMultiplexed ? media : RelayTable.control(of: media)
      guard ports[exit].destination != nil,
        let report = session.report(to: side, about: ports[media].reception, at: now),
        report.bytes.count <= packet.count
      else { continue }
      packet.copyBytes(from: report.bytes)
      // What the party says of it tells how long the way there and back is.
      if let senderReport = report.senderReport { ports[media].passed(senderReport, at: now) }
      _ = send(
        bytes(report.bytes.count), isReport: true, from: exit, of: ports,
        countingAt: RelayTable.partner(of: media))
    }
  }
}
