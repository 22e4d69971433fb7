import NodeContract
import SIP
import SeededRandom
import Testing

/// Two elements over a network that loses, repeats and reorders: whatever happens, each
/// transaction ends, its user hears of one end, and nothing stays behind.
@Suite struct LossyNetworkTests {
  @Test(arguments: UInt64(1)...150)
  func everyTransactionEndsAndNothingStaysBehind(seed: UInt64) {
    var network = LossyNetwork(seed: seed)
    network.run()
    #expect(network.client.openCount == 0, "seed \(seed)")
    #expect(network.server.openCount == 0, "seed \(seed)")
    #expect(network.client.nextDeadline == nil, "seed \(seed)")
    #expect(network.server.nextDeadline == nil, "seed \(seed)")
    #expect(Set(network.ends.keys) == Set(network.started), "seed \(seed)")
    #expect(network.ends.values.allSatisfy { $0 == 1 }, "seed \(seed): \(network.ends)")
    #expect(network.requestsSeen.values.allSatisfy { $0 == 1 }, "seed \(seed)")
  }

  @Test func withoutLossEveryRequestIsAnswered() {
    var network = LossyNetwork(seed: 7, loss: 0)
    network.run()
    #expect(network.timeouts == 0)
    #expect(network.ends.count == network.started.count)
  }
}

private struct LossyNetwork {
  private enum Happening {
    case toServer(SIPMessage)
    case toClient(SIPMessage)
    case send(SIPMethod, Int)
    case respond(SIPResponse, ServerTransactionID)
    case cancel(ClientTransactionID)
  }

  var client = TransactionLayer()
  var server = TransactionLayer()
  private(set) var started: [ClientTransactionID] = []
  /// How many ends each transaction's user heard of.
  private(set) var ends: [ClientTransactionID: Int] = [:]
  /// How often the server's user saw each request.
  private(set) var requestsSeen: [String: Int] = [:]
  private(set) var timeouts = 0
  private var random: SeededGenerator
  private let loss: Int
  private var agenda: [(time: Int64, order: Int, happening: Happening)] = []
  private var order = 0
  private var requests: [ServerTransactionID: SIPRequest] = [:]

  init(seed: UInt64, loss: Int? = nil) {
    random = SeededGenerator(seed: seed)
    self.loss = loss ?? Int.random(in: 0...70, using: &random)
    let methods: [SIPMethod] = [.invite, .invite, .options, .register, .bye]
    for number in 0..<30 {
      let method = methods.randomElement(using: &random) ?? .invite
      plan(.send(method, number), after: .random(in: 0...20_000, using: &random), at: 0)
    }
  }

  mutating func run() {
    while let time = nextTime {
      for event in client.advance(to: at(time)) { clientEvent(event, time) }
      for event in server.advance(to: at(time)) { serverEvent(event, time) }
      let due = agenda.filter { $0.time <= time }.sorted {
        ($0.time, $0.order) < ($1.time, $1.order)
      }
      agenda.removeAll { $0.time <= time }
      for item in due { happen(item.happening, time) }
    }
  }

  private var nextTime: Int64? {
    let deadlines = [client.nextDeadline, server.nextDeadline].compactMap { $0 }
    return (deadlines.map { $0.nanoseconds / 1_000_000 } + agenda.map(\.time)).min()
  }

  private mutating func plan(_ happening: Happening, after delay: Int64, at time: Int64) {
    order += 1
    agenda.append((time + delay, order, happening))
  }

  private mutating func happen(_ happening: Happening, _ time: Int64) {
    switch happening {
    case .toServer(let message):
      for event in server.receive(message, over: Sample.flow(), at: at(time)) {
        serverEvent(event, time)
      }
    case .toClient(let message):
      for event in client.receive(message, over: Sample.flow(), at: at(time)) {
        clientEvent(event, time)
      }
    case .send(let method, let number): send(method, number, time)
    case .respond(let response, let id):
      for event in server.respond(response, to: id, at: at(time)) { serverEvent(event, time) }
    case .cancel(let id):
      for event in client.cancel(id, at: at(time)) { clientEvent(event, time) }
    }
  }

  private mutating func send(_ method: SIPMethod, _ number: Int, _ time: Int64) {
    let (id, events) = client.send(
      Sample.outgoing(method, number: UInt32(number)), over: Sample.flow(),
      branch: "z9hG4bK\(number)", at: at(time))
    started.append(id)
    for event in events { clientEvent(event, time) }
    if method == .invite, Bool.random(using: &random) {
      plan(.cancel(id), after: .random(in: 0...40_000, using: &random), at: time)
    }
  }

  private mutating func transmit(_ happening: Happening, _ time: Int64) {
    for _ in 0..<(Int.random(in: 0..<10, using: &random) == 0 ? 2 : 1) {
      guard Int.random(in: 0..<100, using: &random) >= loss else { continue }
      plan(happening, after: .random(in: 1...400, using: &random), at: time)
    }
  }

  private mutating func clientEvent(_ event: TransactionEvent, _ time: Int64) {
    switch event {
    case .send(let message, over: _): transmit(.toServer(message), time)
    case .response(let response, let id) where response.status >= 300: ends[id, default: 0] += 1
    case .response(let response, let id) where response.status >= 200: ends[id] = 1
    case .timedOut(let id):
      ends[id, default: 0] += 1
      timeouts += 1
    default: break
    }
  }

  private mutating func serverEvent(_ event: TransactionEvent, _ time: Int64) {
    switch event {
    case .send(let message, over: _): transmit(.toClient(message), time)
    case .request(let request, let id, over: _):
      requestsSeen["\(request.headers.cseq)", default: 0] += 1
      requests[id] = request
      answer(request, id, time)
    case .cancelled(let id):
      guard let request = requests[id] else { return }
      plan(.respond(request.response(487, toTag: "us"), id), after: 1, at: time)
    default: break
    }
  }

  /// Some users ring first, some answer at once, and some never do.
  private mutating func answer(_ request: SIPRequest, _ id: ServerTransactionID, _ time: Int64) {
    if Bool.random(using: &random) {
      plan(.respond(request.response(180, toTag: "us"), id), after: 100, at: time)
    }
    guard loss == 0 || Int.random(in: 0..<10, using: &random) > 0 else { return }
    let status = [200, 200, 486].randomElement(using: &random) ?? 200
    plan(
      .respond(request.response(status, toTag: "us"), id),
      after: .random(in: 0...30_000, using: &random), at: time)
  }
}
