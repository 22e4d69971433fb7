import NodeContract
import Testing

@testable import Tenancy

@Suite struct ContactFileTests {
  private func lines(_ text: String) throws -> [ContactFile.Line] {
    try ContactFile(Array(text.utf8)).lines
  }

  @Test func aTableOfPeopleIsReadByTheNamesOfItsColumns() throws {
    let lines = try lines(
      """
      VIP,Phone,Name,Birthday,Mobile,Groups
      yes,+44 20 7946 0123,"Ann ""the boss"", Ltd",1 May,07700 900123,board|friends

      no,+4930123456,Bob,,,
      """)
    #expect(lines.map(\.place) == [2, 4])
    #expect(lines[0].name == #"Ann "the boss", Ltd"#)
    #expect(lines[0].numbers == ["+44 20 7946 0123", "07700 900123"])
    #expect(lines[0].groups == ["board", "friends"] && lines[0].isVIP)
    #expect(lines[1].name == "Bob" && lines[1].groups.isEmpty && !lines[1].isVIP)
  }

  @Test func spreadsheetsThatPartBySemicolonsAreReadToo() throws {
    let lines = try lines("\u{FEFF}name;numbers\r\nAnn;\"+441\n+442\"\r\nBob;+443\r\n")
    #expect(lines.map(\.numbers) == [["+441", "+442"], ["+443"]])
    // The cell of the first goes over a line.
    #expect(lines.map(\.place) == [2, 4])
  }

  @Test func cardsOfTelephonesAreRead() throws {
    let lines = try lines(
      """
      BEGIN:VCARD
      VERSION:3.0
      FN:Ann O\\, Example
      item1.TEL;TYPE="work,voice":+44 20 7946 0123
      TEL;VALUE=uri;TYPE=cell:tel:+44-7700-900123;ext=5
      CATEGORIES:board,fri
       ends
      END:VCARD
      begin:vcard
      version:2.1
      N:Example;Bob;;;
      TEL;CELL:+4930123456
      end:vcard
      BEGIN:VCARD
      VERSION:4.0
      FN:Without a telephone
      END:VCARD
      """)
    #expect(lines.map(\.name) == ["Ann O, Example", "Bob Example"])
    #expect(lines.map(\.numbers) == [["+44 20 7946 0123", "+44-7700-900123"], ["+4930123456"]])
    #expect(lines[0].groups == ["board", "friends"])
  }

  @Test(arguments: [
    "", "name,number\n", "who,where\nAnn,+441\n", "name,number\nAnn,\"+441\n",
    "BEGIN:VCARD\nFN:Ann\nTEL:+441\n", "%PDF-1.7",
  ])
  func whatIsNoFileOfPeopleIsRefused(text: String) {
    let error = #expect(throws: InvalidField.self) { try lines(text) }
    #expect(error?.field == "file")
  }

  @Test func whatIsNoTextIsRefused() {
    #expect(throws: InvalidField.self) { try ContactFile([0x50, 0x4B, 0x03, 0x04, 0xFF]) }
    #expect(throws: InvalidField.self) {
      try ContactFile(Array(repeating: 65, count: ContactFile.mostBytes + 1))
    }
  }

  @Test func whatIsWrittenIsReadAgain() throws {
    let contact = Contact(
      id: ContactID(UUIDv7(high: 1, low: 1)), tenant: TenantID(UUIDv7(high: 1, low: 2)),
      name: try DisplayName(#"Ann "A", Ltd; Co"#),
      numbers: [try E164("+442079460123"), try E164("+447700900123")],
      groups: [try ContactGroup("board"), try ContactGroup("friends")], isVIP: true,
      createdAt: .init(milliseconds: 0))
    let read = try lines(ContactFile.csv([contact]))
    #expect(read.map(\.name) == [#"Ann "A", Ltd; Co"#])
    #expect(read[0].numbers == ["+442079460123", "+447700900123"])
    #expect(read[0].groups == ["board", "friends"] && read[0].isVIP)
  }
}
