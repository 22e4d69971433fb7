import NodeContract
import SIP

extension CallMachine {
  func checkpoint(at now: BootInstant) -> [UInt8] { [] }
}
