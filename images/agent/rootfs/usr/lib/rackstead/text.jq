# Text from firmware, disks and networks is hostile: control characters, and the marks that turn the
# direction of writing, are taken out; the rest is given as it was said.
def visible:
  . > 31 and (. < 127 or . > 159) and . != 8206 and . != 8207
  and (. < 8232 or . > 8238) and (. < 8294 or . > 8297) and . != 65279;

def clean:
  if type == "string" then explode | map(select(visible)) | implode | sub("^ +"; "") | sub(" +$"; "") else "" end;

# output of a program: its lines stay lines
def lines: explode | map(select(. == 10 or . == 9 or visible)) | implode;

# the last 64 KiB, in whole characters
def tail64: if utf8bytelength <= 65536 then . else .[-65536:] | until(utf8bytelength <= 65536; .[((utf8bytelength - 65536) / 4 | ceil):]) end;

def count: tonumber? // 0;

# a table of lines, columns parted by the unit separator
def table: [split("\n")[] | select(. != "") | split("\u001f") | map(clean)];

# one line for each value: its path, the unit separator, the value; a line break is the record separator
def flat:
  paths(type == "string" or type == "number" or type == "boolean") as $p | ($p | map(tostring) | join(".")) + "\u001f"
  + (getpath($p) | tostring | explode | map(if . == 10 then 30 else select(. == 9 or (. > 31 and . != 127)) end) | implode);
