import Announcements

/// What a synthesiser must speak at set-up, a line each: language, file without extension, words.
@main
struct PromptWords {
  static func main() {
    for language in SpokenLanguage.allCases {
      for words in language.wordsToSynthesise.sorted() {
        guard let path = Prompt.spoken(words).path(in: language) else { continue }
        print("\(language.rawValue)\t\(path)\t\(words)")
      }
    }
  }
}
