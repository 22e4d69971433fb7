public import NodeContract
import SIP

/// NOTIFY (RFC 6665 section 4.2.2): what is told to whom, and when a subscription ends.
extension Exchange {
  /// A mailbox has other messages than before; its owner's lamps are told (RFC 3842).
  public mutating func messagesWaiting(
    _ messages: WaitingMessages, of extension: ExtensionID, in tenant: TenantID, at now: Moment
  ) -> [ExchangeAction] {
    let key = BindingKey(tenant: tenant, extension: `extension`)
    guard directory[tenant]?.has(`extension`) == true, mailboxes[key] != messages else { return [] }
    mailboxes[key] = messages == WaitingMessages() ? nil : messages
    let resource = EventResource(
      tenant: tenant, extension: `extension`, package: .messageSummary)
    tellWatchers(of: resource, at: now)
    return takeOutbox(at: now)
  }

  // MARK: - Calls

  /// Tells the watchers of those whose calls look different now.
  mutating func tellWatchers(
    from before: CopyOnWrite<CallMachine>?, to call: CopyOnWrite<CallMachine>, at now: Moment
  ) {
    guard !subscriptions.isEmpty else { return }
    let (before, call) = (before?.wrappedValue, call.wrappedValue)
    for id in call.extensions {
      let resource = EventResource(tenant: call.tenant, extension: id, package: .dialog)
      guard subscriptions.isWatched(resource),
        before?.watchedDialogs(of: id) != call.watchedDialogs(of: id)
      else { continue }
      tellWatchers(of: resource, at: now)
    }
  }

  mutating func tellWatchers(of resource: EventResource, at now: Moment) {
    for key in subscriptions.watchers(of: resource) {
      guard var subscription = subscriptions[key] else { continue }
      subscription.changed()
      notify(subscription, at: now)
    }
  }

  // MARK: - Sending

  /// Keeps the subscription and sends what it has to tell.
  ///
  /// - Parameter isRenewed: a SUBSCRIBE made it what it is now.
  mutating func notify(
    _ subscription: EventSubscription, isRenewed: Bool = false, at now: Moment
  ) {
    var subscription = subscription
    let isKnown = subscriptions[subscription.key] != nil
    let request = subscription.notification(at: now.boot) { document(of: $0) }
    let isOld =
      request != nil
      && (!subscription.isRemembered
        || subscription.version % EventSubscription.notificationsPerChange == 0)
    if isOld { subscription.isRemembered = true }
    subscriptions.store(subscription)
    if subscription.isOver ? isKnown : isRenewed || isOld { remember(subscription, at: now) }
    guard let request else { return }
    let branch = "\(Via.magicCookie)\(subscription.key.localTag)-\(request.headers.cseq.number)"
    let sent = layer.send(
      signed(request), over: subscription.flow, branch: branch, at: now.boot)
    notifying[sent.id] = subscription.key
    handle(sent.events, at: now)
  }

  private func document(of subscription: EventSubscription) -> String {
    let resource = subscription.resource
    let tenant = directory[resource.tenant]
    let entry = tenant?.extensionsByID[resource.extension]
    let place = resource.extension.parkingPlace.map {
      ParkingPlace(tenant: resource.tenant, slot: $0)
    }
    let name =
      place.flatMap { tenant?.snapshot.features.text(.park, "\($0.slot)") }
      ?? resource.switchCode(in: tenant)
    let account = SIPURI(
      user: name ?? entry?.number, host: tenant?.snapshot.domain ?? "anonymous.invalid")
    switch resource.package {
    case .dialog:
      let dialogs =
        place.map { waiting(at: $0) } ?? resource.switch.map { switched($0, of: entry) }
        ?? dialogs(of: resource.key, since: subscription.version)
      return DialogInfo(entity: account, version: subscription.version, entries: dialogs).text
    case .messageSummary:
      return (mailboxes[resource.key] ?? WaitingMessages()).summary(of: account.description)
    }
  }

  /// What is over is named only where nothing else is and something was told before: some lamps wait
  /// for the word, but others take the first dialog of a document for the only one.
  private func dialogs(of key: BindingKey, since version: UInt32) -> [DialogInfo.Entry] {
    let entries = (lines[key] ?? []).sorted().lazy.compactMap { calls[$0]?.machine }
      .flatMap { $0.watchedDialogs(of: key.extension) }
    let live = entries.filter { $0.state != .terminated }
    let told = live.isEmpty && version > 0 ? Array(entries) : Array(live)
    return Array(told.prefix(limits.watchedDialogs))
  }

  // MARK: - Answers, time, ends

  /// True when the response was to a NOTIFY of a subscription.
  mutating func notificationAnswered(
    _ response: SIPResponse, _ id: ClientTransactionID, at now: Moment
  ) -> Bool {
    guard let key = notifying[id] else { return false }
    guard response.status >= 200 else { return true }
    notifying[id] = nil
    notifyAnswered(response.status, key, at: now)
    return true
  }

  mutating func notificationTimedOut(_ id: ClientTransactionID, at now: Moment) -> Bool {
    guard let key = notifying.removeValue(forKey: id) else { return false }
    notifyAnswered(nil, key, at: now)
    return true
  }

  private mutating func notifyAnswered(_ status: Int?, _ key: DialogKey, at now: Moment) {
    guard var subscription = subscriptions[key] else { return }
    subscription.notifyAnswered(status)
    notify(subscription, at: now)
  }

  mutating func advanceSubscriptions(to now: Moment) {
    while let key = subscriptions.popDue(at: now.boot) {
      guard var subscription = subscriptions[key] else { continue }
      subscription.deadlinePassed(at: now.boot)
      notify(subscription, at: now)
    }
  }

  /// Ends the subscriptions that watch, or are held by, those who are gone.
  mutating func endSubscriptions(of tenant: TenantID, except kept: Set<ExtensionID>, at now: Moment)
  {
    for key in mailboxes.keys where key.tenant == tenant && !kept.contains(key.extension) {
      mailboxes[key] = nil
    }
    endSubscriptions(.noresource, at: now) {
      $0.resource.tenant == tenant
        && !((kept.contains($0.resource.extension) || $0.resource.extension.parkingPlace != nil)
          && kept.contains($0.subscriber))
    }
  }

  mutating func endSubscriptions(
    _ reason: EventSubscription.EndReason, at now: Moment,
    where isMeant: (EventSubscription) -> Bool
  ) {
    for var subscription in subscriptions.all.values.filter(isMeant).sorted(by: { $0.key < $1.key })
    {
      subscription.end(reason)
      notify(subscription, at: now)
    }
  }

  /// Whoever serves the address now tells its phones.
  mutating func forgetSubscriptions(at address: AddressName) {
    for (key, subscription) in subscriptions.all where subscription.address == address {
      subscriptions.remove(key)
    }
  }
}

extension CallMachine {
  /// The extensions that have a leg in this call.
  var extensions: Set<ExtensionID> {
    Set(
      legs.compactMap { leg in
        switch leg.party {
        case .extension(let id, _): id
        case .trunk: nil
        }
      })
  }
}
