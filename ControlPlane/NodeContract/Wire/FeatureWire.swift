internal import FoundationEssentials
internal import SwiftProtobuf

// Feature codes, and what users switch by them.

extension FeatureCodes {
  init(wire: WireFeatureCodes) {
    let known = wire.codes.compactMap { entry in
      Feature(rawValue: entry.feature).map { ($0, entry.code) }
    }
    self.init(codes: Dictionary(known) { first, _ in first })
  }

  var wire: WireFeatureCodes {
    .with {
      $0.codes = codes.sorted { $0.key.rawValue < $1.key.rawValue }.map { feature, code in
        .with {
          $0.feature = feature.rawValue
          $0.code = code
        }
      }
    }
  }
}

extension AnsweringSwitches {
  init(wire: [WireAnsweringSwitch]) throws(WireError) {
    self.init()
    for entry in wire {
      guard let kind = Kind(rawValue: entry.kind) else { continue }
      merge(kind, try State(wire: entry))
    }
  }

  var wire: [WireAnsweringSwitch] {
    Kind.allCases.compactMap { kind in self[kind].map { $0.wire(of: kind) } }
  }
}

extension AnsweringSwitches.State {
  init(wire: WireAnsweringSwitch) throws(WireError) {
    guard (0...WireField.latestWallTime).contains(wire.changedAtMilliseconds) else {
      throw .invalidField("answering_switch.changed_at")
    }
    guard wire.target.utf8.count <= 64 else { throw .invalidField("answering_switch.target") }
    self.init(
      isOn: wire.isOn, target: wire.hasTarget ? wire.target : nil,
      patience: wire.hasPatienceNanoseconds
        ? try WireField.duration(
          nanoseconds: wire.patienceNanoseconds, "answering_switch.patience") : nil,
      changedAt: WallTime(milliseconds: wire.changedAtMilliseconds))
  }

  func wire(of kind: AnsweringSwitches.Kind) -> WireAnsweringSwitch {
    .with {
      $0.kind = kind.rawValue
      $0.isOn = isOn
      if let target { $0.target = target }
      if let patience { $0.patienceNanoseconds = patience.nanoseconds }
      $0.changedAtMilliseconds = changedAt.milliseconds
    }
  }
}

extension AnsweringSwitches.Change: WireConvertible {
  init(wire: WireSwitchChange) throws(WireError) {
    guard let kind = AnsweringSwitches.Kind(rawValue: wire.state.kind) else {
      throw .invalidField("switch_change.kind")
    }
    self.init(
      try WireField.id(wire.extension, "switch_change.extension"), kind,
      try AnsweringSwitches.State(wire: wire.state))
  }

  var wire: WireSwitchChange {
    .with {
      $0.extension = self.extension.wire
      $0.state = state.wire(of: kind)
    }
  }
}
