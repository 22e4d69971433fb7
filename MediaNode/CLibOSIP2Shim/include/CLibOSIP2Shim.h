#pragma once

#include <stdarg.h>
#include <stdlib.h>
#include <stdio.h>
#include <string.h>
#include <sys/time.h>
#include <osipparser2/osip_port.h>
#include <osipparser2/osip_parser.h>
#include <osipparser2/sdp_message.h>

// What libosip2 has only as macros, or with a va_list.

/// Frees what libosip2 allocated, strings of its printers first of all.
static inline void CLibOSIP2_free(void *pointer) { osip_free(pointer); }

static inline void CLibOSIP2_dropTrace(
    const char *file, int line, osip_trace_level_t level, const char *format, va_list arguments) {
  (void)file, (void)line, (void)level, (void)format, (void)arguments;
}

/// Prepares the parser, once per process, and sends its complaints about bad messages nowhere:
/// by default they go to the standard output.
static inline void CLibOSIP2_begin(void) {
  parser_init();
  osip_trace_initialize_func(END_TRACE_LEVEL, CLibOSIP2_dropTrace);
}
