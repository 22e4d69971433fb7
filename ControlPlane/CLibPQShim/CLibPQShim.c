#include "CLibPQShim.h"

static void ignore_notice(void *context, const PGresult *notice) {
  (void)context;
  (void)notice;
}

void tandem_pq_silence_notices(PGconn *connection) {
  PQsetNoticeReceiver(connection, ignore_notice, 0);
}
