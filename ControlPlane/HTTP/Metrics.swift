import Synchronization

/// What Prometheus calls a metric's type.
public enum MetricKind: String, Sendable { case counter, gauge, histogram }

/// One value of a metric with its labels.
public struct MetricSample: Hashable, Sendable {
  /// Appended to the metric's name: `_bucket`; usually empty.
  public var suffix: String
  public var labels: [MetricLabel]
  public var value: Double

  public init(_ value: Double, labels: [MetricLabel] = [], suffix: String = "") {
    self.value = value
    self.labels = labels
    self.suffix = suffix
  }
}

public struct MetricLabel: Hashable, Sendable {
  public var name: String
  public var value: String

  public init(_ name: String, _ value: some CustomStringConvertible) {
    self.name = name
    self.value = value.description
  }
}

/// A metric as it is at one moment.
public struct MetricFamily: Hashable, Sendable {
  public var name: String
  public var help: String
  public var kind: MetricKind
  public var samples: [MetricSample]

  public init(_ name: String, help: String, kind: MetricKind, samples: [MetricSample]) {
    self.name = name
    self.help = help
    self.kind = kind
    self.samples = samples
  }
}

/// All metrics of the process: those it keeps, and collectors that read their values from
/// somewhere when Prometheus asks.
public final class MetricsRegistry: Sendable {
  public typealias Collector = @Sendable () async -> [MetricFamily]

  private let kept = Mutex<[any KeptMetric]>([])
  private let collectors = Mutex<[Collector]>([])

  public init() {}

  /// Calls `collector` at each scrape.
  public func collect(_ collector: @escaping Collector) {
    collectors.withLock { $0.append(collector) }
  }

  /// A metric that only grows; `labels` names what its values are told apart by.
  public func counter(_ name: String, help: String, labels: [String] = []) -> Counter {
    keep(Counter(name: name, help: help, labels: labels))
  }

  /// Counts durations in buckets, in seconds.
  public func histogram(_ name: String, help: String, labels: [String] = []) -> Histogram {
    keep(Histogram(name: name, help: help, labels: labels))
  }

  private func keep<Metric: KeptMetric>(_ metric: Metric) -> Metric {
    kept.withLock { $0.append(metric) }
    return metric
  }

  /// All metrics, by name.
  public func families() async -> [MetricFamily] {
    var families = kept.withLock { $0.map(\.family) }
    for collector in collectors.withLock({ $0 }) { families += await collector() }
    return families.sorted { $0.name < $1.name }
  }
}

protocol KeptMetric: AnyObject, Sendable {
  var family: MetricFamily { get }
}

/// How many label sets a metric keeps; what comes later is counted under `other`, so that nobody
/// can fill the memory with labels.
private let labelSetLimit = 1_000

extension Dictionary where Key == [String] {
  fileprivate func admitted(_ labels: [String]) -> [String] {
    self[labels] != nil || count < labelSetLimit
      ? labels : Array(repeating: "other", count: labels.count)
  }
}

/// A metric that only grows.
public final class Counter: KeptMetric {
  private let name: String
  private let help: String
  private let labels: [String]
  private let values: Mutex<[[String]: Double]>

  init(name: String, help: String, labels: [String]) {
    (self.name, self.help, self.labels) = (name, help, labels)
    values = Mutex(labels.isEmpty ? [[]: 0] : [:])
  }

  /// Adds `amount` to the value with these label values, in the order of the counter's labels.
  public func add(_ amount: Double = 1, _ labelValues: String...) {
    precondition(labelValues.count == labels.count, "\(name) has the labels \(labels)")
    values.withLock { $0[$0.admitted(labelValues), default: 0] += amount }
  }

  var family: MetricFamily {
    let samples = values.withLock { values in
      values.sorted { $0.key.lexicographicallyPrecedes($1.key) }.map { key, value in
        MetricSample(value, labels: zip(labels, key).map { MetricLabel($0, $1) })
      }
    }
    return MetricFamily(name, help: help, kind: .counter, samples: samples)
  }
}

/// Durations counted in buckets.
public final class Histogram: KeptMetric {
  /// Upper bounds in seconds.
  static let bounds = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5]

  private struct Distribution {
    var counts = [UInt64](repeating: 0, count: Histogram.bounds.count)
    var count: UInt64 = 0
    var sum = 0.0
  }

  private let name: String
  private let help: String
  private let labels: [String]
  private let distributions = Mutex<[[String]: Distribution]>([:])

  init(name: String, help: String, labels: [String]) {
    (self.name, self.help, self.labels) = (name, help, labels)
  }

  /// Counts one duration under these label values, in the order of the histogram's labels.
  public func observe(_ duration: Duration, _ labelValues: String...) {
    precondition(labelValues.count == labels.count, "\(name) has the labels \(labels)")
    let seconds = duration / .seconds(1)
    distributions.withLock { distributions in
      let key = distributions.admitted(labelValues)
      distributions[key, default: Distribution()].count += 1
      distributions[key, default: Distribution()].sum += seconds
      guard let bucket = Histogram.bounds.firstIndex(where: { seconds <= $0 }) else { return }
      distributions[key, default: Distribution()].counts[bucket] += 1
    }
  }

  var family: MetricFamily {
    let samples = distributions.withLock { distributions in
      distributions.sorted { $0.key.lexicographicallyPrecedes($1.key) }.flatMap { key, value in
        Histogram.samples(of: value, labels: zip(labels, key).map { MetricLabel($0, $1) })
      }
    }
    return MetricFamily(name, help: help, kind: .histogram, samples: samples)
  }

  /// Prometheus' buckets count everything up to their bound.
  private static func samples(of value: Distribution, labels: [MetricLabel]) -> [MetricSample] {
    var total: UInt64 = 0
    let buckets = zip(Histogram.bounds, value.counts).map { bound, count in
      total += count
      return MetricSample(
        Double(total), labels: labels + [MetricLabel("le", bound)], suffix: "_bucket")
    }
    let all = Double(value.count)
    return buckets + [
      MetricSample(all, labels: labels + [MetricLabel("le", "+Inf")], suffix: "_bucket"),
      MetricSample(value.sum, labels: labels, suffix: "_sum"),
      MetricSample(all, labels: labels, suffix: "_count"),
    ]
  }
}
