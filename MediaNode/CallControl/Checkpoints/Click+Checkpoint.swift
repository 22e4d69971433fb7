import NodeContract

/// A call that a user had made, as it is written.
struct ClickTurn: Hashable, Checkpointed {
  let click: Click
  let leg: LegID
  let number: String
  let stage: Errand.Stage

  /// Nil: it is made for another reason.
  init?(_ errand: Errand?) {
    guard let errand, let click = errand.click else { return nil }
    (self.click, leg, number, stage) = (click, errand.leg, errand.number, errand.stage)
  }

  func write(to writer: inout CheckpointWriter) {
    writer.write(click.host)
    writer.write(click.shown)
    writer.write(leg)
    writer.write(number)
    writer.write(stage)
  }

  init(from reader: inout CheckpointReader) throws(CheckpointError) {
    click = Click(host: try reader.read(), shown: try reader.read())
    leg = try reader.read()
    number = try reader.read()
    stage = try reader.read()
  }
}

extension Errand {
  init(_ turn: ClickTurn) {
    self.init(
      purpose: .click(turn.click), leg: turn.leg, number: turn.number, stage: turn.stage)
  }
}
