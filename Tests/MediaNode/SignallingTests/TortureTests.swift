import Foundation
import Testing

/// The messages of RFC 4475, read where they lie: `TANDEM_CORPORA` names the folder.
@Suite(.enabled(if: TortureMessage.corpus != nil, "the messages of RFC 4475 are not at hand"))
struct TortureTests {
  @Test(arguments: TortureMessage.all)
  func aTorturousMessageIsAnsweredAsTheRFCSaysAndDisturbsNobody(
    message: TortureMessage
  ) async throws {
    let datagram = try message.datagram()
    try await SignallingNode.with(serves: true) { node in
      let answers = try node.answers(to: datagram)
      let final = answers.last { $0 >= 200 }
      #expect(message.expected.allows(final), "\(message.name): \(answers)")
      try node.pair.completeACall()
    }
  }
}

/// The same over TCP, where a message without a credible Content-Length cannot be told from the next.
@Suite(.enabled(if: TortureMessage.corpus != nil, "the messages of RFC 4475 are not at hand"))
struct StreamTortureTests {
  @Test(arguments: TortureMessage.all)
  func aTorturousMessageIsAnsweredAsTheRFCSaysAndDisturbsNobody(
    message: TortureMessage
  ) async throws {
    var bytes = try message.datagram()
    // A datagram's end is as good as an empty line; a stream has only the line.
    if !bytes.contains("\r\n\r\n".utf8) { bytes += "\r\n".utf8 }
    try await SignallingNode.with(serves: true) { node in
      let answers = try node.streamAnswers(to: bytes)
      // What follows in the same file is a message of its own here.
      let final = answers.first { $0 >= 200 }
      #expect(message.expectedOverStreams.allows(final), "\(message.name): \(answers)")
      try node.pair.completeACall()
    }
  }
}

/// One message and what section 3 of the RFC expects of an element like ours.
struct TortureMessage: Sendable, CustomTestStringConvertible {
  enum Expected: Sendable {
    /// Understood: whatever is wrong with it then is not its form.
    case processed
    /// Refused with one of these.
    case refused([Int])
    /// Refused with 400, or taken in its obvious meaning.
    case refusedOrLenient
    case dropped

    func allows(_ status: Int?) -> Bool {
      switch (self, status) {
      case (.dropped, nil): true
      case (.refused(let statuses), let status?): statuses.contains(status)
      case (.processed, let status?): ![400, 416, 500, 505].contains(status)
      case (.refusedOrLenient, let status?): ![416, 500, 505].contains(status)
      case (_, nil), (.dropped, _?): false
      }
    }
  }

  let name: String
  let expected: Expected

  /// Over a stream `clerr` waits for the rest of its body (RFC 4475 section 3.1.2.2), and a message
  /// of RFC 2543 without Content-Length has no end (RFC 3261 section 18.3).
  var expectedOverStreams: Expected {
    switch name {
    case "clerr": .dropped
    case "inv2543": .refused([400])
    default: expected
    }
  }
  var testDescription: String { name }

  /// The folder of the vectors, if there is one.
  static var corpus: String? {
    guard let corpora = ProcessInfo.processInfo.environment["TANDEM_CORPORA"] else { return nil }
    let folder = corpora + "/rfc4475"
    return FileManager.default.fileExists(atPath: folder) ? folder : nil
  }

  func datagram() throws -> [UInt8] {
    let folder = try #require(Self.corpus)
    return [UInt8](try Data(contentsOf: URL(filePath: "\(folder)/\(name).dat")))
  }

  static let all: [TortureMessage] =
    [
      (.processed, "wsinv esc01 escnull lwsdisp longreq dblreq semiuri transports mpart01"),
      (.processed, "cparam01 cparam02 regescrt inv2543"),
      (.refused([405, 501]), "intmeth esc02"),
      (.dropped, "unreason noreason scalarlg bigcode bcast"),
      (.refused([400]), "badinv01 clerr ncl scalar02 quotbal ltgtruri lwsruri regbadct"),
      (.refused([400]), "mismatch01 insuf multi01 mcl01"),
      (.refusedOrLenient, "lwsstart trws escruri baddate badaspec baddn badbranch"),
      (.refused([505]), "badvers"),
      (.refused([400, 501]), "mismatch02"),
      (.refused([416]), "unkscm novelsc"),
      (.refused([400, 403, 404]), "unksm2"),
      (.refused([420]), "bext01"),
      (.refused([415]), "invut"),
      (.refused([401]), "regaut01"),
      (.refused([200, 483]), "zeromf"),
      (.refused([406]), "sdp01"),
    ].flatMap { expected, names in
      names.split(separator: " ").map { TortureMessage(name: String($0), expected: expected) }
    }
}
