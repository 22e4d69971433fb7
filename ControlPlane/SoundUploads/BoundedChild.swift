import Foundation

/// A program that may use so much and no more: time, memory, and the size of what it writes.
struct BoundedChild {
  enum End {
    case status(Int32)
    case signal(Int32)
  }

  static let memory = 2 << 30

  let program: String
  let arguments: [String]
  let seconds: Int
  let fileBytes: Int
  /// What it writes to both outputs.
  let log: URL

  var output: String { (try? String(contentsOf: log, encoding: .utf8)) ?? "" }

  func run() async throws -> End {
    guard FileManager.default.createFile(atPath: log.path, contents: nil) else {
      throw ConversionFailure(doing: "making \(log.path)", output: "")
    }
    let file = try FileHandle(forWritingTo: log)
    defer { try? file.close() }
    let process = Process()
    process.executableURL = URL(filePath: "/usr/bin/env")
    process.arguments =
      [
        "timeout", "--signal=KILL", "\(seconds)", "prlimit", "--as=\(Self.memory)",
        "--cpu=\(seconds)", "--fsize=\(fileBytes)", "--core=0", "--", program,
      ] + arguments
    process.environment = ["PATH": "/usr/local/bin:/usr/bin:/bin", "LC_ALL": "C.UTF-8"]
    process.standardInput = FileHandle.nullDevice
    process.standardOutput = file
    process.standardError = file
    return try await withCheckedThrowingContinuation { continuation in
      process.terminationHandler = { ended in
        continuation.resume(
          returning: ended.terminationReason == .exit
            ? .status(ended.terminationStatus) : .signal(ended.terminationStatus))
      }
      do { try process.run() } catch { continuation.resume(throwing: error) }
    }
  }
}
