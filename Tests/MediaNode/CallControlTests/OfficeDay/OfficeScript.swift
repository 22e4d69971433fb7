/// A day as it is written down: a call on each line, or what lamps show at a time.
///
///     09:00:10  Lena > 0200 : presses 1 4, 202 answers 9, ends 60 | 200 | carrier>0200 60s, …
///     09:00:20  lamps 202 talks, *701 talks
///
/// Who calls, what is dialled; what people do so many seconds after that (who is left out where it is the caller);
/// what the caller's telephone was told in the end; the legs on record, and what was kept of the call. An extension
/// without a telephone makes the call that it owes somebody by then; `201 > click 102` is a call that 201 has made by the
/// control plane.
struct OfficeScript {
  struct Line {
    /// Where it stands in the text, from 1.
    let number: Int
    /// Since midnight.
    let second: Int
    let content: Content
  }

  enum Content {
    case call(Call)
    case lamps([String])
  }

  struct Call {
    let caller: String
    let dialled: String
    let deeds: [Deed]
    let status: Int
    /// In no order: telephones that ring together begin together.
    let record: [String]

    /// What the caller has called by the control plane; nil: it dials by itself.
    var clicked: String? {
      dialled.hasPrefix("click ") ? String(dialled.dropFirst("click ".count)) : nil
    }
  }

  struct Deed {
    enum Verb: String {
      case answers, refuses, ends, holds, resumes, transfers, consults, joins, presses, records,
        stops, shows
    }

    /// Nil: the caller.
    let who: String?
    let verb: Verb
    let argument: String
    /// After the call began.
    let second: Int
  }

  struct Unreadable: Error, CustomStringConvertible {
    let number: Int
    let text: Substring
    var description: String { "line \(number) of the day says nothing: \(text)" }
  }

  let lines: [Line]

  init(_ text: String) throws {
    lines = try text.split(separator: "\n", omittingEmptySubsequences: false).enumerated()
      .compactMap { index, text in
        guard text.contains(where: { $0 != " " }), !text.hasPrefix("#") else { return nil }
        guard let line = Self.line(text, index + 1) else {
          throw Unreadable(number: index + 1, text: text)
        }
        return line
      }
  }

  private static func line(_ text: Substring, _ number: Int) -> Line? {
    let clock = text.prefix(8).split(separator: ":").compactMap { Int($0) }
    guard clock.count == 3 else { return nil }
    let rest = text.dropFirst(8).trimmed
    let content =
      rest.hasPrefix("lamps")
      ? Content.lamps(list(rest.dropFirst(5))) : call(rest).map(Content.call)
    return content.map {
      Line(number: number, second: clock[0] * 3_600 + clock[1] * 60 + clock[2], content: $0)
    }
  }

  private static func call(_ text: Substring) -> Call? {
    let columns = text.split(separator: "|", omittingEmptySubsequences: false).map(\.trimmed)
    guard columns.count == 3, let status = Int(columns[1]) else { return nil }
    let halves = columns[0].split(separator: ":", maxSplits: 1)
    let ends = halves.first?.split(separator: ">").map(\.trimmed) ?? []
    guard ends.count == 2 else { return nil }
    let written = halves.count > 1 ? list(halves[1]) : []
    let deeds = written.compactMap(deed)
    guard deeds.count == written.count else { return nil }
    return Call(
      caller: String(ends[0]), dialled: String(ends[1]), deeds: deeds, status: status,
      record: list(columns[2]).sorted())
  }

  private static func deed(_ text: String) -> Deed? {
    var words = text.split(separator: " ")
    guard let second = words.popLast().flatMap({ Int($0) }), !words.isEmpty else { return nil }
    let who = Deed.Verb(rawValue: String(words[0])) == nil ? String(words.removeFirst()) : nil
    guard let verb = words.first.flatMap({ Deed.Verb(rawValue: String($0)) }) else { return nil }
    return Deed(
      who: who, verb: verb, argument: words.dropFirst().joined(separator: " "), second: second)
  }

  private static func list(_ text: Substring) -> [String] {
    text.split(separator: ", ").map { String($0.trimmed) }.filter { !$0.isEmpty }
  }
}

extension Substring {
  fileprivate var trimmed: Substring {
    let begun = drop { $0 == " " }
    return begun.lastIndex { $0 != " " }.map { begun[...$0] } ?? ""
  }
}
