/// Whether a value stays or becomes another one, which may be none.
public enum Change<Value: Sendable>: Sendable {
  case keep
  case set(Value)
}
