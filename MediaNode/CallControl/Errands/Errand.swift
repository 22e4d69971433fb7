import NodeContract

/// A call that nobody made: the exchange makes it for somebody. First those ring of whom one is to be its
/// caller; whoever of them answers waits, while whom the call is for is called.
struct Errand: Hashable, Sendable {
  enum Purpose: Hashable, Sendable {
    /// An agent calls whoever has this place in a queue.
    case callback(place: CallID)
    /// A user had it made.
    case click(Click)
    /// Somebody speaks to the member whose telephones ring.
    case page(PageShare)
  }

  enum Stage: String, Hashable, Sendable {
    /// Those ring who may be its caller. Leads to `asking`. Its word is of the time when only agents were.
    case callers = "agents"
    /// Its caller waits for whom it is for. Leads to `reached`.
    case asking
    /// They talk, or did; or the exchange itself has the caller in the other's place.
    case reached
  }

  let purpose: Purpose
  /// It stands for the call in the records, and is nobody's. A page is on record as the call of whoever speaks.
  let leg: LegID
  /// As it would be dialled.
  let number: String
  var stage: Stage

  /// The place in a queue that it is made for; nil: another reason.
  var place: CallID? {
    switch purpose {
    case .callback(let place): place
    case .click, .page: nil
    }
  }

  var click: Click? {
    switch purpose {
    case .callback, .page: nil
    case .click(let click): click
    }
  }

  /// The page that it is made for.
  var share: PageShare? {
    switch purpose {
    case .callback, .click: nil
    case .page(let share): share
    }
  }

  /// For whom the caller's own telephones alone ring; nil: agents do, for a queue.
  var host: ReceptionHost? {
    switch purpose {
    case .callback: nil
    case .click(let click): click.host
    case .page(let share): share.host
    }
  }
}

/// Who had a call made, and how.
struct Click: Hashable, Sendable {
  let host: ReceptionHost
  /// What the called party is shown in place of the user's own number outside.
  let shown: String?
}
