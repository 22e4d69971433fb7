#include "message.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

/* Ends the line where it ends, and says where the next one begins. */
static char *cut_line(char *line)
{
    char *end = strstr(line, "\r\n");
    if (!end) return NULL;
    *end = 0;
    return end + 2;
}

static bool take_first_line(struct message *m, char *line)
{
    if (!strncmp(line, "SIP/2.0 ", 8)) {
        m->status = atoi(line + 8);
        return m->status >= 100 && m->status < 700;
    }
    char *uri = strchr(line, ' '), *version = uri ? strchr(uri + 1, ' ') : NULL;
    if (!version || strcmp(version, " SIP/2.0")) return false;
    copy(m->method, sizeof m->method, line, (size_t)(uri - line));
    *version = 0;
    m->uri = uri + 1;
    return true;
}

static void take_field(struct message *m, char *line)
{
    char *colon = strchr(line, ':');
    if (!colon || m->count == MOST_FIELDS) return;
    char *end = colon, *value = colon + 1;
    while (end > line && isspace((unsigned char)end[-1])) end--;
    *end = 0;
    while (isspace((unsigned char)*value)) value++;
    m->fields[m->count].name = line;
    m->fields[m->count++].value = value;
}

bool parse(struct message *m, const char *text, size_t length)
{
    memset(m, 0, offsetof(struct message, text));
    if (length >= sizeof m->text) return false;
    copy(m->text, sizeof m->text, text, length);
    char *line = m->text, *next = cut_line(line);
    if (!next || !take_first_line(m, line)) return false;
    while (*(line = next)) {
        if (!(next = cut_line(line))) return false;
        if (!*line) break;
        take_field(m, line);
    }
    m->body = next ? next : "";
    const char *via = field(m, "Via"), *call_id = field(m, "Call-ID"), *cseq = field(m, "CSeq");
    if (!via || !call_id || !cseq || !field(m, "From") || !field(m, "To")) return false;
    parameter(via, "branch", m->branch, sizeof m->branch);
    copy(m->call_id, sizeof m->call_id, call_id, strlen(call_id));
    char *method;
    m->cseq = (unsigned)strtoul(cseq, &method, 10);
    while (*method == ' ') method++;
    if (m->status) copy(m->method, sizeof m->method, method, strlen(method));
    return true;
}

const char *field_number(const struct message *m, const char *name, int number)
{
    for (int i = 0; i < m->count; i++)
        if (!strcasecmp(m->fields[i].name, name) && !number--) return m->fields[i].value;
    return NULL;
}

const char *field(const struct message *m, const char *name) { return field_number(m, name, 0); }

bool uri_in(const char *value, char *uri, size_t room)
{
    const char *open = value ? strchr(value, '<') : NULL, *close = open ? strchr(open, '>') : NULL;
    if (close) {
        copy(uri, room, open + 1, (size_t)(close - open - 1));
        return true;
    }
    if (!value || strncmp(value, "sip", 3)) return false;
    copy(uri, room, value, strcspn(value, "; "));
    return true;
}

bool parameter(const char *value, const char *name, char *out, size_t room)
{
    size_t length = strlen(name);
    for (const char *at = value; (at = strcasestr(at, name)); at += length) {
        if (at == value || !strchr(" ,;", at[-1]) || at[length] != '=') continue;
        at += length + 1;
        if (*at == '"') copy(out, room, at + 1, strcspn(at + 1, "\""));
        else copy(out, room, at, strcspn(at, ",; \r"));
        return true;
    }
    return false;
}

bool has_tag(const char *value)
{
    char tag[8];
    const char *after = strchr(value, '>');
    return parameter(after ? after : value, "tag", tag, sizeof tag);
}

unsigned retry_after(const struct message *m, unsigned otherwise)
{
    const char *value = field(m, "Retry-After");
    return value ? (unsigned)atoi(value) : otherwise;
}
