/// Status codes of responses by name (RFC 3261 section 21), and their usual phrases.
public enum StatusCode {
  public static let trying = 100
  public static let ringing = 180
  public static let callIsBeingForwarded = 181
  public static let sessionProgress = 183
  public static let ok = 200
  public static let accepted = 202
  public static let badRequest = 400
  public static let unauthorized = 401
  public static let forbidden = 403
  public static let notFound = 404
  public static let methodNotAllowed = 405
  public static let notAcceptable = 406
  public static let requestTimeout = 408
  public static let contentTooLarge = 413
  public static let messageTooLarge = 513
  public static let unsupportedMediaType = 415
  public static let unsupportedURIScheme = 416
  public static let badExtension = 420
  public static let sessionIntervalTooSmall = 422
  public static let intervalTooBrief = 423
  public static let flowFailed = 430
  public static let maxBreadthExceeded = 440
  public static let badInfoPackage = 469
  public static let temporarilyUnavailable = 480
  public static let dialogDoesNotExist = 481
  public static let loopDetected = 482
  public static let tooManyHops = 483
  public static let addressIncomplete = 484
  public static let busyHere = 486
  public static let requestTerminated = 487
  public static let notAcceptableHere = 488
  public static let badEvent = 489
  public static let requestPending = 491
  public static let serverInternalError = 500
  public static let notImplemented = 501
  public static let badGateway = 502
  public static let serviceUnavailable = 503
  public static let serverTimeout = 504
  public static let versionNotSupported = 505
  public static let busyEverywhere = 600
  public static let decline = 603
  public static let notAcceptableAnywhere = 606

  /// The phrase that the standards give `status`, or that of its class.
  public static func reason(for status: Int) -> String {
    phrases[status] ?? phrases[status / 100 * 100] ?? classes[status / 100] ?? "Unknown"
  }

  private static let classes = [
    1: "Progress", 2: "OK", 3: "Redirection", 4: "Request Failure", 5: "Server Failure",
    6: "Global Failure",
  ]

  private static let phrases: [Int: String] = [
    100: "Trying", 180: "Ringing", 181: "Call Is Being Forwarded", 182: "Queued",
    183: "Session Progress", 199: "Early Dialog Terminated",
    200: "OK", 202: "Accepted", 204: "No Notification",
    300: "Multiple Choices", 301: "Moved Permanently", 302: "Moved Temporarily",
    305: "Use Proxy", 380: "Alternative Service",
    400: "Bad Request", 401: "Unauthorized", 402: "Payment Required", 403: "Forbidden",
    404: "Not Found", 405: "Method Not Allowed", 406: "Not Acceptable",
    407: "Proxy Authentication Required", 408: "Request Timeout", 410: "Gone",
    412: "Conditional Request Failed", 413: "Request Entity Too Large",
    414: "Request-URI Too Long", 415: "Unsupported Media Type", 416: "Unsupported URI Scheme",
    417: "Unknown Resource-Priority", 420: "Bad Extension", 421: "Extension Required",
    422: "Session Interval Too Small", 423: "Interval Too Brief", 428: "Use Identity Header",
    429: "Provide Referrer Identity", 430: "Flow Failed", 433: "Anonymity Disallowed",
    436: "Bad Identity Info", 437: "Unsupported Credential", 438: "Invalid Identity Header",
    439: "First Hop Lacks Outbound Support", 440: "Max-Breadth Exceeded",
    469: "Bad Info Package", 470: "Consent Needed", 480: "Temporarily Unavailable",
    481: "Call/Transaction Does Not Exist", 482: "Loop Detected", 483: "Too Many Hops",
    484: "Address Incomplete", 485: "Ambiguous", 486: "Busy Here", 487: "Request Terminated",
    488: "Not Acceptable Here", 489: "Bad Event", 491: "Request Pending",
    493: "Undecipherable", 494: "Security Agreement Required",
    500: "Server Internal Error", 501: "Not Implemented", 502: "Bad Gateway",
    503: "Service Unavailable", 504: "Server Time-out", 505: "Version Not Supported",
    513: "Message Too Large", 555: "Push Notification Service Not Supported",
    580: "Precondition Failure",
    600: "Busy Everywhere", 603: "Decline", 604: "Does Not Exist Anywhere",
    606: "Not Acceptable", 607: "Unwanted", 608: "Rejected",
  ]
}
