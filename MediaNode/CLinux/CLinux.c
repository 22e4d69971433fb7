#include "CLinux.h"
// Everything is inline in the header; this file makes the target one that SwiftPM builds.
