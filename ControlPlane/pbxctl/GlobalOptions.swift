import ArgumentParser
import Foundation

/// What every command takes.
struct GlobalOptions: ParsableArguments {
  @Option(help: "The API's address; else TANDEM_API.")
  var api: String?

  @Option(help: "A file with the API key; else the key itself in TANDEM_API_KEY.")
  var keyFile: String?

  @Flag(help: "Print JSON.")
  var json = false

  /// Runs `body` with a connection to the API and prints what it answers.
  func run(_ body: (APIClient) async throws -> Output) async throws {
    do {
      let output = try await APIClient.with(address: address(), key: key(), body)
      print(json ? output.json : output.table)
    } catch let problem as APIProblem {
      report(problem.description)
      throw ExitCode(1)
    } catch let failure as ConnectionFailure {
      report(failure.description)
      throw ExitCode(69)
    }
  }

  private func address() throws -> String {
    let given = api ?? ProcessInfo.processInfo.environment["TANDEM_API"]
    guard let given else {
      throw ValidationError(
        "No API address. Give --api http://127.0.0.1:7080 or set TANDEM_API.")
    }
    return given.hasSuffix("/") ? String(given.dropLast()) : given
  }

  private func key() throws -> String {
    if let keyFile { return try secret(inFile: keyFile) }
    guard let key = ProcessInfo.processInfo.environment["TANDEM_API_KEY"], !key.isEmpty else {
      throw ValidationError(
        "No API key. Give --key-file FILE or set TANDEM_API_KEY; a first key is made by "
          + "“ControlPlaneServer create-operator-key”.")
    }
    return key
  }

  private func report(_ text: String) {
    FileHandle.standardError.write(Data("pbxctl: \(text)\n".utf8))
  }
}

/// A secret's file, or standard input for `-`; a line end at its end does not count.
func secret(inFile path: String) throws -> String {
  let data = try contents(ofFile: path)
  let text = String(decoding: data, as: UTF8.self).trimmingCharacters(in: .newlines)
  guard !text.isEmpty else { throw ValidationError("\(path) is empty.") }
  return text
}

/// What stands in a file, or comes by standard input where that is `-`.
func contents(ofFile path: String) throws -> Data {
  guard path != "-" else { return FileHandle.standardInput.readDataToEndOfFile() }
  guard let contents = FileManager.default.contents(atPath: path) else {
    throw ValidationError("\(path) cannot be read. Does it exist, and may you read it?")
  }
  return contents
}
