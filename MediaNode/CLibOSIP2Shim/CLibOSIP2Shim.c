#include "CLibOSIP2Shim.h"
