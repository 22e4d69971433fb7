/// The map: which target may use which. A new arrow is a decision, and is taken here first.
enum AllowedArrows {
  /// Whoever decides may use these, and the contract.
  private static let decided: Set<String> = ["NodeContract", "Tenancy"]

  /// Where the halves may meet: their contract, what it says of calls, and the form of a log line,
  /// which knows of neither.
  static let meetingPoints: Set<String> = ["CallFlows", "NodeContract", "StructuredLogging"]

  static let controlPlane: [String: Set<String>] = [
    "StructuredLogging": [],
    "NodeContract": [],
    "CallFlows": ["NodeContract"],
    "Tenancy": ["NodeContract"],
    "Placement": ["NodeContract"],
    "Zones": decided.union(["Placement"]),
    "Drills": ["NodeContract", "Placement"],
    "Rating": ["NodeContract", "Tenancy"],
    "SoundUploads": [],
    "CLibPQ": [],
    "CLibPQShim": ["CLibPQ"],
    "Postgres": ["CLibPQ", "CLibPQShim"],
    "Persistence": decided.union(["Drills", "Rating", "Postgres"]),
    "Etcd": [],
    "Operations": decided.union([
      "CallFlows", "Placement", "Rating", "Persistence", "Postgres", "SoundUploads", "Zones",
      "Drills",
    ]),
    "NameServers": decided.union(["Placement", "Zones"]),
    "HTTP": [],
    "API": decided.union(["Drills", "Rating", "Operations", "HTTP"]),
    "NodeLink": decided.union(["Drills", "Placement", "Etcd", "HTTP"]),
    "ControlPlaneServer": decided.union([
      "API", "Etcd", "HTTP", "NameServers", "NodeLink", "Operations", "Persistence", "Placement",
      "Drills",
      "Postgres",
      "StructuredLogging",
    ]),
    "pbxctl": [],
  ]

  static let mediaNode: [String: Set<String>] = [
    "SIP": ["NodeContract"],
    "RTP": ["NodeContract"],
    "Audio": [],
    "CSpanDSP": [],
    "SpanDSP": ["CSpanDSP"],
    "COpus": [],
    "COpusShim": ["COpus"],
    "Opus": ["COpus", "COpusShim"],
    "Codecs": ["Audio", "Opus", "SpanDSP"],
    "CLAME": [],
    "LAME": ["CLAME"],
    "Recording": ["Audio", "LAME", "Opus"],
    "Announcements": [],
    "Prompts": ["Announcements", "Audio"],
    "Digits": ["Audio", "RTP"],
    "CallControl": ["Announcements", "CallFlows", "Digits", "NodeContract", "SIP"],
    "Ownership": ["NodeContract"],
    "Succession": ["CLinux", "Epoll", "NodeContract"],
    "CLibOSIP2": [],
    "CLibOSIP2Shim": ["CLibOSIP2"],
    "OSIP": ["CLibOSIP2", "CLibOSIP2Shim", "NodeContract", "SIP"],
    "COpenSSL": [],
    "COpenSSLShim": ["COpenSSL"],
    "TLS": ["COpenSSL", "COpenSSLShim", "NodeContract"],
    "CNGHTTP2": [],
    "HTTP2": ["CNGHTTP2"],
    "CLinux": [],
    "Epoll": ["CLinux", "NodeContract"],
    "CCares": [],
    "DNS": ["CCares", "Epoll", "NodeContract", "SIP"],
    "Gates": ["CLinux", "Epoll", "NodeContract"],
    "Signalling": [
      "CallControl", "DNS", "Digits", "Epoll", "Gates", "NodeContract", "OSIP", "SIP", "TLS",
    ],
    "CLibSRTP": [],
    "SRTP": ["CLibSRTP", "TLS"],
    "MediaPlane": [
      "Audio", "CLinux", "Codecs", "Digits", "Epoll", "Gates", "NodeContract", "RTP", "Recording",
      "SRTP", "SpanDSP", "TLS",
    ],
    "ControlLink": ["CLinux", "Epoll", "HTTP2", "NodeContract", "Ownership", "TLS"],
    "Keeper": ["CLinux"],
    "MediaNodeServer": [
      "Audio", "CLinux", "CallControl", "Codecs", "ControlLink", "Digits", "Epoll", "Gates",
      "LAME", "MediaPlane", "NodeContract", "Ownership", "Prompts", "Recording", "SIP", "SRTP",
      "Signalling",
      "StructuredLogging", "Succession", "TLS",
    ],
  ]

  static let all = controlPlane.merging(mediaNode) { first, _ in first }

  /// Values and their rules: no socket, clock, database or C library, so their tests need none.
  static let pure: Set<String> = [
    "NodeContract", "CallFlows", "Tenancy", "Placement", "Rating", "SIP", "RTP", "Audio", "Zones",
    "Drills",
    "CallControl",
    "Announcements", "Digits", "Ownership",
  ]

  /// What a pure target may import beside other pure ones: the contract's messages are
  /// protobuf, whose bytes are Foundation's `Data`.
  static let pureImports: [String: Set<String>] = [
    "NodeContract": ["SwiftProtobuf", "FoundationEssentials", "Foundation"]
  ]

  /// Each C library, and the one target that knows it.
  static let importers = [
    "CLibPQ": "Postgres", "CLibPQShim": "Postgres", "CLibOSIP2": "OSIP", "CLibOSIP2Shim": "OSIP",
    "COpenSSL": "TLS", "COpenSSLShim": "TLS", "CNGHTTP2": "HTTP2", "CCares": "DNS",
    "CSpanDSP": "SpanDSP", "COpus": "Opus", "COpusShim": "Opus", "CLAME": "LAME",
  ]
}
