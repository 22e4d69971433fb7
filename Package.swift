// swift-tools-version: 6.2
import PackageDescription

// Every target is a folder of its own name under `ControlPlane/` or `MediaNode/`, listed in
// dependency order, lowest first. Arrows from `MediaNode` end at `NodeContract` and at
// `StructuredLogging`, which knows nothing of either half.
// `Tests/ArchitectureTests` compares the arrows below with the allowed ones.

let strict: [SwiftSetting] = [
  .swiftLanguageMode(.v6),
  .enableUpcomingFeature("ExistentialAny"),
  .enableUpcomingFeature("InternalImportsByDefault"),
  .enableUpcomingFeature("MemberImportVisibility"),
]

// MARK: - Outside packages: one per job

/// The link's message bodies: compact, versioned, generated code committed.
let protobuf = Target.Dependency.product(name: "SwiftProtobuf", package: "swift-protobuf")
/// Structured logs, one JSON line each.
let logging = Target.Dependency.product(name: "Logging", package: "swift-log")
/// Graceful start and stop of everything that runs until told otherwise.
let lifecycle = Target.Dependency.product(
  name: "ServiceLifecycle", package: "swift-service-lifecycle")
let signals = Target.Dependency.product(name: "UnixSignals", package: "swift-service-lifecycle")
/// Settings from a JSON file, `TANDEM_*` variables and flags.
let configuration = Target.Dependency.product(name: "Configuration", package: "swift-configuration")
/// Command lines with help and completion.
let arguments = Target.Dependency.product(
  name: "ArgumentParser", package: "swift-argument-parser")
/// The HTTP server behind API, portal and the node link.
let hummingbird = Target.Dependency.product(name: "Hummingbird", package: "hummingbird")
let hummingbirdCore = Target.Dependency.product(name: "HummingbirdCore", package: "hummingbird")
let hummingbirdTLS = Target.Dependency.product(name: "HummingbirdTLS", package: "hummingbird")
let hummingbirdHTTP2 = Target.Dependency.product(name: "HummingbirdHTTP2", package: "hummingbird")
let hummingbirdTesting = Target.Dependency.product(
  name: "HummingbirdTesting", package: "hummingbird")
/// Requests to etcd and, from `pbxctl`, to the API.
let httpClient = Target.Dependency.product(name: "AsyncHTTPClient", package: "async-http-client")
/// SHA-256, MD5 and random keys in the control plane; the node takes them from OpenSSL.
let crypto = Target.Dependency.product(name: "Crypto", package: "swift-crypto")
/// Buffers, channels and the datagram socket that hears beats.
let nio = Target.Dependency.product(name: "NIOCore", package: "swift-nio")
let nioPosix = Target.Dependency.product(name: "NIOPosix", package: "swift-nio")
let nioHTTP1 = Target.Dependency.product(name: "NIOHTTP1", package: "swift-nio")
/// The certificate that a node showed on the link.
let nioSSL = Target.Dependency.product(name: "NIOSSL", package: "swift-nio-ssl")
let x509 = Target.Dependency.product(name: "X509", package: "swift-certificates")
let asn1 = Target.Dependency.product(name: "SwiftASN1", package: "swift-asn1")

/// Files beside a target's sources that are for people and other programs.
let beside = [
  "NodeContract": ["Wire/node_contract.proto", "Wire/generate"],
  "Persistence": ["schema.sql"],
]

/// Sample by sample: unoptimised they take thirty times as long, and a debug build's calls stutter.
let optimised: Set<String> = ["Audio", "Codecs", "Digits", "SoundUploads"]

/// A target in the folder `half/name`.
func target(_ half: String, _ name: String, _ dependencies: [Target.Dependency] = []) -> Target {
  .target(
    name: name, dependencies: dependencies, path: "\(half)/\(name)",
    exclude: beside[name] ?? [],
    swiftSettings: strict + (optimised.contains(name) ? [.unsafeFlags(["-O"])] : []))
}

/// A program in the folder `half/name`.
func program(_ half: String, _ name: String, _ dependencies: [Target.Dependency]) -> Target {
  .executableTarget(
    name: name, dependencies: dependencies, path: "\(half)/\(name)", swiftSettings: strict)
}

/// A library of Debian, imported by one target only.
func library(_ half: String, _ name: String, pkgConfig: String, apt: String) -> Target {
  .systemLibrary(
    name: name, path: "\(half)/\(name)", pkgConfig: pkgConfig, providers: [.apt([apt])])
}

/// What a C library has only as macros, as `static inline` functions.
func shim(_ half: String, _ name: String, over library: Target.Dependency? = nil) -> Target {
  .target(name: name, dependencies: library.map { [$0] } ?? [], path: "\(half)/\(name)")
}

/// The tests of the target `name`, in `Tests/half/nameTests`. Any of them may draw lots.
func tests(_ half: String, _ name: String, _ dependencies: [Target.Dependency] = []) -> Target {
  .testTarget(
    name: "\(name)Tests",
    dependencies: [.init(stringLiteral: name), "SeededRandom"] + dependencies,
    path: "Tests/\(half)/\(name)Tests", swiftSettings: strict)
}

let controlPlane: [Target] = [
  // Wire contract between the halves: ids, messages, versions; no I/O.
  target("ControlPlane", "NodeContract", [protobuf]),
  // What becomes of a call by the rules of whom it is for: the same answer for the node that does it
  // and for whoever asks what it would do.
  target("ControlPlane", "CallFlows", ["NodeContract"]),
  // One JSON line to standard error per log event, for both halves.
  target("ControlPlane", "StructuredLogging", [logging]),
  // Resellers, tenants, extensions, numbers, scopes: values and their rules.
  target("ControlPlane", "Tenancy", ["NodeContract"]),
  // Who should hold which service address: snapshot in, plan out.
  target("ControlPlane", "Placement", ["NodeContract"]),
  // What the DNS says of tenants' domains, from who holds which address.
  target("ControlPlane", "Zones", ["NodeContract", "Tenancy", "Placement"]),
  // Faults that are made on purpose: what they would do, what forbids them, what came of them.
  target("ControlPlane", "Drills", ["NodeContract", "Placement"]),
  // Facts and price lists in, CDRs and charges out.
  target("ControlPlane", "Rating", ["NodeContract"]),
  // Customers' sounds, checked, converted by ffmpeg and levelled.
  target("ControlPlane", "SoundUploads"),
  // libpq and its sole importer: pool, transactions, typed rows, migrations.
  library("ControlPlane", "CLibPQ", pkgConfig: "libpq", apt: "libpq-dev"),
  shim("ControlPlane", "CLibPQShim", over: "CLibPQ"),
  target("ControlPlane", "Postgres", ["CLibPQ", "CLibPQShim", logging]),
  // One repository per group of tables; the migrations.
  target(
    "ControlPlane", "Persistence",
    ["Drills", "NodeContract", "Tenancy", "Rating", "Postgres", logging]),
  // etcd's JSON gateway: leases, watches, compare-and-set.
  target("ControlPlane", "Etcd", [httpClient, nio, nioHTTP1, logging]),
  // One function per thing a user or a node can ask for: authorize, validate, store, announce.
  target(
    "ControlPlane", "Operations",
    [
      "CallFlows", "NodeContract", "Tenancy", "Placement", "Rating", "Postgres", "Persistence",
      "SoundUploads", "Zones", "Drills", crypto, logging,
    ]),
  // A name server's own copy of the zones, kept in step.
  target(
    "ControlPlane", "NameServers",
    ["NodeContract", "Tenancy", "Placement", "Zones", lifecycle, logging]),
  // Server, problems, health, metrics; knows nothing about telephony.
  target("ControlPlane", "HTTP", [hummingbird, hummingbirdCore, logging, nio]),
  // The routes under /v1 and their JSON.
  target(
    "ControlPlane", "API",
    ["Drills", "NodeContract", "Tenancy", "Rating", "Operations", "HTTP", hummingbird]),
  // The nodes' end of the link: listener, beats, grants, snapshots down, facts up.
  target(
    "ControlPlane", "NodeLink",
    [
      "Drills", "NodeContract", "Placement", "Etcd", "HTTP", hummingbird, hummingbirdCore,
      hummingbirdTLS,
      hummingbirdHTTP2, crypto, lifecycle, logging, nio, nioPosix, nioSSL, x509, asn1,
    ]),
  // The server: configuration, wiring, background loops.
  program(
    "ControlPlane", "ControlPlaneServer",
    [
      "API", "NameServers", "NodeLink", "HTTP", "Operations", "Persistence", "Postgres", "Etcd",
      "NodeContract", "Placement", "StructuredLogging", "Tenancy", "Drills", hummingbird, arguments,
      configuration, lifecycle,
      logging,
    ]),
  // The operator's command line, a client of the API.
  program("ControlPlane", "pbxctl", [arguments, httpClient, nio, nioHTTP1]),
]

let mediaNode: [Target] = [
  // Requests, responses, URIs, SDP, digest, transactions, dialogs as values.
  target("MediaNode", "SIP", ["NodeContract"]),
  // RTP and RTCP packets, DTMF events, latching, what reports tell of a stream.
  target("MediaNode", "RTP", ["NodeContract"]),
  // G.711, WAV, tones; resampling, jitter, losses, comfort noise, conferences.
  target("MediaNode", "Audio"),
  // SpanDSP and its sole importer: G.722, digits within the sound.
  library("MediaNode", "CSpanDSP", pkgConfig: "spandsp", apt: "libspandsp-dev"),
  target("MediaNode", "SpanDSP", ["CSpanDSP"]),
  // libopus and its sole importer.
  library("MediaNode", "COpus", pkgConfig: "opus", apt: "libopus-dev"),
  shim("MediaNode", "COpusShim", over: "COpus"),
  target("MediaNode", "Opus", ["COpus", "COpusShim"]),
  // LAME and its sole importer.
  library("MediaNode", "CLAME", pkgConfig: "lame", apt: "libmp3lame-dev"),
  target("MediaNode", "LAME", ["CLAME"]),
  // One leg or both as a file that grows in segments.
  target("MediaNode", "Recording", ["Audio", "LAME", "Opus"]),
  // Every codec behind one type, and the way from one to another.
  target("MediaNode", "Codecs", ["Audio", "Opus", "SpanDSP"]),
  // Numbers, dates, times and money as prompts, for each language.
  target("MediaNode", "Announcements"),
  // Prompts and music from files.
  target("MediaNode", "Prompts", ["Announcements", "Audio"]),
  // Keys pressed, by telephone events, tones and INFO, and from one way to another.
  target("MediaNode", "Digits", ["Audio", "RTP"]),
  // Registrar, routing and calls as state machines; the exchange that owns them.
  target(
    "MediaNode", "CallControl", ["Announcements", "CallFlows", "Digits", "NodeContract", "SIP"]),
  // Epochs and orders: what a node may serve.
  target("MediaNode", "Ownership", ["NodeContract"]),
  // libosip2 and its sole importer: parse and print.
  library("MediaNode", "CLibOSIP2", pkgConfig: "libosip2", apt: "libosip2-dev"),
  shim("MediaNode", "CLibOSIP2Shim", over: "CLibOSIP2"),
  target("MediaNode", "OSIP", ["CLibOSIP2", "CLibOSIP2Shim", "NodeContract", "SIP"]),
  // OpenSSL and its sole importer: hashes, sealed files, TLS sessions.
  library("MediaNode", "COpenSSL", pkgConfig: "openssl", apt: "libssl-dev"),
  shim("MediaNode", "COpenSSLShim", over: "COpenSSL"),
  target("MediaNode", "TLS", ["COpenSSL", "COpenSSLShim", "NodeContract"]),
  // nghttp2 and its sole importer: the client's side of one HTTP/2 connection.
  library("MediaNode", "CNGHTTP2", pkgConfig: "libnghttp2", apt: "libnghttp2-dev"),
  target("MediaNode", "HTTP2", ["CNGHTTP2"]),
  // epoll, eventfd, descriptor passing: what the Glibc module lacks.
  shim("MediaNode", "CLinux"),
  // Sockets and event loops on epoll, each also an executor for actors.
  target("MediaNode", "Epoll", ["CLinux", "NodeContract"]),
  // c-ares and its sole importer: where the servers of a domain are.
  library("MediaNode", "CCares", pkgConfig: "libcares", apt: "libc-ares-dev"),
  target("MediaNode", "DNS", ["CCares", "Epoll", "NodeContract", "SIP"]),
  // What may leave from each service address, as whoever sends must ask: atomic deadlines.
  target("MediaNode", "Gates", ["CLinux", "Epoll", "NodeContract"]),
  // What a process leaves to its successor, in memory that the keeper holds.
  target("MediaNode", "Succession", ["CLinux", "Epoll", "NodeContract"]),
  // SIP sockets; drives the exchange of `CallControl`.
  target(
    "MediaNode", "Signalling",
    [
      "CallControl", "DNS", "Digits", "Epoll", "Gates", "NodeContract", "OSIP", "SIP", "TLS",
      logging,
    ]),
  // libsrtp and its sole importer: media encrypted and proven.
  library("MediaNode", "CLibSRTP", pkgConfig: "libsrtp2", apt: "libsrtp2-dev"),
  target("MediaNode", "SRTP", ["CLibSRTP", "TLS"]),
  // Relay sockets and the threads that own them; sessions whose audio is decoded.
  target(
    "MediaNode", "MediaPlane",
    [
      "Audio", "CLinux", "Codecs", "Digits", "Epoll", "Gates", "NodeContract", "RTP", "Recording",
      "SRTP", "SpanDSP", "TLS", logging,
    ]),
  // Link to the replicas, beats, snapshots on disk, the spool of facts.
  target(
    "MediaNode", "ControlLink", ["Epoll", "HTTP2", "NodeContract", "Ownership", "TLS", logging]),
  // The node's parent: owns its descriptors, starts it again; parses nothing.
  program("MediaNode", "Keeper", ["CLinux"]),
  // The node: configuration and wiring.
  program(
    "MediaNode", "MediaNodeServer",
    [
      "Audio", "CallControl", "CLinux", "Codecs", "ControlLink", "Digits", "Epoll", "Gates",
      "LAME", "MediaPlane", "NodeContract", "Ownership", "Prompts", "Recording", "SIP", "SRTP",
      "Signalling",
      "StructuredLogging", "Succession", "TLS", arguments, configuration, logging,
    ]),
]

let testing: [Target] = [
  // Random numbers that are the same for the same seed.
  .target(name: "SeededRandom", path: "Tests/SeededRandom", swiftSettings: strict),
  // What tests share: programs as child processes, baresip and SIPp, tones, manual clocks.
  .target(
    name: "Support", dependencies: ["Audio", "SeededRandom"], path: "Tests/Support",
    swiftSettings: strict),
  // What tests of media share: checks as browsers make them, packets as they go over the wire.
  .target(
    name: "MediaSupport", dependencies: ["SRTP", "TLS"], path: "Tests/MediaSupport",
    swiftSettings: strict),
  // A migrated scratch database for each test that wants one.
  .target(
    name: "DatabaseSupport",
    dependencies: [
      "Drills", "NodeContract", "Placement", "Tenancy", "Rating", "Postgres", "Persistence",
    ],
    path: "Tests/DatabaseSupport", swiftSettings: strict),

  // `Infra/up --demo-call`: real calls with three baresip clients, judged by their sound.
  .executableTarget(
    name: "DemoCall", dependencies: ["Audio", "Support", arguments], path: "Infra/DemoCall",
    swiftSettings: strict),

  // What `Tests/run bench sip` gives a node to serve.
  .executableTarget(
    name: "BenchmarkState",
    dependencies: ["ControlLink", "NodeContract", "Ownership", "TLS", arguments, logging],
    path: "Tests/Benchmarks/BenchmarkState", swiftSettings: strict),

  // What `Tests/run bench relay` measures: the media plane without a node around it.
  .executableTarget(
    name: "BenchmarkRelay",
    dependencies: ["CLinux", "Epoll", "MediaPlane", "NodeContract", arguments, logging],
    path: "Tests/Benchmarks/BenchmarkRelay", swiftSettings: strict),

  // What the relay allocates, counted by a malloc of the program's own.
  .target(name: "CAllocationCount", path: "Tests/Benchmarks/CAllocationCount"),
  .executableTarget(
    name: "BenchmarkAllocations",
    dependencies: [
      "CAllocationCount", "Epoll", "MediaPlane", "NodeContract", "RTP", arguments, logging,
    ], path: "Tests/Benchmarks/BenchmarkAllocations", swiftSettings: strict),

  // What `Tests/run bench planner` measures: placement and memory of a full cell.
  .executableTarget(
    name: "BenchmarkPlanner", dependencies: ["NodeContract", "Placement"],
    path: "Tests/Benchmarks/BenchmarkPlanner", swiftSettings: strict),

  // What a synthesiser must speak at set-up, for `Infra/prompts`.
  .executableTarget(
    name: "PromptWords", dependencies: ["Announcements"], path: "Infra/PromptWords",
    swiftSettings: strict),

  // What `Tests/run bench audio` measures, and what `Tests/run quality` hears.
  .executableTarget(
    name: "BenchmarkAudio", dependencies: ["Audio", "Codecs", "Opus", "SeededRandom"],
    path: "Tests/Benchmarks/BenchmarkAudio", swiftSettings: strict),

  // Without a server beside them.
  tests("ControlPlane", "NodeContract", ["Support", "TLS"]),
  tests("ControlPlane", "CallFlows", ["NodeContract"]),
  tests("ControlPlane", "StructuredLogging"),
  tests("ControlPlane", "Tenancy", ["NodeContract"]),
  tests("ControlPlane", "Placement", ["NodeContract"]),
  tests("ControlPlane", "Zones", ["NodeContract", "Placement", "Tenancy"]),
  tests(
    "ControlPlane", "NameServers",
    ["NodeContract", "Placement", "Support", "Tenancy", "Zones", logging]),
  tests("ControlPlane", "Drills", ["NodeContract", "Placement"]),
  tests("ControlPlane", "Rating", ["NodeContract"]),
  tests("ControlPlane", "SoundUploads", ["Audio", "Support"]),
  tests("ControlPlane", "HTTP", [hummingbird, hummingbirdTesting, logging, nio]),
  tests("MediaNode", "SIP", ["NodeContract", "OSIP", "TLS"]),
  tests("MediaNode", "RTP", ["MediaSupport", "NodeContract", "TLS"]),
  tests("MediaNode", "Audio", ["Support"]),
  tests("MediaNode", "Codecs", ["Audio", "Opus", "SpanDSP", "Support"]),
  tests("MediaNode", "Recording", ["Audio", "LAME", "Support"]),
  tests("MediaNode", "Announcements"),
  tests("MediaNode", "Prompts", ["Announcements", "Audio"]),
  tests("MediaNode", "Digits", ["RTP", "SpanDSP", "Support"]),
  tests(
    "MediaNode", "CallControl",
    ["Announcements", "Digits", "NodeContract", "Rating", "SIP", "TLS"]),
  tests("MediaNode", "Ownership", ["NodeContract"]),
  tests("MediaNode", "OSIP", ["NodeContract", "SIP"]),
  tests("MediaNode", "TLS", ["NodeContract", "Support"]),
  tests("MediaNode", "HTTP2"),
  tests("MediaNode", "Epoll", ["NodeContract", "Support"]),
  tests("MediaNode", "DNS", ["Epoll", "NodeContract", "SIP", "Support"]),
  tests(
    "MediaNode", "Signalling",
    ["CallControl", "Digits", "Epoll", "NodeContract", "SIP", "Support", "TLS", logging]),
  tests("MediaNode", "SRTP", ["MediaSupport"]),
  tests(
    "MediaNode", "MediaPlane",
    [
      "Audio", "BenchmarkAllocations", "Codecs", "Digits", "Epoll", "Gates", "MediaSupport",
      "NodeContract", "RTP", "Recording", "SRTP", "SpanDSP", "Support", "TLS", logging,
    ]),
  tests("MediaNode", "Succession", ["CLinux", "Epoll", "NodeContract"]),
  tests("MediaNode", "Keeper", ["Epoll", "NodeContract", "Support"]),
  tests("MediaNode", "ControlLink", ["NodeContract", "Ownership", "Support", "TLS", logging]),

  // With a real Postgres or etcd, which `Tests/run` starts.
  tests("ControlPlane", "Postgres", ["DatabaseSupport"]),
  tests(
    "ControlPlane", "Persistence",
    ["DatabaseSupport", "Drills", "NodeContract", "Postgres", "Rating", "Tenancy"]),
  tests("ControlPlane", "Etcd", [httpClient, nio, nioHTTP1]),
  tests(
    "ControlPlane", "Operations",
    ["DatabaseSupport", "NodeContract", "Persistence", "Postgres", "Rating", "Tenancy", logging]),
  tests(
    "ControlPlane", "API",
    [
      "Audio", "DatabaseSupport", "Drills", "HTTP", "NodeContract", "Operations", "Persistence",
      "Placement", "Postgres", "Rating", "Tenancy", hummingbird, hummingbirdTesting, logging, nio,
    ]),
  tests(
    "ControlPlane", "NodeLink",
    [
      "ControlLink", "Drills", "Etcd", "HTTP", "NodeContract", "Ownership", "Placement", "Support",
      "TLS", lifecycle,
      logging, nio, nioPosix,
    ]),

  // Fleets of replicas, nodes, phones and carriers on virtual time, under every fault.
  .testTarget(
    name: "FleetSimulation",
    dependencies: [
      "CallControl", "Digits", "NodeContract", "Ownership", "Placement", "Rating", "SIP",
      "SeededRandom", "TLS",
    ],
    path: "Tests/FleetSimulation", swiftSettings: strict),

  // With the programs themselves: real phones, a real carrier, signals and garbage.
  .testTarget(
    name: "EndToEnd", dependencies: ["Audio", "SeededRandom", "Support"], path: "Tests/EndToEnd",
    swiftSettings: strict),
  // What a drill of the laboratory found, judged.
  .testTarget(
    name: "LaboratoryTests", dependencies: ["Support"], path: "Tests/LaboratoryTests",
    swiftSettings: strict),
  // The arrows above are the allowed ones.
  .testTarget(
    name: "ArchitectureTests", dependencies: ["Support"], path: "Tests/ArchitectureTests",
    swiftSettings: strict),
]

let package = Package(
  name: "tandem",
  platforms: [.macOS(.v15)],
  products: [
    .executable(name: "ControlPlaneServer", targets: ["ControlPlaneServer"]),
    .executable(name: "MediaNodeServer", targets: ["MediaNodeServer"]),
    .executable(name: "Keeper", targets: ["Keeper"]),
    .executable(name: "pbxctl", targets: ["pbxctl"]),
    .executable(name: "DemoCall", targets: ["DemoCall"]),
  ],
  dependencies: [
    .package(url: "https://github.com/apple/swift-argument-parser", exact: "1.8.2"),
    .package(url: "https://github.com/apple/swift-asn1", exact: "1.7.4"),
    .package(url: "https://github.com/apple/swift-certificates", exact: "1.21.1"),
    .package(url: "https://github.com/apple/swift-configuration", exact: "1.4.0"),
    .package(url: "https://github.com/apple/swift-crypto", exact: "4.5.2"),
    .package(url: "https://github.com/apple/swift-log", exact: "1.16.2"),
    .package(url: "https://github.com/apple/swift-nio", exact: "2.101.2"),
    .package(url: "https://github.com/apple/swift-nio-ssl", exact: "2.37.6"),
    .package(url: "https://github.com/apple/swift-protobuf", exact: "1.39.0"),
    .package(url: "https://github.com/hummingbird-project/hummingbird", exact: "2.28.1"),
    .package(url: "https://github.com/swift-server/async-http-client", exact: "1.37.0"),
    .package(url: "https://github.com/swift-server/swift-service-lifecycle", exact: "2.13.0"),
  ],
  targets: controlPlane + mediaNode + testing
)
