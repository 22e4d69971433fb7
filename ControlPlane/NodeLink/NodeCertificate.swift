import NIOCore
import NIOSSL
import NodeContract
import SwiftASN1
import X509

/// Who a certificate speaks for.
enum NodeCertificate {
  /// The node that the other end of `connection` proved to be: its certificate, which TLS has
  /// verified, carries the node's name as its only common name.
  static func node(behind connection: any Channel) async throws -> NodeName? {
    let peer = try await connection.nioSSL_peerCertificate().get()
    return try peer.flatMap { node(named: try Certificate(derEncoded: $0.toDERBytes())) }
  }

  static func node(named certificate: Certificate) -> NodeName? {
    let names = certificate.subject.flatMap { Array($0) }.filter {
      $0.type == .RDNAttributeType.commonName
    }
    guard names.count == 1, let text = names.first.flatMap({ String($0.value) }) else { return nil }
    return NodeName(text)
  }
}
