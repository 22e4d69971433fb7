public import Postgres

/// The schema's history, oldest first. One folder per migration, named like it; applied steps are
/// never edited, a change is a new migration.
public let migrations: [Migration] = [
  foundations,
  trunkAccounts,
  emergencyNumbers,
  trunkRoutes,
  measuredMedia,
  answeringRules,
  ringGroups,
  holidays,
  supervisors,
  mailboxes,
  featureCodes,
  mailboxPINs,
  menus,
  recordings,
  contacts,
  queues,
  screening,
  callFlows,
  ipv6Addresses,
  drills,
  followMe,
  queueCallbacks,
  idempotencyKeys,
  forwardedMessages,
  pagingGroups,
  recordingRules,
]
