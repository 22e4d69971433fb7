internal import SwiftProtobuf

// Calls that users have made by the control plane.

extension ClickOrder: WireConvertible {
  init(wire: WireClickOrder) throws(WireError) {
    self.init(
      try WireField.present(Verb(rawValue: wire.verb), "click_order.verb"),
      call: try WireField.id(wire.call, "click_order.call"),
      tenant: try WireField.id(wire.tenant, "click_order.tenant"),
      extension: wire.extension.isEmpty
        ? nil : try WireField.id(wire.extension, "click_order.extension"),
      number: wire.number, shown: wire.shown.isEmpty ? nil : wire.shown,
      answersByItself: wire.answersByItself, beat: wire.beat == 0 ? nil : wire.beat)
  }

  var wire: WireClickOrder {
    .with {
      $0.verb = verb.rawValue
      $0.call = call.wire
      $0.tenant = tenant.wire
      if let `extension` { $0.extension = `extension`.wire }
      $0.number = number
      $0.shown = shown ?? ""
      $0.answersByItself = answersByItself
      $0.beat = beat ?? 0
    }
  }
}

extension ClickAnswer: WireConvertible {
  init(wire: WireClickAnswer) throws(WireError) {
    let refusal = ClickRefusal(rawValue: wire.refusal)
    guard refusal != nil || wire.refusal.isEmpty else {
      throw .invalidField("click_answer.refusal")
    }
    self.init(
      call: try WireField.id(wire.call, "click_answer.call"),
      verb: try WireField.present(ClickOrder.Verb(rawValue: wire.verb), "click_answer.verb"),
      refusal: refusal)
  }

  var wire: WireClickAnswer {
    .with {
      $0.call = call.wire
      $0.verb = verb.rawValue
      if let refusal { $0.refusal = refusal.rawValue }
    }
  }
}
