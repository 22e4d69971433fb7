#include "description.h"

#include <openssl/evp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *const directions[] = {"sendrecv", "sendonly", "recvonly", "inactive"};
static const char suite[] = "AES_CM_128_HMAC_SHA1_80";

enum direction answer_to(enum direction offered, bool is_holding)
{
    if (offered == INACTIVE) return INACTIVE;
    if (offered == SENDONLY) return is_holding ? INACTIVE : RECVONLY;
    return is_holding || offered == RECVONLY ? SENDONLY : SENDRECV;
}

/* "1 AES_CM_128_HMAC_SHA1_80 inline:KEY|2^31"; the first with our suite counts. */
static void read_key(const char *line, struct description *theirs)
{
    char name[40], key[60];
    unsigned number;
    unsigned char bytes[48];
    if (theirs->key_number || sscanf(line, "%u %39s inline:%40[A-Za-z0-9+/]", &number, name, key) != 3) return;
    if (strcmp(name, suite) || strlen(key) != 40) return;
    if (EVP_DecodeBlock(bytes, (unsigned char *)key, 40) != KEY_LENGTH) return;
    memcpy(theirs->key, bytes, KEY_LENGTH);
    theirs->key_number = number;
}

/* "a=rtpmap:101 telephone-event/8000" */
static bool is_events(const char *line, unsigned *number)
{
    int length = 0;
    sscanf(line, "a=rtpmap:%u telephone-event/8000%n", number, &length);
    return length > 0;
}

bool read_description(const char *body, struct description *theirs)
{
    char ip[64] = "", protocol[40] = "";
    unsigned port = 0, number;
    memset(theirs, 0, sizeof *theirs);
    for (const char *line = body; line && *line; line = strchr(line, '\n'), line = line ? line + 1 : NULL) {
        if (!strncmp(line, "m=audio ", 8)) sscanf(line + 8, "%u %39s", &port, protocol);
        else if (!strncmp(line, "c=IN IP4 ", 9) || !strncmp(line, "c=IN IP6 ", 9)) sscanf(line + 9, "%63[0-9a-fA-F.:]", ip);
        else if (!strncmp(line, "a=crypto:", 9)) read_key(line + 9, theirs);
        else if (is_events(line, &number)) theirs->events = number;
        else
            for (enum direction d = SENDRECV; d <= INACTIVE; d++)
                if (!strncmp(line, "a=", 2) && !strncmp(line + 2, directions[d], strlen(directions[d]))) theirs->direction = d;
    }
    theirs->is_protected = strstr(protocol, "SAVP") != NULL;
    return port && is_endpoint(&theirs->sound, ip, port);
}

void append_description(struct text *body, const struct description *ours, unsigned version)
{
    const char *family = is_six(&ours->sound) ? "IP6" : "IP4", *ip = ip_of(&ours->sound);
    append(body, "v=0\r\no=- 1 %u IN %s %s\r\ns=-\r\nc=IN %s %s\r\nt=0 0\r\n", version, family, ip, family, ip);
    append(body, "m=audio %u %s 0 %d\r\n", port_of(&ours->sound), ours->is_protected ? "RTP/SAVP" : "RTP/AVP", EVENTS);
    append(body, "a=rtpmap:0 PCMU/8000\r\na=rtpmap:%d telephone-event/8000\r\na=fmtp:%d 0-15\r\na=ptime:20\r\n", EVENTS, EVENTS);
    if (ours->is_protected) {
        unsigned char key[48];
        EVP_EncodeBlock(key, ours->key, KEY_LENGTH);
        append(body, "a=crypto:%u %s inline:%s\r\n", ours->key_number ? ours->key_number : 1, suite, key);
    }
    append(body, "a=%s\r\n", directions[ours->direction]);
}
