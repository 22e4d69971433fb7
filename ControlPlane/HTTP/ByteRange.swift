public import Hummingbird
import NIOCore

/// What of a file a request is for (RFC 9110 section 14.2).
public enum ByteRange: Hashable, Sendable {
  case whole
  case part(Range<Int>)
  /// None of it is in the file.
  case beyond

  /// What is no range of bytes, or are several, is as if it were not there.
  init(parsing value: String, of length: Int) {
    let words = value.split(separator: "=", omittingEmptySubsequences: false)
    guard words.count == 2, words[0].lowercased() == "bytes" else {
      self = .whole
      return
    }
    let ends = words[1].split(separator: "-", omittingEmptySubsequences: false).map {
      $0.filter { $0 != " " && $0 != "\t" }
    }
    guard ends.count == 2, ends.allSatisfy({ $0.utf8.allSatisfy(Self.isDigit) }) else {
      self = .whole
      return
    }
    self = Self.part(from: ends[0], to: ends[1], of: length)
  }

  private static func part(from first: String, to last: String, of length: Int) -> ByteRange {
    // A number that no integer holds lies behind every file's end.
    let end = last.isEmpty ? nil : Int(last) ?? .max
    guard !first.isEmpty else {
      // The last so many bytes.
      guard let count = end.map({ min($0, length) }) else { return .whole }
      return count > 0 ? .part(length - count..<length) : .beyond
    }
    let begin = Int(first) ?? .max
    if let end, end < begin { return .whole }
    guard begin < length else { return .beyond }
    return .part(begin..<min(end ?? .max, length - 1) + 1)
  }

  private static func isDigit(_ byte: UInt8) -> Bool {
    (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
  }
}

extension Response {
  /// Is asked for as many bytes of a file, and hands them over as it has them.
  public typealias FileReader =
    @Sendable (Range<Int>, _ take: ([UInt8]) async throws -> Void) async throws -> Void

  /// A file, or the part of it that the request is for.
  public static func file(
    of length: Int, contentType: String, for request: IncomingRequest, read: @escaping FileReader
  ) throws -> Response {
    let (range, status): (Range<Int>, HTTPResponse.Status)
    var headers: HTTPFields = [.contentType: contentType, .acceptRanges: "bytes"]
    switch request.range(of: length) {
    case .whole: (range, status) = (0..<length, .ok)
    case .part(let part):
      (range, status) = (part, .partialContent)
      headers[.contentRange] = "bytes \(part.lowerBound)-\(part.upperBound - 1)/\(length)"
    case .beyond: throw Problem.rangeNotSatisfiable(length: length)
    }
    return Response(
      status: status, headers: headers,
      body: ResponseBody(contentLength: range.count) { writer in
        try await read(range) { try await writer.write(ByteBuffer(bytes: $0)) }
        try await writer.finish(nil)
      })
  }
}
