import NodeContract
import SIP

/// All subscriptions, found by their dialog, by what they watch, and by time.
struct SubscriptionTable: Sendable {
  private(set) var all: [DialogKey: EventSubscription] = [:]
  private var watchers: [EventResource: Set<DialogKey>] = [:]
  private var perTenant: [TenantID: Int] = [:]
  private var perSubscriber: [BindingKey: Int] = [:]
  private var deadlines = DeadlineQueue<DialogKey>()

  var isEmpty: Bool { all.isEmpty }
  var count: Int { all.count }
  var nextDeadline: BootInstant? { deadlines.next }

  subscript(key: DialogKey) -> EventSubscription? { all[key] }

  /// In an order that does not depend on hashing.
  func watchers(of resource: EventResource) -> [DialogKey] {
    (watchers[resource] ?? []).sorted()
  }

  func isWatched(_ resource: EventResource) -> Bool { watchers[resource] != nil }

  mutating func popDue(at now: BootInstant) -> DialogKey? { deadlines.popDue(at: now) }

  /// Whether a further subscription of this extension's is within the limits.
  func hasRoom(for subscriber: BindingKey, _ limits: ExchangeLimits) -> Bool {
    all.count < limits.subscriptions
      && perTenant[subscriber.tenant, default: 0] < limits.subscriptionsPerTenant
      && perSubscriber[subscriber, default: 0] < limits.subscriptionsPerExtension
  }

  /// Keeps the subscription as it is now, unless it is over.
  mutating func store(_ subscription: EventSubscription) {
    let key = subscription.key
    guard !subscription.isOver else { return remove(key) }
    if all.updateValue(subscription, forKey: key) == nil { count(subscription, by: 1) }
    deadlines.set(subscription.nextDeadline, for: key)
  }

  mutating func remove(_ key: DialogKey) {
    guard let subscription = all.removeValue(forKey: key) else { return }
    count(subscription, by: -1)
    deadlines.set(nil, for: key)
  }

  private mutating func count(_ subscription: EventSubscription, by change: Int) {
    let resource = subscription.resource
    if change > 0 {
      watchers[resource, default: []].insert(subscription.key)
    } else {
      watchers[resource]?.remove(subscription.key)
      if watchers[resource]?.isEmpty == true { watchers[resource] = nil }
    }
    let subscriber = BindingKey(tenant: resource.tenant, extension: subscription.subscriber)
    perTenant.add(change, to: resource.tenant)
    perSubscriber.add(change, to: subscriber)
  }
}

extension Dictionary where Value == Int {
  /// A count that comes to nothing leaves nothing behind.
  fileprivate mutating func add(_ change: Int, to key: Key) {
    let sum = self[key, default: 0] + change
    self[key] = sum > 0 ? sum : nil
  }
}
