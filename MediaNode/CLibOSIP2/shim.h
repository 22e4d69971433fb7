// libosip2's headers use these types without including them, so the order matters.
#include <stdlib.h>
#include <stdio.h>
#include <string.h>
#include <sys/time.h>
#include <osipparser2/osip_port.h>
#include <osipparser2/osip_parser.h>
#include <osipparser2/sdp_message.h>
