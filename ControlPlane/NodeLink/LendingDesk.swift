import NodeContract

/// Gives one session's node the sounds of its tenants, piece by piece.
struct LendingDesk {
  let session: NodeSession
  let lender: any SoundLender

  /// Runs until the session ends.
  func run() async {
    for await _ in session.lendingWakeups {
      while let request = await session.takeSoundRequest() {
        // A node has no business with the sounds of others' tenants.
        let isIts = await session.serves(request.tenant)
        await session.answer(request, isIts ? await lender.answer(request) : .missing)
      }
    }
  }
}
