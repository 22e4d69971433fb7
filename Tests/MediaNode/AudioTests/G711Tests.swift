import Audio
import Testing

/// The samples of codes 0 to 127, from the tables of ITU-T G.711; codes 128 to 255 are their
/// negatives.
private let muLawTable: [Int16] = [
  -32_124, -31_100, -30_076, -29_052, -28_028, -27_004, -25_980, -24_956, -23_932, -22_908,
  -21_884, -20_860, -19_836, -18_812, -17_788, -16_764, -15_996, -15_484, -14_972, -14_460,
  -13_948, -13_436, -12_924, -12_412, -11_900, -11_388, -10_876, -10_364, -9_852, -9_340, -8_828,
  -8_316, -7_932, -7_676, -7_420, -7_164, -6_908, -6_652, -6_396, -6_140, -5_884, -5_628, -5_372,
  -5_116, -4_860, -4_604, -4_348, -4_092, -3_900, -3_772, -3_644, -3_516, -3_388, -3_260, -3_132,
  -3_004, -2_876, -2_748, -2_620, -2_492, -2_364, -2_236, -2_108, -1_980, -1_884, -1_820, -1_756,
  -1_692, -1_628, -1_564, -1_500, -1_436, -1_372, -1_308, -1_244, -1_180, -1_116, -1_052, -988,
  -924, -876, -844, -812, -780, -748, -716, -684, -652, -620, -588, -556, -524, -492, -460, -428,
  -396, -372, -356, -340, -324, -308, -292, -276, -260, -244, -228, -212, -196, -180, -164, -148,
  -132, -120, -112, -104, -96, -88, -80, -72, -64, -56, -48, -40, -32, -24, -16, -8, 0,
]

private let aLawTable: [Int16] = [
  -5_504, -5_248, -6_016, -5_760, -4_480, -4_224, -4_992, -4_736, -7_552, -7_296, -8_064, -7_808,
  -6_528, -6_272, -7_040, -6_784, -2_752, -2_624, -3_008, -2_880, -2_240, -2_112, -2_496, -2_368,
  -3_776, -3_648, -4_032, -3_904, -3_264, -3_136, -3_520, -3_392, -22_016, -20_992, -24_064,
  -23_040, -17_920, -16_896, -19_968, -18_944, -30_208, -29_184, -32_256, -31_232, -26_112,
  -25_088, -28_160, -27_136, -11_008, -10_496, -12_032, -11_520, -8_960, -8_448, -9_984, -9_472,
  -15_104, -14_592, -16_128, -15_616, -13_056, -12_544, -14_080, -13_568, -344, -328, -376, -360,
  -280, -264, -312, -296, -472, -456, -504, -488, -408, -392, -440, -424, -88, -72, -120, -104,
  -24, -8, -56, -40, -216, -200, -248, -232, -152, -136, -184, -168, -1_376, -1_312, -1_504,
  -1_440, -1_120, -1_056, -1_248, -1_184, -1_888, -1_824, -2_016, -1_952, -1_632, -1_568, -1_760,
  -1_696, -688, -656, -752, -720, -560, -528, -624, -592, -944, -912, -1_008, -976, -816, -784,
  -880, -848,
]

/// FNV-1a over the codes of all 65,536 samples in rising order.
private func digest(of law: G711) -> UInt64 {
  (Int16.min...Int16.max).reduce(0xCBF2_9CE4_8422_2325) { digest, sample in
    (digest ^ UInt64(law.encode(sample))) &* 0x100_0000_01B3
  }
}

@Suite struct G711Tests {
  @Test(arguments: [(G711.muLaw, muLawTable), (G711.aLaw, aLawTable)])
  func everyCodeDecodesAsTheStandardsTableSays(law: G711, table: [Int16]) {
    #expect((0...127).map { law.decode($0) } == table)
    #expect((128...255).map { law.decode($0) } == table.map { -$0 })
  }

  /// The digests are those of Sun's widely used reference code.
  @Test(arguments: [
    (G711.muLaw, UInt64(0xD5EE_23F7_D0FF_AE91)), (.aLaw, 0xF030_666E_B780_CF25),
  ])
  func everySampleEncodesAsTheReferenceDoes(law: G711, expected: UInt64) {
    #expect(digest(of: law) == expected)
  }

  @Test(arguments: G711.allCases)
  func aDecodedCodeEncodesToItself(law: G711) {
    for code in UInt8.min...UInt8.max where !(law == .muLaw && code == 0x7F) {
      #expect(law.encode(law.decode(code)) == code)
    }
  }

  @Test func silenceIsZeroOrTheSmallestStep() {
    #expect(G711.muLaw.encode(0) == G711.muLaw.silence)
    #expect(G711.aLaw.encode(0) == G711.aLaw.silence)
    #expect(G711.muLaw.decode(G711.muLaw.silence) == 0)
    #expect(G711.aLaw.decode(G711.aLaw.silence) == 8)
  }

  @Test func theLoudestSamplesDoNotWrap() {
    #expect(G711.muLaw.decode(G711.muLaw.encode(.max)) == 32_124)
    #expect(G711.muLaw.decode(G711.muLaw.encode(.min)) == -32_124)
    #expect(G711.aLaw.decode(G711.aLaw.encode(.max)) == 32_256)
    #expect(G711.aLaw.decode(G711.aLaw.encode(.min)) == -32_256)
  }
}
