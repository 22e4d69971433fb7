import Audio
import Testing

@Suite("What is played to callers")
struct SoundPlayerTests {
  private func clip(_ name: String, _ samples: ClosedRange<Int16>) -> SoundPlayer.Clip {
    SoundPlayer.Clip(name: name, samples: Array(samples))
  }

  private func frames(_ player: inout SoundPlayer, _ count: Int, of length: Int) -> [[Int16]] {
    (0..<count).map { _ in
      var frame: [Int16] = []
      _ = player.frame(length, into: &frame)
      return frame
    }
  }

  @Test("Prompts follow each other without a gap, then there is silence")
  func prompts() {
    var player = SoundPlayer()
    let accepted = player.play([clip("one", 1...5), clip("none", 1...1), clip("two", 11...14)])
    #expect(accepted)
    #expect(
      frames(&player, 4, of: 4) == [[1, 2, 3, 4], [5, 1, 11, 12], [13, 14, 0, 0], [0, 0, 0, 0]])
    #expect(player.isIdle)
  }

  @Test("The end of the last prompt is told once")
  func progress() {
    var player = SoundPlayer()
    _ = player.play([clip("one", 1...6)])
    var frame: [Int16] = []
    let told = (0..<4).map { _ in player.frame(4, into: &frame) }
    #expect(told == [.playing, .finished, .idle, .idle])
  }

  @Test("Music goes round, steps aside for a prompt and goes on where it was")
  func music() {
    var player = SoundPlayer()
    player.wait(with: [clip("first", 1...3), clip("second", 11...13)])
    let before = frames(&player, 2, of: 4)
    _ = player.play([clip("prompt", 101...104)])
    let after = frames(&player, 2, of: 4)
    #expect(before == [[1, 2, 3, 11], [12, 13, 1, 2]])
    #expect(after == [[101, 102, 103, 104], [3, 11, 12, 13]])
  }

  @Test("A key ends the prompts at once")
  func stopping() {
    var player = SoundPlayer()
    _ = player.play([clip("long", 1...100)])
    _ = frames(&player, 1, of: 10)
    player.stop()
    #expect(frames(&player, 1, of: 3) == [[0, 0, 0]])
  }

  @Test("Sounds without a sample do no harm, and the queue is bounded")
  func bounds() {
    var player = SoundPlayer()
    let empty = SoundPlayer.Clip(name: "empty", samples: [])
    player.wait(with: [empty])
    let none = player.play([empty])
    let tooMany = player.play(Array(repeating: clip("x", 1...1), count: 65))
    #expect(none && !tooMany)
    #expect(frames(&player, 1, of: 2) == [[0, 0]])
  }
}
