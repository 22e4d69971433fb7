// What libopus has only as variadic functions and macros.
#ifndef COpusShim_h
#define COpusShim_h

#include <opus.h>

static inline int opus_shim_set_bitrate(OpusEncoder *encoder, opus_int32 bits) {
  return opus_encoder_ctl(encoder, OPUS_SET_BITRATE(bits));
}

static inline int opus_shim_set_complexity(OpusEncoder *encoder, opus_int32 complexity) {
  return opus_encoder_ctl(encoder, OPUS_SET_COMPLEXITY(complexity));
}

static inline int opus_shim_set_inband_fec(OpusEncoder *encoder, opus_int32 enabled) {
  return opus_encoder_ctl(encoder, OPUS_SET_INBAND_FEC(enabled));
}

static inline int opus_shim_set_expected_loss(OpusEncoder *encoder, opus_int32 percent) {
  return opus_encoder_ctl(encoder, OPUS_SET_PACKET_LOSS_PERC(percent));
}

static inline int opus_shim_set_voice(OpusEncoder *encoder) {
  return opus_encoder_ctl(encoder, OPUS_SET_SIGNAL(OPUS_SIGNAL_VOICE));
}

static inline int opus_shim_set_dtx(OpusEncoder *encoder, opus_int32 enabled) {
  return opus_encoder_ctl(encoder, OPUS_SET_DTX(enabled));
}

#endif
