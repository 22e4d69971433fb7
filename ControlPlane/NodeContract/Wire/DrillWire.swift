internal import FoundationEssentials
internal import SwiftProtobuf

// Faults that are made on purpose: what nodes are told, and what they say of it.

extension DrillOrder: WireConvertible {
  init(wire: WireDrillOrder) throws(WireError) {
    self.init(
      drill: try WireField.id(wire.drill, "drill_order.drill"),
      fault: try WireField.present(Fault(rawValue: wire.fault), "drill_order.fault"),
      seconds: wire.seconds, beat: wire.beat == 0 ? nil : wire.beat)
  }

  var wire: WireDrillOrder {
    .with {
      $0.drill = drill.wire
      $0.fault = fault.rawValue
      $0.seconds = seconds
      $0.beat = beat ?? 0
    }
  }
}

extension DrillAnswer: WireConvertible {
  init(wire: WireDrillAnswer) throws(WireError) {
    let refusal = DrillRefusal(rawValue: wire.refusal)
    guard refusal != nil || wire.refusal.isEmpty else {
      throw .invalidField("drill_answer.refusal")
    }
    self.init(
      drill: try WireField.id(wire.drill, "drill_answer.drill"),
      verdict: refusal.map { .refused($0) } ?? .begins)
  }

  var wire: WireDrillAnswer {
    .with {
      $0.drill = drill.wire
      if case .refused(let refusal) = verdict { $0.refusal = refusal.rawValue }
    }
  }
}

extension DrillInquiry: WireConvertible {
  init(wire: WireDrillInquiry) throws(WireError) {
    self.init(
      drill: try WireField.id(wire.drill, "drill_inquiry.drill"),
      age: try WireField.duration(nanoseconds: wire.ageNanoseconds, "drill_inquiry.age"))
  }

  var wire: WireDrillInquiry {
    .with {
      $0.drill = drill.wire
      $0.ageNanoseconds = age.nanoseconds
    }
  }
}

extension DrillSound: WireConvertible {
  init(wire: WireDrillSound) throws(WireError) {
    guard wire.streams.count <= Self.mostStreams else {
      throw .invalidField("drill_sound.streams")
    }
    self.init(
      drill: try WireField.id(wire.drill, "drill_sound.drill"),
      streams: try wire.streams.map(StreamSilence.init(wire:)))
  }

  var wire: WireDrillSound {
    .with {
      $0.drill = drill.wire
      $0.streams = streams.prefix(Self.mostStreams).map(\.wire)
    }
  }
}

extension StreamSilence: WireConvertible {
  init(wire: WireStreamSilence) throws(WireError) {
    self.init(
      transport: try WireField.present(
        BindingTransport(rawValue: wire.transport), "stream_silence.transport"),
      party: try WireField.present(PartyClass(rawValue: wire.party), "stream_silence.party"),
      silence: wire.hasSilenceNanoseconds
        ? try WireField.duration(nanoseconds: wire.silenceNanoseconds, "stream_silence.silence")
        : nil)
  }

  var wire: WireStreamSilence {
    .with {
      $0.transport = transport.rawValue
      $0.party = party.rawValue
      if let silence { $0.silenceNanoseconds = silence.nanoseconds }
    }
  }
}
