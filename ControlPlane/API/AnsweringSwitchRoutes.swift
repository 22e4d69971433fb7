import HTTP
import Hummingbird
import NodeContract
import Operations
import Tenancy

/// What a user switched of the calls to an extension, by phone or here.
struct AnsweringSwitchRoutes: Sendable {
  let keys: Authorization
  let switches: AnsweringSwitchOperations

  func register(on routes: inout RouteGroup) {
    routes.get("/tenants/{tenant}/extensions/{extension}/answering-switches", show)
    routes.patch("/tenants/{tenant}/extensions/{extension}/answering-switches", turn)
  }

  private func show(_ request: IncomingRequest) async throws -> Response {
    let scope = try await keys.scope(of: request, toDo: .readExtensions)
    return .json(
      SwitchesView(
        try await switches.find(request.id("extension"), of: request.id("tenant"), in: scope)))
  }

  private func turn(_ request: IncomingRequest) async throws -> Response {
    let scope = try await keys.scope(of: request, toDo: .manageExtensions)
    let body: SwitchesBody = try await request.json()
    return .json(
      SwitchesView(
        try await switches.turn(
          body.wishes, of: request.id("extension"), of: request.id("tenant"), in: scope)))
  }
}

/// Members that are absent stay as they are; forwarding to null is off, as is a pause for null.
private struct SwitchesBody: Decodable {
  private enum CodingKeys: String, CodingKey {
    case doNotDisturb, forwardAlways, forwardBusy, forwardNoAnswer, noAnswerAfter, queueLogin
    case queuePause, night
  }

  var wishes: [AnsweringSwitchWish] = []

  init(from decoder: any Decoder) throws {
    let body = try decoder.container(keyedBy: CodingKeys.self)
    if let isOn = try body.decodeIfPresent(Bool.self, forKey: .doNotDisturb) {
      wishes.append(AnsweringSwitchWish(.doNotDisturb, isOn: isOn))
    }
    let after = try body.decodeIfPresent(Int.self, forKey: .noAnswerAfter)
    if let isOn = try body.decodeIfPresent(Bool.self, forKey: .queueLogin) {
      wishes.append(AnsweringSwitchWish(.queueLogin, isOn: isOn))
    }
    if let isOn = try body.decodeIfPresent(Bool.self, forKey: .night) {
      wishes.append(AnsweringSwitchWish(.night, isOn: isOn))
    }
    if body.contains(.queuePause) {
      let reason = try body.decodeIfPresent(String.self, forKey: .queuePause)
      wishes.append(AnsweringSwitchWish(.queuePause, isOn: reason != nil, target: reason))
    }
    let forwardings: [(CodingKeys, AnsweringSwitches.Kind)] = [
      (.forwardAlways, .forwardAlways), (.forwardBusy, .forwardBusy),
      (.forwardNoAnswer, .forwardNoAnswer),
    ]
    for (key, kind) in forwardings where body.contains(key) {
      let target = try body.decodeIfPresent(String.self, forKey: key)
      wishes.append(
        AnsweringSwitchWish(
          kind, isOn: target != nil, target: target, after: kind == .forwardNoAnswer ? after : nil))
    }
  }
}

private struct SwitchesView: Encodable {
  var doNotDisturb: Bool
  /// Where calls go; null: they do not.
  @Nullable var forwardAlways: String?
  @Nullable var forwardBusy: String?
  @Nullable var forwardNoAnswer: String?
  /// Seconds until nobody is thought to answer.
  var noAnswerAfter: Int64
  /// Agents of queues are at work until they log out.
  var queueLogin: Bool
  /// Why an agent takes no callers for a while, which may be empty; null: it is not paused.
  @Nullable var queuePause: String?
  /// Whether callers of a call flow that asks for it find the night.
  var night: Bool

  init(_ switches: AnsweringSwitches) {
    func target(_ kind: AnsweringSwitches.Kind) -> String? {
      switches[kind].flatMap { $0.isOn ? $0.target : nil }
    }
    doNotDisturb = switches[.doNotDisturb]?.isOn ?? false
    forwardAlways = target(.forwardAlways)
    forwardBusy = target(.forwardBusy)
    forwardNoAnswer = target(.forwardNoAnswer)
    let patience = switches[.forwardNoAnswer]?.patience ?? AnsweringSwitches.usualPatience
    noAnswerAfter = patience.components.seconds
    queueLogin = switches.worksInQueues
    queuePause = switches.queuePause
    night = switches.isNight
  }
}
