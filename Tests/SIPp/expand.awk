# awk -f expand.awk NAME.steps: SIPp's XML of a scenario that is written in steps, one to a line.
#
#   register D URI [expires]    REGISTER, repeated with credentials, until it is answered 200
#   invite D URI [BODY]         begins D
#   out METHOD D URI [BODY]     a request that begins D, or stands for itself
#   prove METHOD D [BODY]       the same again with credentials, after a challenge
#   send METHOD D [BODY]        a request within D; ACK and CANCEL are those of its last INVITE
#   expect CODE [?] [D] [next NAME]
#                               a response, which may be missing with ?; D learns from it
#   await METHOD [?] [D] [next NAME]
#                               a request; an INVITE or SUBSCRIBE may begin D
#   reply CODE [BODY]           answers the request that came last
#   answer CODE D [BODY]        answers the last INVITE of D, whatever came since
#   pause MILLISECONDS
#   cut                         the connection ends
#   note D                      writes what it takes to go on with D into the log
#   resume D                    D goes on, which another noted: keys from, to and target
#   label NAME                  where an awaited message may lead with `next NAME`
#   include NAME                the steps of NAME.part
#
# `proof USER PASSWORD` below `await` asks for the right answer to a challenge of ours.
# D is a dialog's name, a letter or two. BODY is `sdp`, `sdp DIRECTION`, `sdp same` (as before) or
# `text WORDS`. A line that
# is indented belongs to the step above it: a header to send (`Name: value`), or what the message
# must have that came (`Name: regular expression`, `body: regular expression`, `no Name:`). Behind
# `word = ` the expression's group is kept as [$word]. {D.id},
# {D.tag}, {D.to} and {D.target} are D's Call-ID, our tag, the other's, and where its requests go;
# {D.sequence} is the number of our last request.

function fail(text) {
  print FILENAME ":" NR ": " text > "/dev/stderr"
  failed = 1
  exit 1
}

/^#/ && step == "" { title = title (title == "" ? "" : "\n") substr($0, 3) }
{ take($0) }
END {
  if (failed) exit 1
  flush()
  print_scenario()
}

function take(line,  file) {
  if (line ~ /^[ \t]*(#|$)/) return
  if (line ~ /^[ \t]/) { sub(/^[ \t]+/, "", line); lines[++count] = line; return }
  flush()
  step = line
  if (line !~ /^include /) return
  file = FILENAME
  sub(/[^\/]*$/, substr(line, 9) ".part", file)
  step = ""
  while ((getline line < file) > 0) take(line)
}

function flush(  word, n) {
  if (step == "") return
  n = split(step, word, " ")
  if (word[1] == "register") register(word[2], word[3], word[4])
  else if (word[1] == "invite") { begin(word[2], word[3]); request("INVITE", word[2], rest(word, n, 4)) }
  else if (word[1] == "out") { begin(word[3], word[4], word[2]); request(word[2], word[3], rest(word, n, 5)) }
  else if (word[1] == "prove") prove(word[2], word[3], rest(word, n, 4))
  else if (word[1] == "send") request(word[2], word[3], rest(word, n, 4))
  else if (word[1] == "expect") expect(word[2], rest(word, n, 3))
  else if (word[1] == "await") await(word[2], rest(word, n, 3))
  else if (word[1] == "reply") reply(word[2], rest(word, n, 3))
  else if (word[1] == "answer") answer(word[2], word[3], rest(word, n, 4))
  else if (word[1] == "pause") element("<pause milliseconds=\"" word[2] "\"/>")
  else if (word[1] == "cut") element("<nop><action><closecon/></action></nop>")
  else if (word[1] == "note") note(word[2])
  else if (word[1] == "resume") resume(word[2])
  else if (word[1] == "label") say("<label id=\"" word[2] "\"/>")
  else fail("no such step: " word[1])
  count = 0
}

function say(text) { output = output text "\n" }

# One that SIPp counts.
function element(text) { elements++; say(text) }

function rest(word, n, first,  text) {
  for (; first <= n; first++) text = text (text == "" ? "" : " ") word[first]
  return text
}

function print_scenario(  part, n, name, all) {
  gsub(/--/, "-", title)
  n = split(FILENAME, part, "/")
  sub(/\.steps$/, "", part[n])
  print "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<!-- " title " -->"
  print "<scenario name=\"" part[n] "\">"
  printf "%s", output
  for (name in variables) all = all (all == "" ? "" : ",") name
  if (all != "") print "<Reference variables=\"" all "\"/>"
  print "</scenario>"
}

# MARK: - Dialogs

# One of ours. The first has SIPp's Call-ID, the others bring it along behind three slashes, by which
# SIPp knows whose they are.
function begin(d, uri, method) {
  is_ours[d] = 1
  id[d] = (dialogs++ ? d "///" : "") "[call_id]"
  tag[d] = "[pid]" d "[call_number]"
  target[d] = uri
  from[d] = "<sip:[me]@[domain]>;tag=" tag[d]
  to[d] = "<" (method == "REGISTER" ? "sip:[me]@[domain]" : uri) ">"
}

# One that another SIPp began, which noted what it takes: the Call-ID is given by -cid_str.
function resume(d) {
  is_ours[d] = 1
  id[d] = "[call_id]"
  from[d] = "[from]"
  to[d] = "[to]"
  target[d] = "[target]"
  sequence[d] = 10
}

# One that began with the request that is awaited now.
function begun_by_peer(d) {
  dialogs++
  id[d] = "[$" d "_id]"
  tag[d] = "[pid]" d "[call_number]"
  from[d] = "[$" d "_us];tag=" tag[d]
}

# What the other's message says of it, by name.
function learn(d) {
  to[d] = "[$" d "_them]"
  target[d] = "[$" d "_target]"
}

function note(d) {
  element("<nop><action>\n" noted("id=[call_id]") noted("from=" from[d]) noted("to=" to[d]) \
    noted("target=" target[d]) "</action></nop>")
}

function noted(text) {
  gsub(/</, "\\&lt;", text)
  return "  <log message=\"" text "\"/>\n"
}

function fill(text,  d) {
  for (d in id) {
    gsub("[{]" d "[.]id[}]", id[d], text)
    gsub("[{]" d "[.]tag[}]", tag[d], text)
    gsub("[{]" d "[.]to[}]", "[$" d "_tag]", text)
    gsub("[{]" d "[.]target[}]", target[d], text)
    gsub("[{]" d "[.]sequence[}]", sequence[d], text)
  }
  return text
}

# MARK: - Sending

function request(method, d, body,  is_follower, branch, uri, whom) {
  if (!(d in id)) fail("there is no " d)
  is_follower = method == "ACK" || method == "CANCEL"
  if (!is_follower) { sequence[d]++; uri_of[d] = target[d]; to_of[d] = to[d] }
  if (method == "INVITE") { invite_of[d] = sequence[d]; place_of[d] = elements; is_accepted[d] = 0 }
  branch = "[branch]"; uri = target[d]; whom = "To: " to[d]
  if (method == "CANCEL" || method == "ACK" && !is_accepted[d]) {
    branch = "[branch-" (elements - place_of[d]) "]"
    uri = uri_of[d]
    whom = method == "ACK" ? "[last_To:]" : "To: " to_of[d]
  }
  element("<send" (method == "ACK" ? "" : " retrans=\"500\"") "><![CDATA[")
  say(method " " uri " SIP/2.0")
  say("Via: SIP/2.0/[transport] [local_ip]:[local_port];branch=" branch ";rport")
  say("Max-Forwards: 70\nFrom: " from[d] "\n" whom "\nCall-ID: " id[d])
  say("CSeq: " (is_follower ? invite_of[d] : sequence[d]) " " method)
  finish_message(method == "CANCEL" || method == "REGISTER" ? "" : contact(), body)
}

function contact() {
  return "Contact: <sip:[me]@[local_ip]:[local_port];transport=[transport]>"
}

function finish_message(more, body,  i) {
  if (more != "") say(more)
  for (i = 1; i <= count; i++) say(fill(lines[i]))
  if (body ~ /^sdp/) {
    if (sub(/ same/, "", body) == 0) session++
    say("Content-Type: application/sdp\nContent-Length: [len]\n\nv=0\no=- 1 " session " IN IP[media_ip_type] [media_ip]\ns=-")
    say("c=IN IP[media_ip_type] [media_ip]\nt=0 0\nm=audio [media_port] RTP/AVP 0\na=rtpmap:0 PCMU/8000")
    if (body != "sdp") say("a=" substr(body, 5))
  } else if (body ~ /^text/) {
    say("Content-Type: text/plain\nContent-Length: [len]\n\n" substr(body, 6))
  } else say("Content-Length: 0\n")
  say("]]></send>")
}

# A challenge has come: the first dialog's INVITE wants its ACK before.
function prove(method, d, body,  kept, i) {
  if (method == "INVITE") {
    kept = count; count = 0
    request("ACK", d, "")
    count = kept
  }
  lines[++count] = "[authentication]"
  request(method, d, body)
}

function register(d, uri, expires,  i, kept) {
  begin(d, uri, "REGISTER")
  lines[++count] = "Expires: " (expires == "" ? 300 : expires)
  for (i = kept = count; i > 0; i--) if (lines[i] ~ /^Contact:/) break
  if (!i) lines[count = ++kept] = contact()
  request("REGISTER", d, "")
  element("<recv response=\"401\" auth=\"true\"/>")
  lines[count = kept + 1] = "[authentication]"
  request("REGISTER", d, "")
  element("<recv response=\"200\"/>")
}

# MARK: - Receiving

# What follows the code or method: sets `who`, gives attributes of the element.
function particulars(more,  attributes) {
  if (sub(/^[?] */, "", more)) attributes = " optional=\"true\""
  if (match(more, / ?next [a-z]+$/)) {
    attributes = attributes " next=\"" substr(more, RSTART + (more ~ /^next/ ? 5 : 6)) "\""
    more = substr(more, 1, RSTART - 1)
  }
  who = more
  return attributes
}

function expect(code, more,  attributes) {
  attributes = "response=\"" code "\"" particulars(more)
  more = who
  if (code == 401 || code == 407) attributes = attributes " auth=\"true\""
  if (more == "" || code < 101 || code >= 300) return receive(attributes, "")
  if (code >= 200) is_accepted[more] = 1
  receive(attributes, parties(more, "To", "From"))
  learn(more)
}

function await(method, more,  attributes, d, wanted) {
  attributes = "request=\"" method "\"" particulars(more)
  d = who
  if (d != "" && method != "ACK") {
    wanted = capture(d "_via", "Via", ".*") capture(d "_cseq", "CSeq", ".*") \
      parties(d, "From", "To") capture(d "_id", "Call-ID", "[^ ].*")
    if (!(d in id)) begun_by_peer(d)
  }
  receive(attributes, wanted)
  if (wanted != "") learn(d)
}

# Who is who, by the headers that name the other and us.
function parties(d, theirs, ours) {
  return capture(d "_them", theirs, "[^ ].*") capture(d "_us", ours, "[^ ;]*<[^>]*>") \
    capture(d "_tag", theirs, "tag=([^;]+)") capture(d "_target", "Contact", "<([^>]+)>")
}

function capture(name, header, pattern,  into) {
  into = name
  variables[name] = 1
  if (pattern ~ /[(]/) { variables["whole"] = 1; into = "whole," name }
  return matching(pattern, header, into, "")
}

function matching(pattern, header, into, check) {
  gsub(/&/, "\\&amp;", pattern); gsub(/</, "\\&lt;", pattern); gsub(/"/, "\\&quot;", pattern)
  return "  <ereg regexp=\"" pattern "\" " \
    (header == "body" ? "search_in=\"body\"" : header == "line" ? "search_in=\"msg\"" \
      : "search_in=\"hdr\" header=\"" header ":\"") check " assign_to=\"" into "\"/>\n"
}

function receive(attributes, wanted,  i, at, into, proof, is_proof) {
  for (i = 1; i <= count; i++) {
    if (split(lines[i], proof, " ") == 3 && proof[1] == "proof") {
      variables["proven"] = 1
      wanted = wanted "  <verifyauth assign_to=\"proven\" username=\"" proof[2] "\" password=\"" \
        proof[3] "\"/>\n"
      attributes = attributes " next=\"proven" elements "\" test=\"proven\""
      is_proof = 1
      continue
    }
    into = "seen"
    if (match(lines[i], /^[a-z]+ = /)) {
      variables[substr(lines[i], 1, RLENGTH - 3)] = 1
      into = "seen," substr(lines[i], 1, RLENGTH - 3)
      lines[i] = substr(lines[i], RLENGTH + 1)
    }
    variables["seen"] = 1
    if (sub(/^no /, "", lines[i])) {
      sub(/:$/, "", lines[i])
      wanted = wanted matching("[[:cntrl:]]" lines[i] ":", "line", "seen", " check_it_inverse=\"true\"")
    } else {
      at = index(lines[i], ":")
      wanted = wanted matching(fill(substr(lines[i], at + 2)), substr(lines[i], 1, at - 1), into,
        " check_it=\"true\"")
    }
  }
  if (wanted == "") element("<recv " attributes "/>")
  else element("<recv " attributes "><action>\n" wanted "</action></recv>")
  if (!is_proof) return
  element("<recv request=\"PROOF\" timeout=\"1\"/>")
  say("<label id=\"proven" (elements - 2) "\"/>")
}

# MARK: - Answering

function reply(code, body) {
  element("<send><![CDATA[")
  say("SIP/2.0 " code " " reason(code) "\n[last_Via:]\n[last_From:]\n[last_To:]\n[last_Call-ID:]")
  say("[last_CSeq:]")
  finish_message(contact(), body)
}

function answer(code, d, body) {
  element("<send" (code >= 200 ? " retrans=\"500\"" : "") "><![CDATA[")
  say("SIP/2.0 " code " " reason(code) "\nVia:[$" d "_via]\nFrom: [$" d "_them]\nTo: " from[d])
  say("Call-ID: " id[d] "\nCSeq:[$" d "_cseq]")
  finish_message(contact(), body)
}

function reason(code) { return code < 200 ? "Progress" : code < 300 ? "OK" : "No" }
