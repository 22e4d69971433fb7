#include "protection.h"

#include <srtp2/srtp.h>
#include <string.h>

static struct protection *make(const unsigned char key[KEY_LENGTH], srtp_ssrc_type_t whose)
{
    static bool is_ready;
    unsigned char copied[KEY_LENGTH];
    srtp_policy_t policy;
    srtp_t session;
    if (!is_ready && srtp_init() != srtp_err_status_ok) fail("libsrtp does not work here");
    is_ready = true;
    memset(&policy, 0, sizeof policy);
    memcpy(copied, key, KEY_LENGTH);
    srtp_crypto_policy_set_aes_cm_128_hmac_sha1_80(&policy.rtp);
    srtp_crypto_policy_set_aes_cm_128_hmac_sha1_80(&policy.rtcp);
    policy.ssrc.type = whose;
    policy.key = copied;
    policy.window_size = 1024;
    if (srtp_create(&session, &policy) != srtp_err_status_ok) fail("libsrtp refuses a key");
    return (struct protection *)session;
}

struct protection *protect_with(const unsigned char key[KEY_LENGTH]) { return make(key, ssrc_any_outbound); }
struct protection *unprotect_with(const unsigned char key[KEY_LENGTH]) { return make(key, ssrc_any_inbound); }
void forget(struct protection *protection)
{
    if (protection) srtp_dealloc((srtp_t)protection);
}

int protect(struct protection *protection, unsigned char *packet, int length)
{
    return srtp_protect((srtp_t)protection, packet, &length) == srtp_err_status_ok ? length : -1;
}

int unprotect(struct protection *protection, unsigned char *packet, int length)
{
    return srtp_unprotect((srtp_t)protection, packet, &length) == srtp_err_status_ok ? length : -1;
}
