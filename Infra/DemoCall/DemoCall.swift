import ArgumentParser
import Foundation
import Support

/// Places three real calls, listens to what was recorded, and reads the bill. Its exit status is 0
/// only when everybody heard whom they should and every leg has the right record and price.
@main
struct DemoCall: AsyncParsableCommand {
  @Option(help: "What Infra/up provisioned: demo.json in its state directory.")
  var demo: String

  @Option(help: "Where the phones keep their files and recordings.")
  var work: String

  @Option(help: "How long each call stays up, in seconds.")
  var hold = 3

  mutating func run() async throws {
    let description = try DemoDescription(file: URL(filePath: demo))
    let programs = URL(filePath: CommandLine.arguments[0]).deletingLastPathComponent()
    let api = ControlAPI(demo: description, binaries: programs)
    let known = Set(try await api.records().map(\.id))

    let conversations = try await placeCalls(description)
    let records = try await api.newRecords(conversations.count * 2, besides: known)
    let bill = try Bill(records: records, priceListFile: description.priceListFile)

    for line in bill.table { say(line) }
    let faults = conversations.flatMap(\.faults) + bill.faults(for: conversations)
    for fault in faults { say("WRONG: \(fault)") }
    guard faults.isEmpty else { throw ExitCode.failure }
    say("Everybody was heard, and every leg is on the bill.")
  }

  private func placeCalls(_ demo: DemoDescription) async throws -> [Conversation] {
    say("==> Starting three phones: extensions 101 and 102, and a subscriber of the carrier")
    let phones = try await DemoPhones(demo, work: URL(filePath: work))
    do {
      let conversations = try await placeCalls(phones, demo)
      await phones.quit()
      return conversations
    } catch {
      await phones.quit()
      throw error
    }
  }

  private func placeCalls(
    _ phones: DemoPhones, _ demo: DemoDescription
  ) async throws -> [Conversation] {
    let plan = [
      ("extension to extension", phones.alice, "102", phones.bob),
      ("extension to carrier", phones.alice, DemoPhones.mobileAsDialled, phones.carrier),
      ("carrier to extension", phones.carrier, demo.trunkURI(phones.bobsNumber), phones.bob),
    ]
    var conversations: [Conversation] = []
    for (title, caller, target, callee) in plan {
      say("==> \(title): \(caller.settings.user) dials \(target)")
      let conversation = try await Conversation(
        title, from: caller, dialling: target, to: callee, lasting: hold)
      say("    \(conversation.account)")
      conversations.append(conversation)
    }
    return conversations
  }
}

/// Prints a line at once, also into a pipe.
func say(_ line: String) { FileHandle.standardOutput.write(Data((line + "\n").utf8)) }
