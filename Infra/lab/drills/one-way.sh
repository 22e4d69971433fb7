# A machine is heard by nobody any more on the network between nodes and control plane, but hears; phones and
# carriers reach it. Sourced by drill.
about="nothing that a node says to control plane and neighbours arrives for eight seconds; the heir carries on"
promise='{"silence_p99_ms": 800, "moves": true, "silent_once_back": true}'
sound_seconds=16 stages=takeover

strike() { sever_for 8 "mute:ctl-$(machine_of "$victim")"; }
