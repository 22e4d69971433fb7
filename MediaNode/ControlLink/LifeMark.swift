import Foundation
public import NodeContract

/// A small file that says when this node last lived, renewed every second: after a power cut it is
/// the best proof of how long the calls lasted. It is not forced to disk; what a cut takes of it
/// makes a call shorter on the bill, never longer.
public struct LifeMark: Sendable {
  private let file: String
  private let boot: UUIDv7

  public init(file: String, boot: UUIDv7) {
    self.file = file
    self.boot = boot
  }

  public func renew(at now: Moment) {
    let line = "\(boot) \(now.boot.nanoseconds) \(now.wall.milliseconds)\n"
    try? Data(line.utf8).write(to: URL(filePath: file), options: .atomic)
  }

  /// What an earlier process left; nil where there is none that can be read.
  public func read() -> FactTime? {
    guard let text = try? String(contentsOfFile: file, encoding: .utf8) else { return nil }
    let words = text.split(whereSeparator: \.isWhitespace)
    guard words.count == 3, let boot = UUIDv7(words[0]), let instant = Int64(words[1]),
      let wall = Int64(words[2])
    else { return nil }
    return FactTime(
      boot: boot, instant: BootInstant(nanoseconds: instant),
      wall: WallTime(milliseconds: wall))
  }
}
