internal import SwiftProtobuf

// Which calls of a tenant's are recorded.

extension RecordingRule: WireConvertible {
  init(wire: WireRecordingRule) throws(WireError) {
    self.init(
      id: try WireField.id(wire.id, "recording_rule.id"), calls: try Calls(wire: wire.calls),
      direction: wire.direction.isEmpty
        ? nil
        : try WireField.present(
          Direction(rawValue: wire.direction), "recording_rule.direction"),
      share: Int(min(wire.share, 100)), records: wire.records,
      notice: try WireField.present(Notice(rawValue: wire.notice), "recording_rule.notice"),
      pausers: try WireField.present(Pausers(rawValue: wire.pausers), "recording_rule.pausers"))
  }

  var wire: WireRecordingRule {
    .with {
      $0.id = id.wire
      $0.calls = calls.wire
      $0.direction = direction?.rawValue ?? ""
      $0.share = UInt32(clamping: share)
      $0.records = records
      $0.notice = notice.rawValue
      $0.pausers = pausers.rawValue
    }
  }
}

extension RecordingRule.Calls {
  init(wire: WireRecordingRule.OneOf_Calls?) throws(WireError) {
    switch wire {
    case .all: self = .all
    case .extension(let id): self = .of(try WireField.id(id, "recording_rule.extension"))
    case .number(let number): self = .to(number)
    case nil: throw .invalidField("recording_rule.calls")
    }
  }

  var wire: WireRecordingRule.OneOf_Calls {
    switch self {
    case .all: .all(WireNothing())
    case .of(let id): .extension(id.wire)
    case .to(let number): .number(number)
    }
  }
}
