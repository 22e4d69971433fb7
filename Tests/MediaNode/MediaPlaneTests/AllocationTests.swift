import Foundation
import Support
import Testing

@Suite struct AllocationTests {
  /// Counted in a program of its own, whose malloc counts.
  @Test(.timeLimit(.minutes(2)))
  func relayingAHundredThousandPacketsAllocatesNothing() async throws {
    let program = Installation.builtPrograms.appending(path: "BenchmarkAllocations")
    let finished = try await ChildProcess.run(program.path, [], within: .seconds(100))
    try #require(finished.status == 0, "\(finished.output)")
    let counts = finished.output.split(separator: "\n").compactMap { line in
      line.split(separator: " ").last.flatMap { Int($0) }
    }
    try #require(counts.count == 3, "\(finished.output)")
    #expect(counts[1] == 0, "\(finished.output)")
    #expect(counts[2] > 0, "a count that counts nothing")
  }
}
