#include <stdint.h>
#include <srtp2/srtp.h>
