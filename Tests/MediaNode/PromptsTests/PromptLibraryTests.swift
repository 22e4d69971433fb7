import Announcements
import Audio
import Foundation
import Prompts
import Testing

@Suite("Prompts from files")
struct PromptLibraryTests {
  /// A folder with one language's words, gone with the test.
  private func withFolder(_ body: (URL) throws -> Void) throws {
    let folder = FileManager.default.temporaryDirectory.appending(path: UUID().uuidString)
    defer { try? FileManager.default.removeItem(at: folder) }
    try FileManager.default.createDirectory(
      at: folder.appending(path: "de"), withIntermediateDirectories: true)
    try body(folder)
  }

  private func write(_ samples: [Int16], rate: Int = 8_000, to file: URL) throws {
    try Data(WAVFile(sampleRate: rate, channels: [samples]).encoded()).write(to: file)
  }

  @Test("What a synthesiser spoke is found by its words, whatever their letters")
  func spokenWords() throws {
    try withFolder { folder in
      try write([1, 2, 3], to: folder.appending(path: "de/f-c3-bcnf.wav"))
      let library = PromptLibrary(synthesised: folder.path)
      let clip = try library.clip(.spoken("fünf"), in: .german)
      #expect(clip.samples == [1, 2, 3])
      // Kept: the file is not read again.
      try FileManager.default.removeItem(at: folder.appending(path: "de/f-c3-bcnf.wav"))
      #expect(try library.clip(.spoken("fünf"), in: .german).samples == [1, 2, 3])
    }
  }

  @Test("A sound that is missing or broken is told, with its path")
  func missing() throws {
    try withFolder { folder in
      try Data("no sound".utf8).write(to: folder.appending(path: "de/eins.wav"))
      let library = PromptLibrary(synthesised: folder.path)
      let broken = folder.appending(path: "de/eins.wav").path
      #expect(throws: PromptError.unreadable(path: broken, .notWAV)) {
        try library.clip(.spoken("eins"), in: .german)
      }
      #expect(throws: PromptError.missing(path: "\(folder.path)/de/zwei.wav")) {
        try library.clips([.spoken("zwei")], in: .german)
      }
    }
  }

  @Test("A tenant's own sound is found by what it is")
  func uploaded() throws {
    try withFolder { folder in
      try write([4, 5], to: folder.appending(path: "00ff.wav"))
      let library = PromptLibrary(synthesised: "", uploaded: folder.path)
      #expect(try library.clip(.uploaded("00ff"), in: .german).samples == [4, 5])
      #expect(throws: PromptError.missing(path: "\(folder.path)/ff00.wav")) {
        try library.clip(.uploaded("ff00"), in: .german)
      }
    }
  }

  @Test("Who waits for somebody who rings hears a minute of their country's tone")
  func ringing() throws {
    let library = PromptLibrary(synthesised: "")
    for (language, tones) in [(SpokenLanguage.english, [440.0, 480]), (.german, [425])] {
      let clip = try library.clip(.ringing, in: language)
      #expect(clip.samples.count == 60 * 8_000)
      let recognizer = ToneRecognizer(frequencies: [425, 480, 700])
      #expect(recognizer.tones(in: Array(clip.samples.prefix(8_000))).contains(tones.last ?? 0))
      #expect(clip.samples[24_000..<40_000].allSatisfy { $0 == 0 })
    }
  }

  @Test("No words lead outside the folder")
  func pathsStayInside() {
    #expect(
      Prompt.spoken("../../etc/passwd").path(in: .german) == "de/-2e-2e-2f-2e-2e-2fetc-2fpasswd")
    let library = PromptLibrary(recordings: "/etc", synthesised: "/etc")
    #expect(throws: PromptError.self) {
      try library.clip(.recorded("../../passwd"), in: .english)
    }
  }

  @Test("Music is every WAV file of a folder by name, at the rate of calls")
  func music() throws {
    try withFolder { folder in
      try write(
        Array(repeating: 100, count: 1_600), rate: 16_000, to: folder.appending(path: "b.wav"))
      try write([7, 8], to: folder.appending(path: "a.wav"))
      try Data().write(to: folder.appending(path: "LICENSE"))
      let music = try PromptLibrary(synthesised: "").music(in: folder.path)
      #expect(music.map(\.samples.count) == [2, 800])
    }
  }
}
