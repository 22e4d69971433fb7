import CallControl
import Epoll
import NodeContract
import OSIP
import SIP

/// What comes by TCP goes the way of datagrams.
extension SignallingLoop {
  func take(_ message: [UInt8], over flow: Flow) {
    traffic.datagramReceived()
    message.withUnsafeBytes { receive($0, over: flow, at: EventLoop.readMoment()) }
    armDeadline()
  }

  /// Answers the head of a message whose end nobody knows (RFC 3261 section 18.3): 400, or 513 when
  /// it would be too large.
  func refuse(_ failure: StreamFraming.Failure, over flow: Flow) {
    traffic.datagramRefused()
    switch failure {
    case .endlessHeader: break
    case .unknownLength(let head): answer(head, StatusCode.badRequest, over: flow)
    case .tooLarge(let head): answer(head, StatusCode.messageTooLarge, over: flow)
    }
  }

  private func answer(_ head: [UInt8], _ status: Int, over flow: Flow) {
    guard var response = refusal(of: head, status) else { return }
    response.headers.noteSource(of: flow)
    send(.response(response), over: flow)
  }

  /// Nil where nothing may be answered.
  private func refusal(of head: [UInt8], _ status: Int) -> SIPResponse? {
    do throws(SIPParseError) {
      guard case .request(let request) = try parser.parse(head), request.method != .ack else {
        return nil
      }
      return request.response(
        status, reason: status == StatusCode.badRequest ? "Missing Content-Length" : nil,
        toTag: request.statelessTag)
    } catch .refused(var response) {
      if status == StatusCode.messageTooLarge {
        response.status = status
        response.reason = StatusCode.reason(for: status)
      }
      return response
    } catch {
      return nil
    }
  }

  /// After the actions that are being performed now.
  nonisolated func closed(_ flow: Flow) { submit { $0.flowClosed(flow, at: $1) } }
}

/// Brings what connections say into the loop's actor, on whose thread they live.
final class StreamInbox: StreamListening {
  private unowned let signalling: SignallingLoop

  init(_ signalling: SignallingLoop) { self.signalling = signalling }

  func streamBrought(_ message: [UInt8], over flow: Flow) {
    signalling.assumeIsolated { $0.take(message, over: flow) }
  }

  func streamFailed(_ failure: StreamFraming.Failure, over flow: Flow) {
    signalling.assumeIsolated { $0.refuse(failure, over: flow) }
  }

  func streamProved(_ flow: Flow, by names: [String]) {
    // Before the first words that came over the connection are heard.
    signalling.assumeIsolated { loop in
      loop.perform { exchange, _ in
        exchange.proved(flow, by: names)
        return []
      }
    }
  }

  func streamClosed(_ flow: Flow) { signalling.closed(flow) }
}
