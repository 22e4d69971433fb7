internal import FoundationEssentials
internal import SwiftProtobuf

extension SubscriptionChange: WireConvertible {
  init(wire: WireSubscription) throws(WireError) {
    self.init(
      key: Key(callID: wire.callID, localTag: wire.localTag),
      tenant: try WireField.id(wire.tenant, "subscription.tenant"),
      address: try WireField.name(wire.address, "subscription.address"),
      expiresIn: try WireField.duration(
        nanoseconds: wire.expiresInNanoseconds, "subscription.expires_in"),
      contents: Array(wire.contents))
  }

  var wire: WireSubscription {
    .with {
      $0.callID = key.callID
      $0.localTag = key.localTag
      $0.tenant = tenant.wire
      $0.address = address.text
      $0.expiresInNanoseconds = expiresIn.nanoseconds
      $0.contents = Data(contents)
    }
  }
}

struct SubscriptionList: WireConvertible {
  let subscriptions: [SubscriptionChange]

  init(subscriptions: [SubscriptionChange]) { self.subscriptions = subscriptions }

  init(wire: WireSubscriptions) throws(WireError) {
    self.init(subscriptions: try wire.subscriptions.map(SubscriptionChange.init(wire:)))
  }

  var wire: WireSubscriptions { .with { $0.subscriptions = subscriptions.map(\.wire) } }
}

extension MailboxChange: WireConvertible {
  init(wire: WireMailbox) throws(WireError) {
    self.init(
      tenant: try WireField.id(wire.tenant, "mailbox.tenant"),
      extension: try WireField.id(wire.extension, "mailbox.extension"),
      newMessages: wire.newMessages, oldMessages: wire.oldMessages)
  }

  var wire: WireMailbox {
    .with {
      $0.tenant = tenant.wire
      $0.extension = `extension`.wire
      $0.newMessages = newMessages
      $0.oldMessages = oldMessages
    }
  }
}

extension BindingTransport {
  /// A transport that we do not know is one that we cannot use either: as good as a connection that
  /// is gone.
  init(wire: WireBinding.Transport) {
    switch wire {
    case .udp: self = .udp
    case .tls: self = .tls
    case .tcp, .UNRECOGNIZED: self = .tcp
    }
  }

  var wire: WireBinding.Transport {
    switch self {
    case .udp: .udp
    case .tcp: .tcp
    case .tls: .tls
    }
  }
}
