import Announcements
import NodeContract

extension FlowVisit: Checkpointed {
  func write(to writer: inout CheckpointWriter) {
    writer.write(host)
    writer.write(flow)
    writer.write(called)
    writer.write(cameAt.milliseconds)
    writer.write(stop)
  }

  init(from reader: inout CheckpointReader) throws(CheckpointError) {
    host = try reader.read(ReceptionHost.self)
    flow = try reader.read(CallFlow.self)
    called = try reader.read(String.self)
    cameAt = WallTime(milliseconds: try reader.read(Int64.self))
    stop = try reader.read(String.self)
  }
}

extension FlowAnnouncement: Checkpointed {
  func write(to writer: inout CheckpointWriter) {
    writer.write(sound)
    writer.write(language)
    writer.write(choices)
  }

  init(from reader: inout CheckpointReader) throws(CheckpointError) {
    self.init(
      sound: try reader.read(SoundReference.self), language: try reader.read(SpokenLanguage.self),
      choices: try reader.read(UInt8.self))
  }
}
