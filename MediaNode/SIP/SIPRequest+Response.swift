extension SIPRequest {
  /// A response to this request (RFC 3261 sections 8.2.6 and 12.1.1): Via, From, To, Call-ID and
  /// CSeq copied, Record-Route too where a dialog may form.
  ///
  /// - Parameters:
  ///   - reason: the usual phrase when nil.
  ///   - toTag: put on To where it has none, except on a 100.
  public func response(_ status: Int, reason: String? = nil, toTag: String? = nil) -> SIPResponse {
    var to = headers.to
    if to.tag == nil, status > 100, let toTag { to.tag = toTag }
    let mayFormDialog = (101..<300).contains(status)
    return SIPResponse(
      status: status, reason: reason ?? StatusCode.reason(for: status),
      headers: SIPHeaders(
        vias: headers.vias, from: headers.from, to: to, callID: headers.callID,
        cseq: headers.cseq, recordRoutes: mayFormDialog ? headers.recordRoutes : []))
  }
}

extension SIPResponse {
  /// 100 to 199.
  public var isProvisional: Bool { status < 200 }
  /// 200 to 299.
  public var isSuccess: Bool { (200..<300).contains(status) }
}
