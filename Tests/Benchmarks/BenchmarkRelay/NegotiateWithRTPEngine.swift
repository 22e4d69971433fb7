import ArgumentParser
import Epoll
import Glibc
import NodeContract

/// Sets calls up in rtpengine over its control protocol (ng: a cookie and a bencoded dictionary in a
/// datagram), between the ports that `rtpgen` speaks from.
struct NegotiateWithRTPEngine: ParsableCommand {
  static let configuration = CommandConfiguration(commandName: "rtpengine")

  @Argument(help: "Calls to set up.")
  var calls: Int

  @Argument(help: "Where rtpengine takes orders, IP:PORT.")
  var control: String

  @Argument(help: "The file that gets each call's two RTP ports.")
  var pairs: String

  /// As `rtpgen` has them by itself.
  private static let (portsOfA, portsOfB, sockets) = (25_000, 25_200, 4)

  func run() throws {
    guard let remote = IPEndpoint(control) else { throw ValidationError("IP:PORT") }
    let link = try RTPEngineLink(to: remote)
    let ports = try (0..<calls).map { call in
      let offset = 2 * (call % Self.sockets)
      let tags = ["call-id": "call-\(call)", "from-tag": "from-\(call)"]
      let offered = try link.ask(
        "offer", tags, sdp: Self.description(port: Self.portsOfA + offset, number: call))
      let answered = try link.ask(
        "answer", tags.merging(["to-tag": "to-\(call)"]) { $1 },
        sdp: Self.description(port: Self.portsOfB + offset, number: call))
      // The offer as rewritten is what B sees, and where B sends to; the answer is for A.
      return (answered, offered)
    }
    try writePairs(ports, to: pairs)
  }

  private static func description(port: Int, number: Int) -> String {
    """
    v=0\r
    o=- \(number + 1) 1 IN IP4 127.0.0.1\r
    s=-\r
    c=IN IP4 127.0.0.1\r
    t=0 0\r
    m=audio \(port) RTP/AVP 0\r
    a=rtpmap:0 PCMU/8000\r
    a=ptime:20\r
    a=sendrecv\r\n
    """
  }
}

/// The control socket: one question at a time.
private final class RTPEngineLink {
  private let socket: UDPSocket
  private let remote: IPEndpoint
  private var cookie = 0

  init(to remote: IPEndpoint) throws {
    self.remote = remote
    socket = try UDPSocket(binding: IPEndpoint(remote.address, port: 0))
  }

  /// The audio port in the session description that comes back.
  func ask(_ command: String, _ tags: [String: String], sdp: String) throws -> UInt16 {
    cookie += 1
    let fields = tags.merging(["command": command, "sdp": sdp, "ICE": "remove"]) { $1 }
    let text =
      fields.sorted { $0.key < $1.key }.map { bencoded($0.key) + bencoded($0.value) }.joined()
    socket.send(Array("\(cookie) d\(text)e".utf8), to: remote)
    return try audioPort(in: answer())
  }

  private func bencoded(_ text: String) -> String { "\(text.utf8.count):\(text)" }

  private func answer() throws -> String {
    var request = pollfd(fd: socket.descriptor, events: Int16(POLLIN), revents: 0)
    guard poll(&request, 1, 5_000) == 1 else { throw ValidationError("rtpengine is silent") }
    var bytes = [UInt8](repeating: 0, count: 8_192)
    let count = bytes.withUnsafeMutableBytes { socket.receive(into: $0)?.count } ?? 0
    return String(decoding: bytes[..<count], as: UTF8.self)
  }

  private func audioPort(in answer: String) throws -> UInt16 {
    let words = answer.split(separator: " ")
    guard let audio = words.firstIndex(where: { $0.hasSuffix("m=audio") }),
      words.indices.contains(audio + 1), let port = UInt16(words[audio + 1])
    else { throw ValidationError("rtpengine says \(answer)") }
    return port
  }
}
