#!/bin/bash
# Each form of signature, made by hand as RFC 5849 §3.4 says, sent with curl:
#   signatures.sh URL CONSUMER:TOKEN:SECRET
# One line for each: "ok WHAT" or "failed WHAT: ...".
set -uo pipefail
api=${1%/}/api/2.0/
IFS=: read -r consumer token secret <<<"$2"

encode() { # RFC 3986 §2.3
    local LC_ALL=C text=$1 i c out=
    for ((i = 0; i < ${#text}; i++)); do
        c=${text:i:1}
        case $c in [A-Za-z0-9._~-]) out+=$c ;; *) printf -v c '%%%02X' "'$c"; out+=$c ;; esac
    done
    printf %s "$out"
}

# header METHOD ALGORITHM PATH [NAME=VALUE...]: the parameters are those that are signed
header() {
    local method=$1 algorithm=$2 path=$3 nonce=$RANDOM$RANDOM$RANDOM time pair all base signature
    shift 3
    time=$(date +%s)
    local oauth=("oauth_consumer_key=$consumer" "oauth_nonce=$nonce" "oauth_signature_method=$algorithm"
        "oauth_timestamp=$time" "oauth_token=$token" "oauth_version=1.0")
    if [ "$algorithm" = PLAINTEXT ]; then
        signature="&$secret"
    else
        all=$(for pair in "${oauth[@]}" "$@"; do
            printf '%s=%s\n' "$(encode "${pair%%=*}")" "$(encode "${pair#*=}")"
        done | LC_ALL=C sort | paste -sd '&')
        base="$method&$(encode "$api$path")&$(encode "$all")"
        signature=$(printf %s "$base" | openssl dgst "-${algorithm#HMAC-}" -hmac "&$secret" -binary | base64)
    fi
    printf 'Authorization: OAuth realm="", oauth_signature="%s"' "$(encode "$signature")"
    for pair in "${oauth[@]}"; do printf ', %s="%s"' "${pair%%=*}" "$(encode "${pair#*=}")"; done
}

try() { # WHAT STATUS CURL-ARGUMENT...
    local what=$1 wanted=$2 got
    shift 2
    got=$(curl -sS -m 20 -o /tmp/signatures.$$ -w '%{http_code}' "$@" 2>&1)
    if [ "$got" = "$wanted" ]; then echo "ok $what"; else echo "failed $what: $got $(head -c 300 /tmp/signatures.$$)"; fi
    rm -f /tmp/signatures.$$
}

for how in PLAINTEXT HMAC-SHA1 HMAC-SHA256; do
    name=curl-$(tr '[:upper:]' '[:lower:]' <<<"$how")
    try "$how-read" 200 -H "$(header GET $how users/ op=whoami)" "${api}users/?op=whoami"
    try "$how-list-with-blanks" 200 -H "$(header GET $how machines/ 'hostname=a b+c&d')" "${api}machines/?hostname=a%20b%2Bc%26d"
    try "$how-form" 200 -H "$(header POST $how tags/ "name=$name" 'comment=ä & ö')" \
        --data-urlencode "name=$name" --data-urlencode 'comment=ä & ö' "${api}tags/"
    try "$how-multipart" 201 -H "$(header POST $how files/)" -F "filename=$name" -F "file=@$0" "${api}files/"
    try "$how-put" 200 -H "$(header PUT $how "tags/$name/" 'comment=new')" -X PUT -d comment=new "${api}tags/$name/"
    try "$how-delete" 204 -H "$(header DELETE $how "tags/$name/")" -X DELETE "${api}tags/$name/"
done
try "sha1-over-another-path" 401 -H "$(header GET HMAC-SHA1 machines/)" "${api}tags/"
try "unsigned-parameter" 401 -H "$(header GET HMAC-SHA1 machines/)" "${api}machines/?hostname=x"
try "unknown-method" 401 -H "$(header GET RSA-SHA1 machines/ 2>/dev/null)" "${api}machines/"
