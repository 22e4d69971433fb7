import Foundation
import Synchronization

/// What baresip tells of itself: `{"event":true,"type":"CALL_CLOSED","param":"486 Busy Here",…}`.
public struct BaresipEvent: Sendable, Decodable {
  /// `REGISTER_OK`, `REGISTER_FAIL`, `CALL_INCOMING`, `CALL_RINGING`, `CALL_ESTABLISHED`,
  /// `CALL_CLOSED`, …
  public let type: String
  public let param: String?
  public let peeruri: String?
  public let id: String?
}

/// The TCP connection to baresip's module `ctrl_tcp`: JSON in netstrings, both ways.
final class BaresipControl: Sendable {
  let events = EventLog<BaresipEvent>()
  private let descriptor: Int32

  /// nil while nobody listens there.
  init?(address: String, port: UInt16) {
    descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    guard descriptor >= 0 else { return nil }
    guard Self.connect(descriptor, to: address, port) else {
      close(descriptor)
      return nil
    }
    startReading()
  }

  private static func connect(_ descriptor: Int32, to address: String, _ port: UInt16) -> Bool {
    var peer = sockaddr_in()
    peer.sin_family = sa_family_t(AF_INET)
    peer.sin_port = port.bigEndian
    guard inet_pton(AF_INET, address, &peer.sin_addr) == 1 else { return false }
    return withUnsafePointer(to: &peer) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        Glibc.connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size)) == 0
      }
    }
  }

  deinit { close(descriptor) }

  /// Ends the connection, and with it the reading thread.
  func shutDown() { shutdown(descriptor, Int32(SHUT_RDWR)) }

  /// Sends one of baresip's commands: `dial`, `accept`, `hangup`, …
  func send(_ command: String, _ parameters: String = "") {
    let message = ["command": command, "params": parameters]
    guard let body = try? JSONEncoder().encode(message) else { return }
    let frame = Array("\(body.count):".utf8) + Array(body) + Array(",".utf8)
    _ = frame.withUnsafeBytes { write(descriptor, $0.baseAddress, $0.count) }
  }

  // MARK: - Reading

  private func startReading() {
    let (descriptor, events) = (descriptor, events)
    let thread = Thread { Self.read(from: descriptor, into: events) }
    thread.name = "baresip events"
    thread.start()
  }

  private static func read(from descriptor: Int32, into events: EventLog<BaresipEvent>) {
    var pending: [UInt8] = []
    var chunk = [UInt8](repeating: 0, count: 65_536)
    while true {
      let count = recv(descriptor, &chunk, chunk.count, 0)
      guard count > 0 else { return }
      pending += chunk[..<count]
      while let body = takeNetstring(from: &pending) {
        guard let event = try? JSONDecoder().decode(BaresipEvent.self, from: Data(body)) else {
          continue  // an answer to a command
        }
        events.append(event)
      }
    }
  }

  /// `length:body,`; nil until one is complete.
  static func takeNetstring(from bytes: inout [UInt8]) -> [UInt8]? {
    guard let colon = bytes.firstIndex(of: UInt8(ascii: ":")),
      let length = Int(String(decoding: bytes[..<colon], as: UTF8.self)), length >= 0,
      bytes.count > colon + 1 + length
    else { return nil }
    let body = Array(bytes[colon + 1..<colon + 1 + length])
    bytes.removeFirst(colon + length + 2)
    return body
  }
}
