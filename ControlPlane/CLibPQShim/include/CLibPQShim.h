#pragma once

#include <libpq-fe.h>

// Character constants that Swift does not import: the fields of an error report.
static inline int tandem_pq_field_sqlstate(void) { return PG_DIAG_SQLSTATE; }
static inline int tandem_pq_field_detail(void) { return PG_DIAG_MESSAGE_DETAIL; }
static inline int tandem_pq_field_message(void) { return PG_DIAG_MESSAGE_PRIMARY; }
static inline int tandem_pq_field_table(void) { return PG_DIAG_TABLE_NAME; }
static inline int tandem_pq_field_column(void) { return PG_DIAG_COLUMN_NAME; }
static inline int tandem_pq_field_constraint(void) { return PG_DIAG_CONSTRAINT_NAME; }

// libpq prints notices to stderr, where only our own log lines belong.
void tandem_pq_silence_notices(PGconn *connection);
