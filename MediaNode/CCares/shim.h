#include <netdb.h>
#include <netinet/in.h>
#include <sys/time.h>

#include <ares.h>
