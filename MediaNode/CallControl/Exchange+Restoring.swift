public import NodeContract
import SIP

/// What a replica remembers of this node's life before: bindings and subscriptions go on where they
/// were. What came by a connection ended with the process that held it, and its phone comes back by
/// itself.
extension Exchange {
  /// What phones registered since wins.
  public mutating func restore(_ bindings: [BindingChange], at now: Moment) -> [ExchangeAction] {
    for change in bindings where directory[change.tenant]?.has(change.extension) ?? true {
      guard change.transport == .udp else {
        announce(registrar.lost(change))
        continue
      }
      registrar.restore(change, at: now.boot)
    }
    return takeOutbox(at: now)
  }

  /// Each watcher is told how things are now, in turn rather than all at once.
  public mutating func restore(_ changes: [SubscriptionChange], at now: Moment)
    -> [ExchangeAction]
  {
    for change in changes where grants[change.address] != nil { restore(change, at: now) }
    return takeOutbox(at: now)
  }

  /// - Parameter place: where it goes on, should its address be lost.
  mutating func restore(
    _ change: SubscriptionChange, movedTo place: NewPlace? = nil, at now: Moment
  ) {
    guard
      let known = try? EventSubscription(checkpoint: change.contents, at: now.boot),
      let subscription = place.map({ known.moved(to: $0) }) ?? known,
      isWelcome(subscription, as: change, at: now)
    else { return outbox.append(.subscriptionChanged(change.ended)) }
    let pause = Duration.milliseconds(2 * subscriptions.count)
    subscriptions.store(
      subscription.adopted(
        until: now.boot.advanced(by: change.expiresIn),
        tellingAt: now.boot.advanced(by: pause)))
  }

  private func isWelcome(
    _ subscription: EventSubscription, as change: SubscriptionChange, at now: Moment
  ) -> Bool {
    let (resource, key) = (subscription.resource, subscription.key)
    let names = SubscriptionChange.Key(callID: key.callID, localTag: key.localTag)
    guard names == change.key, subscriptions[key] == nil, !subscription.isOver,
      !subscription.flow.transport.isReliable
    else { return false }
    let tenant = directory[resource.tenant]
    let isPlace = resource.extension.parkingPlace != nil
    let isKnown = tenant.map {
      (isPlace || $0.has(resource.extension)) && $0.has(subscription.subscriber)
    }
    let subscriber = BindingKey(tenant: resource.tenant, extension: subscription.subscriber)
    return isKnown ?? true && subscriptions.hasRoom(for: subscriber, limits)
  }

  /// The next process must know of it.
  mutating func remember(_ subscription: EventSubscription, at now: Moment) {
    outbox.append(.subscriptionChanged(subscription.change(at: now.boot)))
  }
}

extension SubscriptionChange {
  fileprivate var ended: SubscriptionChange {
    var copy = self
    copy.expiresIn = .zero
    copy.contents = []
    return copy
  }
}

extension EventSubscription {
  /// NOTIFYs that may go out before the next process must know better than to number its own lower.
  static let notificationsPerChange: UInt32 = 50

  fileprivate func change(at now: BootInstant) -> SubscriptionChange {
    let change = SubscriptionChange(
      key: .init(callID: key.callID, localTag: key.localTag), tenant: resource.tenant,
      address: address, expiresIn: .zero, contents: [])
    guard case .active(let until) = state else { return change }
    var active = change
    active.expiresIn = max(.zero, now.duration(to: until))
    active.contents = checkpoint(at: now)
    return active
  }

  /// - Parameter until: whoever remembered it counted the time since it was written.
  fileprivate func adopted(until: BootInstant, tellingAt instant: BootInstant)
    -> EventSubscription
  {
    var copy = self
    copy.adopted()
    copy.lasts(until: until)
    copy.tell(at: instant)
    return copy
  }
}
