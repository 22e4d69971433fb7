import NodeContract
import SIP

extension EventSubscription {
  /// The same at another address of ours: the next NOTIFY says by its Contact where we are (RFC 6665 section
  /// 4.4.1). Nil: it cannot be told from there, and its phone subscribes anew where it registers.
  func moved(to place: NewPlace) -> EventSubscription? {
    let host = place.address(for: flow)
    var dialog = dialog
    guard flow.transport == .udp, dialog.request(.options).nextHop.endpoint == flow.remote,
      ServerLocator.Family(of: host.ip) == ServerLocator.Family(of: flow.remote.address)
    else { return nil }
    var moved = self
    moved.address = host.name
    moved.flow = flow.moved(to: host)
    (moved.dialog.contact.uri.host, moved.dialog.contact.uri.port) =
      (host.ip.description, host.sipPort)
    return moved
  }
}
