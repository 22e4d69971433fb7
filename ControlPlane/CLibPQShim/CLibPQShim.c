#include "CLibPQShim.h"
