import CallControl
import DNS
import Epoll
import Logging
import NodeContract
import SIP

/// Questions of the exchange to the DNS.
extension SignallingLoop {
  func locate(_ question: DNSQuestion) {
    guard let resolver = nameResolver() else { return located(.failed, to: question) }
    resolver.ask(question) { [unowned self] answer in located(answer, to: question) }
  }

  /// After the actions that are being performed now.
  private nonisolated func located(_ answer: DNSAnswer, to question: DNSQuestion) {
    submit { $0.located(answer, to: question, at: $1) }
  }

  /// Made when it is needed first: a node whose carriers all have addresses asks nobody.
  private func nameResolver() -> DNSResolver? {
    if let resolver { return resolver }
    do {
      resolver = try DNSResolver(servers: nameServers, on: loop)
    } catch {
      log.error("carriers' domains cannot be looked up", metadata: ["cause": "\(error)"])
    }
    return resolver
  }
}
