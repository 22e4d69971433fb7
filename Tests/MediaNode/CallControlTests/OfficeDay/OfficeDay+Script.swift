extension OfficeDay {
  /// What the office pays for all of it, in pounds.
  static let total = "2.252667"

  /// Friday, 15 January 2027.
  static let script = """
    # Before the doors open
    08:10:00 Lena > 0200 : ends 40 | 200 | carrier>0200 40s, message for 201 hung-up
    08:12:00 Vera > 0200 : 206 answers 6, ends 66 | 200 | carrier>0200 60s, 200/boss forwarded, 206 60s
    08:13:00 201 > 202 : 202 answers 5, ends 65 | 200 | 201>202 60s, 202 60s
    08:13:03 lamps 202 rings, 206 talks
    08:13:20 lamps 202 talks
    08:14:10 lamps
    08:15:00 201 > 999 : carrier answers 2, ends 62 | 200 | 201>999 60s, carrier:999 60s no-rate
    08:17:00 204 > 07700900555 : carrier answers 5, ends 95 | 200 | 204>+447700900555 90s, carrier:+447700900555 90s £0.12
    08:20:00 204 > 0064211234567 : carrier answers 5, carrier ends 35 | 200 | 204>+64211234567 30s, carrier:+64211234567 30s £0.19
    08:22:00 204 > 02079990000 : carrier refuses 486 3 | 486 | 204>+442079990000 busy, carrier:+442079990000 busy
    08:24:00 205 > 299 : | 404 | 205>299 unknown-number
    08:26:00 205 > 208 : carrier answers 4, ends 64 | 200 | 205>208 60s, 208 forwarded, carrier:+447700900208 60s £0.06
    08:28:00 Sam > 0206 : 201 answers 5, ends 25 | 200 | carrier>0206 20s, 201 20s, 206 forwarded
    08:29:00 nobody > 0206 : | 603 | carrier>0206 rejected
    08:30:00 Spam > 0201 : | 603 | carrier>0201 rejected
    08:31:00 Rude > 0210 : | 603 | carrier>0210 rejected
    08:31:30 Rude > 0201 : 201 answers 3, ends 13 | 200 | carrier>0201 10s, 201 10s
    08:33:00 Lena > 0299 : 201 shows Finch Lettings: Lena Lamb 2, 201 answers 3, ends 33 | 200 | carrier>0299 30s, 201 30s
    08:35:00 Marc > 0207 : ends 40 | 200 | carrier>0207 25s, 207 no-answer, message for 207 hung-up
    08:37:00 Marc > 0200 : ends 20 | 200 | carrier>0200 20s, message for 201 hung-up
    08:38:00 Lena > 0201 : 201 shows Lena Lamb 2, ends 10 | 487 | carrier>0201 cancelled, 201 cancelled
    08:39:00 Marc > 0201 : 201 shows 2, ends 10 | 487 | carrier>0201 cancelled, 201 cancelled
    08:40:00 205 > *97 : ends 6 | 200 | 205>*97 6s
    08:41:00 201 > *97 : ends 6 | 200 | 201>*97 6s
    08:42:00 202 > *98207 : ends 6 | 200 | 202>*98207 6s
    08:43:00 212 > 112 : carrier answers 2, carrier ends 22 | 200 | 212>112 20s, carrier:112 20s no-rate
    08:44:00 212 > 213 : | 480 | 212>213 no-answer, 213 no-answer
    08:45:00 212 > 213 : 213 refuses 486 3 | 486 | 212>213 busy, 213 busy
    08:46:00 212 > 213 : 213 refuses 603 3 | 603 | 212>213 rejected, 213 rejected
    08:47:00 212 > 213 : 213 refuses 480 3 | 480 | 212>213 offline, 213 offline
    08:48:00 212 > 07700900556 : ends 15 | 487 | 212>+447700900556 cancelled, carrier:+447700900556 cancelled
    08:49:00 212 > 07700900557 : carrier refuses 404 2 | 404 | 212>+447700900557 unknown-number, carrier:+447700900557 unknown-number
    08:50:00 212 > 07700900558 : carrier answers 5, ends 65 | 200 | 212>+447700900558 60s, carrier:+447700900558 60s £0.06
    08:52:00 212 > 07700900559 : carrier answers 5, ends 66 | 200 | 212>+447700900559 61s, carrier:+447700900559 61s £0.12
    08:54:00 213 > 02079990001 : carrier answers 5, ends 35 | 200 | 213>+442079990001 30s, carrier:+442079990001 30s £0.005
    08:55:00 213 > 02079990001 : carrier answers 5, ends 50 | 200 | 213>+442079990001 45s, carrier:+442079990001 45s £0.0075
    08:57:00 213 > 07700900560 : carrier refuses 503 2 | 502 | 213>+447700900560 carrier-failed, carrier:+447700900560 carrier-failed
    08:58:00 Lena > 0200 : ends 30 | 200 | carrier>0200 30s, message for 201 hung-up
    # Open: the front door
    09:00:30 Lena > 0200 : presses 1 4, 202 answers 10, ends 70 | 200 | carrier>0200 70s, 200/menu forwarded, 200,1 forwarded, 200/sales forwarded, 202 60s
    09:02:00 Lena > 0200 : presses 2 4, 204 answers 10, ends 70 | 200 | carrier>0200 70s, 200/menu forwarded, 200,2 forwarded, 200/support forwarded, 204 60s, 205 answered-elsewhere, recording call-ended
    09:02:08 lamps 204 rings, 205 rings
    09:02:30 lamps 204 talks
    09:04:00 Lena > 0200 : presses 3 4, carrier answers 10, ends 70 | 200 | carrier>0200 70s, 200/menu forwarded, 200,3 forwarded, 200/mobile forwarded, carrier:+447700900200 60s £0.06
    09:06:00 Lena > 0200 : presses 0 4, 201 answers 10, ends 70 | 200 | carrier>0200 70s, 200/menu forwarded, 200,0 forwarded, 200/desk forwarded, 201 60s
    09:08:00 Lena > 0200 : presses 9 4, 213 answers 14, ends 70 | 200 | carrier>0200 70s, 200/menu forwarded, 200,9 forwarded, 212 no-answer, 213 56s
    09:10:00 Lena > 0200 : ends 50 | 200 | carrier>0200 50s, 200/menu forwarded, 200/desk forwarded, 201 no-answer, message for 201 hung-up
    09:11:00 Lena > 0200 : presses 2 4, ends 40 | 200 | carrier>0200 40s, 200/menu forwarded, 200,2 forwarded, 200/support forwarded, 200/desk forwarded, 204 no-answer, 205 no-answer, 201 no-answer, message for 201 hung-up
    09:13:00 Lena > 0200 : presses 3 4, carrier refuses 486 8, 201 answers 12, ends 32 | 200 | carrier>0200 32s, 200/menu forwarded, 200,3 forwarded, 200/mobile forwarded, 200/desk forwarded, 201 20s, carrier:+447700900200 busy
    09:14:00 Vera > 0200 : ends 25, 201 answers 15 | 200 | carrier>0200 10s, 200/boss forwarded, 200/desk forwarded, 201 10s, 206 no-answer
    09:15:00 204 > 200 : presses 0 4, 201 answers 8, ends 28 | 200 | 204>200 28s, 200/menu forwarded, 200,0 forwarded, 200/desk forwarded, 201 20s
    09:16:00 Otto > 0200 : presses 7 4, presses 1 10, ends 35 | 200 | carrier>0200 35s, 200/menu forwarded, 200/desk forwarded, 201 no-answer, message for 201 hung-up
    # Parked, handed on, picked up
    09:20:00 Marc > 0201 : 201 answers 5, 201 transfers *70 25, ends 115 | 200 | carrier>0201 110s, 201 20s
    09:20:40 lamps *701 talks
    09:21:00 203 > *701 : ends 60 | 200 | 203>0201 55s
    09:21:10 lamps 203 talks
    09:22:30 Marc > 0201 : 201 answers 5, 201 transfers *702 15, ends 150 | 200 | carrier>0201 55s, 201 10s
    09:22:50 lamps *702 talks
    09:22:55 205 > *703 : | 200 | 205>*703 2s
    09:23:00 205 > *702 : ends 30 | 200 | 205>0201 30s
    09:24:00 202 > 203 : 203 answers 5, 203 holds 15, 203 resumes 25, ends 45 | 200 | 202>203 40s, 203 40s
    09:25:00 204 > 203 : 203 answers 3, transfers 205 13, 205 answers 18, 203 ends 38 | 200 | 204>203 15s, 203 35s, 205 20s
    09:26:00 204 > 203 : 203 answers 3, 203 transfers 205 13, 205 answers 18, ends 38 | 200 | 204>203 35s, 203 15s, 205 20s
    09:27:00 204 > 203 : 203 answers 3, 203 transfers 07700900561 13, carrier answers 18, ends 38 | 200 | 204>203 35s, 203 15s, carrier:+447700900561 20s £0.06
    09:28:00 Nora > 0201 : 201 answers 3, 201 consults 203 13, 203 answers 18, 201 joins 28, ends 60 | 200 | carrier>0201 57s, 201 25s
    09:29:10 204 > 203 : 203 answers 3, 203 transfers 299 13, ends 30 | 200 | 204>203 27s, 203 27s
    09:30:00 204 > 212 : ends 30 | 200 | 204>212 20s, 212 answered-elsewhere
    09:30:10 213 > *8212 : | 200 | 213>212 20s
    09:31:00 214 > 212 : 212 answers 25, ends 45 | 200 | 214>212 20s, 212 20s
    09:31:10 215 > *8213 : | 480 |
    09:32:00 Pia > 0261 : 212 refuses 486 2, ends 30, 213 answers 5 | 200 | carrier>0261 25s, 212 busy, 213 25s
    09:33:00 Pia > 0261 : ends 30 | 480 | carrier>0261 no-answer, 212 no-answer, 213 no-answer, 214 no-answer
    09:34:00 Pia > 0261 : ends 10 | 200 | carrier>0261 7s, 212 answered-elsewhere
    09:34:03 205 > *8212 : | 200 | 205>0261 7s
    09:35:00 Pia > 0261 : ends 40 | 200 | carrier>0261 36s, 212 answered-elsewhere
    09:35:04 214 > *8 : | 200 | 214>0261 36s
    09:36:00 204 > 262 : ends 40 | 480 | 204>262 no-answer, 212 no-answer, 213 no-answer
    09:37:00 Quinn > 0260 : 201 answers 25, ends 45 | 200 | carrier>0260 20s, 201 20s, 204 no-answer, 205 no-answer, 260 forwarded, recording call-ended
    09:38:00 Quinn > 0260 : 205 answers 5, ends 45 | 200 | carrier>0260 40s, 204 answered-elsewhere, 205 40s, recording call-ended
    09:39:00 Quinn > 0260 : 204 refuses 486 2, 205 answers 5, ends 45 | 200 | carrier>0260 40s, 204 busy, 205 40s, recording call-ended
    09:40:00 Quinn > 0260 : 204 refuses 486 2, 205 refuses 486 3 | 486 | carrier>0260 busy, 204 busy, 205 busy
    # Codes
    09:42:00 206 > *78 : | 200 | 206>*78 2s
    09:42:30 204 > 206 : | 486 | 204>206 busy
    09:42:40 Vera > 0206 : | 486 | carrier>0206 busy
    09:43:00 206 > *79 : | 200 | 206>*79 2s
    09:43:30 204 > 206 : 206 answers 3, ends 13 | 200 | 204>206 10s, 206 10s
    09:44:00 214 > *72215 : | 200 | 214>*72215 2s
    09:44:30 204 > 214 : 215 answers 3, ends 13 | 200 | 204>214 10s, 214 forwarded, 215 10s
    09:45:00 214 > *73 : | 200 | 214>*73 2s
    09:45:30 204 > 214 : 214 answers 3, ends 13 | 200 | 204>214 10s, 214 10s
    09:46:00 214 > *90215 : | 200 | 214>*90215 2s
    09:46:30 204 > 214 : 214 refuses 486 2, 215 answers 5, ends 15 | 200 | 204>214 10s, 214 busy, 215 10s
    09:47:00 214 > *91 : | 200 | 214>*91 2s
    09:47:30 204 > 214 : 214 refuses 486 2 | 486 | 204>214 busy, 214 busy
    09:48:00 214 > *92215 : | 200 | 214>*92215 2s
    09:48:30 204 > 214 : 215 answers 23, ends 33 | 200 | 204>214 10s, 214 no-answer, 215 10s
    09:49:10 214 > *93 : | 200 | 214>*93 2s
    09:50:00 214 > *7207700900562 : | 200 | 214>*7207700900562 2s
    09:50:30 204 > 214 : carrier answers 3, ends 13 | 200 | 204>214 10s, 214 forwarded, carrier:+447700900562 10s £0.06
    09:51:00 214 > *73 : | 200 | 214>*73 2s
    09:52:00 205 > *0204 : 204 answers 1, ends 11 | 200 | 205>204 10s, 204 10s
    09:52:30 205 > *0208 : | 480 | 205>208 offline
    09:53:00 205 > *3107700900777 : carrier shows Anonymous 2, carrier answers 5, ends 15 | 200 | 205>+447700900777 10s, carrier:+447700900777 10s £0.06
    09:54:00 205 > *31204 : 204 shows Anonymous 2, 204 answers 5, ends 15 | 200 | 205>204 10s, 204 10s
    # Sales: the queue
    10:00:00 Otto > 0250 : 203 answers 8, ends 108 | 200 | carrier>0250 108s, 203 100s
    10:00:20 209 > *51203 : ends 30 | 200 | 209>*51203 30s
    10:00:25 lamps 203 talks, 209 talks
    10:00:55 209 > *52203 : ends 20 | 200 | 209>*52203 20s
    10:01:20 209 > *53203 : ends 20 | 200 | 209>*53203 20s
    10:01:25 204 > *51203 : | 403 |
    10:03:00 Otto > 0250 : 202 answers 5, ends 65 | 200 | carrier>0250 65s, 202 60s
    10:03:02 Nora > 0250 : 203 answers 8, ends 65 | 200 | carrier>0250 65s, 203 57s
    10:03:04 Pia > 0250 : 202 answers 70, ends 100 | 200 | carrier>0250 100s, 202 30s
    10:03:04 lamps 202 rings, 203 rings
    10:03:20 lamps 202 talks, 203 talks
    10:06:00 202 > *46 : | 200 | 202>*46 2s
    10:06:10 Otto > 0250 : 203 answers 5, ends 35 | 200 | carrier>0250 35s, 203 30s
    10:07:00 203 > *471 : | 200 | 203>*471 2s
    10:07:10 Otto > 0250 : ends 20 | 200 | carrier>0250 20s, 250 forwarded, message for 201 hung-up
    10:08:00 203 > *48 : | 200 | 203>*48 2s
    10:08:10 Otto > 0250 : 203 answers 5, ends 35 | 200 | carrier>0250 35s, 203 30s
    10:09:00 202 > *45 : | 200 | 202>*45 2s
    10:09:30 Otto > 0250 : 202 answers 5, ends 35 | 200 | carrier>0250 35s, 202 30s
    10:11:00 202 > 204 : 204 answers 5, ends 65 | 200 | 202>204 60s, 204 60s
    10:11:20 Otto > 0250 : 203 answers 5, ends 35 | 200 | carrier>0250 35s, 203 30s
    10:12:30 Otto > 0250 : 202 refuses 486 3, 203 answers 8, ends 38 | 200 | carrier>0250 38s, 202 busy, 203 30s
    10:14:00 Otto > 0250 : 202 answers 5, 202 transfers 204 35, 204 answers 40, ends 70 | 200 | carrier>0250 70s, 202 35s, 204 30s
    10:16:00 Otto > 0250 : ends 5 | 200 | carrier>0250 5s, 203 cancelled
    10:16:30 202 > *46 : | 200 | 202>*46 2s
    10:16:35 203 > 204 : 204 answers 5, ends 65 | 200 | 203>204 60s, 204 60s
    10:16:40 Otto > 0250 : presses 5 13, presses 1 16 | 200 | carrier>0250 18s
    10:16:42 Nora > 0250 : ends 70 | 200 | carrier>0250 70s
    10:17:38 250 > +447700900006 : 203 shows 5, 203 answers 6, carrier refuses 486 10 | 0 | 250>+447700900006 busy, 203 6s, carrier:+447700900006 busy
    10:18:13 250 > +447700900006 : 203 answers 10, carrier answers 15, 203 ends 45 | 0 | 250>+447700900006 30s, 203 35s, carrier:+447700900006 30s £0.06
    10:19:30 202 > *45 : | 200 | 202>*45 2s
    # Accounts: the menu
    10:20:00 Marc > 0270 : presses 1 3, 204 answers 8, ends 38 | 200 | carrier>0270 38s, 204 30s, 205 answered-elsewhere, 270,1 forwarded, recording call-ended
    10:21:00 Marc > 0270 : presses 2 3, presses 1 8, 214 answers 12, ends 42 | 200 | carrier>0270 42s, 214 30s, 270,2 forwarded, 271,1 forwarded
    10:22:00 Marc > 0270 : presses 2 3, presses 0 8, 201 answers 12, ends 42 | 200 | carrier>0270 42s, 201 30s, 270,2 forwarded, 271,0 forwarded
    10:23:00 Marc > 0270 : presses 3 3, ends 20 | 200 | carrier>0270 20s, 270,3 forwarded, message for 207 hung-up
    10:24:00 Marc > 0270 : presses 4 3, carrier answers 8, ends 38 | 200 | carrier>0270 38s, carrier:+447700900270 30s £0.06, 270,4 forwarded
    10:25:00 Marc > 0270 : presses 5 3, ends 38 | 200 | carrier>0270 38s, 270,5 forwarded
    10:25:10 204 > *67 : ends 30 | 200 | 204>*67 30s
    10:26:00 Marc > 0270 : presses 9 3 | 200 | carrier>0270 3s
    10:27:00 Marc > 0270 : presses 213 3, 213 answers 10, ends 40 | 200 | carrier>0270 40s, 213 30s, 270,213 forwarded
    10:28:00 205 > 270 : presses 1 3, 204 answers 8, ends 38 | 200 | 205>270 38s, 204 30s, 270,1 forwarded
    10:29:00 Marc > 0270 : 201 answers 25, ends 45 | 200 | carrier>0270 45s, 201 20s, 270 forwarded
    # Rooms
    10:31:00 204 > *65 : ends 120 | 200 | 204>*65 120s
    10:31:10 205 > *65 : ends 90 | 200 | 205>*65 90s
    10:31:20 212 > *65 : ends 60 | 200 | 212>*65 60s
    10:31:30 lamps 204 talks, 205 talks, 212 talks
    10:31:40 213 > *66 : ends 20 | 200 | 213>*66 20s
    10:33:30 201 > *65 : ends 5 | 200 | 201>*65 5s
    10:34:00 Lena > 0201 : 201 answers 5, 201 transfers *65 25, ends 65 | 200 | carrier>0201 60s, 201 20s
    10:34:40 204 > *65 : ends 10 | 200 | 204>*65 10s
    # The workshop is paged
    10:36:00 201 > 280 : 212 shows Phone 201 1, 212 answers 1, 213 answers 2, 214 refuses 486 2, ends 21 | 200 | 201>280 20s, 212 20s, 213 19s, 214 busy
    10:36:10 lamps 212 talks, 213 talks
    10:37:00 204 > 280 : | 403 | 204>280 forbidden
    10:37:30 Lena > 0280 : | 403 | carrier>0280 forbidden
    10:38:00 209 > 280 : 213 answers 1, ends 50 | 200 | 209>280 30s, 212 no-answer, 213 30s, 214 no-answer
    10:39:00 201 > 280 : ends 30 | 480 | 201>280 no-answer, 212 no-answer, 213 no-answer, 214 no-answer
    # Recordings
    10:40:00 204 > 205 : 205 answers 2, records 10, stops 30, ends 42 | 200 | 204>205 40s, 205 40s, recording stopped
    10:41:00 204 > 205 : 205 answers 2, 205 records 10, ends 42 | 200 | 204>205 40s, 205 40s, recording call-ended
    10:42:00 Lena > 0201 : 201 answers 2, 201 records 5, 201 stops 10, 201 records 15, ends 32 | 200 | carrier>0201 30s, 201 30s, recording stopped, recording call-ended
    10:43:00 204 > 07700900563 : carrier answers 2, records 5, ends 32 | 200 | 204>+447700900563 30s, carrier:+447700900563 30s £0.06, recording call-ended
    # Packing rings together: 213 helps after a while, and then somebody outside
    10:44:00 204 > 263 : 213 answers 9, ends 19 | 200 | 204>263 10s, 212 answered-elsewhere, 213 10s
    10:45:00 204 > 263 : carrier answers 14, carrier presses 1 17, ends 47 | 200 | 204>263 30s, 212 answered-elsewhere, 213 no-answer, carrier:+447700900263 33s £0.06
    10:46:00 204 > 263 : ends 30 | 480 | 204>263 no-answer, 212 no-answer, 213 no-answer, carrier:+447700900263 no-answer
    # Gus and his mailbox
    10:50:00 Marc > 0207 : 207 answers 5, ends 35 | 200 | carrier>0207 30s, 207 30s
    10:51:00 Marc > 0207 : 207 refuses 486 3, 201 answers 8, ends 38 | 200 | carrier>0207 30s, 201 30s, 207 busy
    10:52:00 Marc > 0207 : ends 100 | 200 | carrier>0207 64s, 207 no-answer, message for 207 longest
    10:54:00 204 > 207 : ends 25 | 200 | 204>207 10s, 207 no-answer, message for 207 hung-up
    10:55:00 204 > 207 : ends 10 | 487 | 204>207 cancelled, 207 cancelled
    10:56:00 207 > *97 : ends 10 | 200 | 207>*97 10s
    10:57:00 Nora > 0207 : 207 answers 5, 207 holds 10, 207 transfers 208 20, carrier answers 25, ends 55 | 200 | carrier>0207 50s, 207 20s, 208 forwarded, carrier:+447700900208 30s £0.06
    # Before lunch
    11:00:00 201 > 202 : 202 answers 5, ends 1805 | 200 | 201>202 1800s, 202 1800s
    11:00:30 lamps 202 talks
    11:05:00 Sam > 0206 : 201 refuses 486 3, ends 23 | 200 | carrier>0206 20s, 201 busy, 206 forwarded, message for 201 hung-up
    11:06:00 Vera > 0206 : 206 shows Vera Voss 2, 206 answers 5, ends 25 | 200 | carrier>0206 20s, 206 20s
    11:07:00 Marc > 0206 : 206 answers 5, ends 25 | 200 | carrier>0206 20s, 206 20s
    11:08:00 Marc > 0206 : 206 refuses 486 3, 201 answers 8, ends 28 | 200 | carrier>0206 20s, 201 20s, 206 busy
    11:09:00 204 > 206 : 206 answers 5, 206 transfers 07700900564 15, carrier refuses 486 18, ends 40 | 200 | 204>206 35s, 206 35s, carrier:+447700900564 busy
    11:10:00 204 > 206 : 206 answers 5, 206 consults 207 15, 207 answers 20, 206 joins 30, ends 60 | 200 | 204>206 55s, 206 25s
    11:11:30 lamps 202 talks
    11:12:00 Lena > 0211 : 211 answers 5, ends 25 | 200 | carrier>0211 20s, 211 20s
    11:13:00 Lena > 0208 : carrier answers 5, ends 25 | 200 | carrier>0208 20s, 208 forwarded, carrier:+447700900208 20s £0.06
    11:14:00 Lena > 0208 : carrier refuses 486 5 | 486 | carrier>0208 busy, 208 forwarded, carrier:+447700900208 busy
    11:15:00 Lena > 0298 : | 404 |
    11:16:00 205 > 0012125550100 : carrier answers 5, ends 25 | 200 | 205>+12125550100 20s, carrier:+12125550100 20s no-rate
    11:17:00 205 > +447700900565 : carrier answers 5, ends 25 | 200 | 205>+447700900565 20s, carrier:+447700900565 20s £0.06
    11:18:00 205 > 0201 : 201 answers 5, ends 25 | 200 | 205>0201 20s, 201 20s
    # Lunch: the night switch
    12:00:00 201 > *33 : | 200 | 201>*33 2s
    12:00:30 Lena > 0200 : ends 20 | 200 | carrier>0200 20s, message for 201 hung-up
    12:01:00 lamps *33 talks
    12:05:00 Vera > 0200 : 206 answers 5, ends 25 | 200 | carrier>0200 20s, 200/boss forwarded, 206 20s
    12:10:00 Lena > 0211 : ends 20 | 200 | carrier>0211 20s, message for 211 hung-up
    12:11:00 204 > 211 : ends 20 | 200 | 204>211 20s, message for 211 hung-up
    12:12:00 Lena > 0201 : 201 answers 5, ends 25 | 200 | carrier>0201 20s, 201 20s
    13:00:00 201 > *33200 : | 200 | 201>*33200 2s
    13:00:20 lamps
    13:00:30 Lena > 0200 : presses 0 4, 201 answers 8, ends 28 | 200 | carrier>0200 28s, 200/menu forwarded, 200,0 forwarded, 200/desk forwarded, 201 20s
    # The afternoon
    14:00:00 Otto > 0250 : 202 answers 5, ends 65 | 200 | carrier>0250 65s, 202 60s
    14:00:01 Nora > 0250 : 203 answers 5, ends 65 | 200 | carrier>0250 65s, 203 60s
    14:00:02 Pia > 0250 : ends 30 | 200 | carrier>0250 30s
    14:00:03 Marc > 0250 : ends 30 | 200 | carrier>0250 30s, 250 forwarded, message for 201 hung-up
    14:00:04 Lena > 0250 : ends 30 | 200 | carrier>0250 30s, 250 forwarded, message for 201 hung-up
    14:00:05 Quinn > 0250 : ends 20 | 200 | carrier>0250 20s, 250 forwarded, message for 201 hung-up
    14:05:00 202 > 203 : 203 answers 2, ends 202 | 200 | 202>203 200s, 203 200s
    14:05:10 Otto > 0250 : ends 150 | 200 | carrier>0250 150s, 250 forwarded, message for 201 hung-up
    14:10:00 212 > 213 : 213 answers 5, ends 305 | 200 | 212>213 300s, 213 300s
    14:10:10 Pia > 0261 : 214 answers 5, ends 25 | 200 | carrier>0261 20s, 214 20s
    14:10:40 214 > *0213 : | 486 | 214>213 busy
    14:11:00 214 > 213 : 213 answers 5, 213 ends 25, ends 26 | 200 | 214>213 20s, 213 20s
    14:11:30 lamps 212 talks, 213 talks
    14:16:00 215 > 212 : 212 answers 5, 212 holds 10, 212 transfers 214 15, 214 answers 20, ends 50 | 200 | 215>212 45s, 212 15s, 214 30s
    14:17:00 215 > *70 : | 200 | 215>*70 2s
    14:18:00 215 > 212 : 212 answers 5, 212 holds 10, ends 125 | 200 | 215>212 120s, 212 10s
    14:18:15 212 > *70 : | 200 | 212>*70 2s
    14:18:40 lamps *701 talks, 215 talks
    14:19:00 213 > *701 : ends 65 | 200 | 213>212 65s
    14:21:00 Lena > 0299 : 201 shows Finch Lettings: Lena Lamb 2, ends 25 | 200 | carrier>0299 5s, 201 no-answer, message for 201 hung-up
    14:22:00 Marc > 0299 : 201 shows Finch Lettings: +447700900004 2, 201 answers 5, 201 transfers 210 15, 210 answers 20, ends 50 | 200 | carrier>0299 45s, 201 15s, 210 30s
    14:23:00 Rude > 0299 : 201 answers 5, 201 transfers 210 15, ends 30 | 200 | carrier>0299 25s, 201 25s
    14:24:00 nobody > 0201 : 201 shows Anonymous 2, 201 answers 5, ends 25 | 200 | carrier>0201 20s, 201 20s
    14:25:00 Spam > 0250 : | 603 | carrier>0250 rejected
    14:26:00 Spam > 0200 : | 603 | carrier>0200 rejected
    14:27:00 Spam > 0270 : | 603 | carrier>0270 rejected
    14:28:00 Spam > 0260 : | 603 | carrier>0260 rejected
    14:30:20 204 > 205 : 205 answers 5, ends 25 | 200 | 204>205 20s, 205 20s
    14:31:00 205 > 204 : 204 answers 5, ends 25 | 200 | 205>204 20s, 204 20s
    14:32:00 212 > 214 : 214 answers 5, ends 25 | 200 | 212>214 20s, 214 20s
    14:33:00 213 > 215 : 215 answers 5, 215 ends 25 | 200 | 213>215 20s, 215 20s
    14:34:00 210 > 209 : 209 answers 5, ends 25 | 200 | 210>209 20s, 209 20s
    14:35:00 209 > 210 : 210 answers 5, 210 ends 25 | 200 | 209>210 20s, 210 20s
    14:36:00 211 > 201 : 201 answers 5, ends 25 | 200 | 211>201 20s, 201 20s
    14:37:00 210 > 201 : ends 25 | 200 | 210>201 5s, 201 no-answer, message for 201 hung-up
    14:38:00 209 > 02079990002 : carrier answers 5, ends 65 | 200 | 209>+442079990002 60s, carrier:+442079990002 60s £0.01
    14:39:10 209 > 02079990002 : carrier answers 5, carrier ends 6 | 200 | 209>+442079990002 1s, carrier:+442079990002 1s £0.000167
    14:40:00 202 > 07700900566 : carrier answers 5, ends 7 | 200 | 202>+447700900566 2s, carrier:+447700900566 2s £0.06
    14:41:00 203 > 0064211234567 : carrier refuses 486 5 | 486 | 203>+64211234567 busy, carrier:+64211234567 busy
    14:42:00 202 > 07700900567 : carrier answers 5, transfers 203 15, 203 answers 20, carrier ends 40 | 200 | 202>+447700900567 15s, 203 20s, carrier:+447700900567 35s £0.06
    14:43:00 201 > 07700900568 : carrier answers 5, holds 10, resumes 20, ends 35 | 200 | 201>+447700900568 30s, carrier:+447700900568 30s £0.06
    # Mia is looked for
    14:44:00 204 > 216 : 216 answers 5, ends 25 | 200 | 204>216 20s, 216/1 forwarded, 216 20s
    14:45:00 204 > 216 : carrier answers 12, carrier presses 1 14, ends 44 | 200 | 204>216 30s, 216/1 forwarded, 216 no-answer, 216/2 forwarded, carrier:+447700900216 32s £0.06, 213 answered-elsewhere
    14:46:00 Lena > 0216 : carrier answers 10, 213 answers 12, carrier presses 2 14, 213 presses 1 16, ends 46 | 200 | carrier>0216 30s, 216/1 forwarded, 216 no-answer, 216/2 forwarded, carrier:+447700900216 rejected £0.06, 213 34s
    14:47:00 205 > 216 : carrier answers 10, ends 50 | 200 | 205>216 28s, 216/1 forwarded, 216 no-answer, 216/2 forwarded, carrier:+447700900216 no-answer £0.06, 213 no-answer, message for 216 hung-up
    # Calls that people have made for them
    14:50:00 205 > click 07700900570 : 205 answers 3, carrier answers 8, 205 ends 38 | 0 | 205>+447700900570 30s, 205 35s, carrier:+447700900570 30s £0.06
    14:51:00 204 > click 0064211234567 : 204 answers 3, carrier refuses 486 6 | 0 | 204>+64211234567 busy, 204 5s, carrier:+64211234567 busy
    14:52:00 204 > click 205 : 204 refuses 603 3 | 0 | 204>205 rejected, 204 rejected
    14:53:00 204 > click 205 : 204 answers 3, 205 answers 8, 204 ends 28 | 0 | 204>205 20s, 204 25s, 205 20s
    # Closing time
    17:29:50 Lena > 0200 : presses 0 4, 201 answers 12, ends 42 | 200 | carrier>0200 42s, 200/menu forwarded, 200,0 forwarded, 200/desk forwarded, 201 30s
    17:31:00 Lena > 0200 : ends 25 | 200 | carrier>0200 25s, message for 201 hung-up
    17:32:00 Vera > 0200 : 206 answers 5, ends 25 | 200 | carrier>0200 20s, 200/boss forwarded, 206 20s
    17:33:00 Vera > 0200 : ends 40 | 200 | carrier>0200 20s, 200/boss forwarded, 200/desk forwarded, 201 no-answer, 206 no-answer, message for 201 hung-up
    17:40:00 Marc > 0201 : ends 40 | 200 | carrier>0201 20s, 201 no-answer, message for 201 hung-up
    17:45:00 206 > 07700900569 : carrier answers 5, ends 605 | 200 | 206>+447700900569 600s, carrier:+447700900569 600s £0.6
    17:50:00 lamps 206 talks
    18:30:00 205 > 999 : carrier answers 2, ends 122 | 200 | 205>999 120s, carrier:999 120s no-rate
    18:40:00 lamps
    """
}
