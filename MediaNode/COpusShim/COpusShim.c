#include "COpusShim.h"
