# The other way: a machine hears nothing of control plane and neighbours, but is heard. Sourced by drill.
about="nothing that control plane and neighbours say to a node arrives for eight seconds; it carries on alone"
# Nobody has a reason to take its calls, and it can prove that its addresses lead to it.
promise='{"silence_p99_ms": 80, "packets_lost": 3, "moves": false, "adopts": false}'
sound_seconds=16

strike() { sever_for 8 "deaf:ctl-$(machine_of "$victim")"; }
