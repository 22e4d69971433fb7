# How the programs are built where they serve or are measured. Sourced.
# Inlined across modules and with the Swift library linked in: a fifth less CPU per call, and a
# node needs no Swift toolchain. A scratch folder of its own keeps other builds' work apart.
readonly release_flags=(
  --configuration release --scratch-path .build/programs
  --static-swift-stdlib -Xswiftc -cross-module-optimization)
