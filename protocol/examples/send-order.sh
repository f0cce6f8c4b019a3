#!/bin/sh
# Orders a broadcast from software of one's own, with nothing but openssl and mosquitto_rr:
# writes an order, signs it as a compact JWS with Ed25519, hands it to the centre, prints the centre's receipt.
#
#   CENTRE=vinh-phuc CLIENT=my-office KEY=my-office.pem KID=… BROKER_HOST=127.0.0.1 BROKER_PORT=8883 \
#   CERTIFICATE=my-office.crt AUTHORITY=authority.crt \
#   STATION=dai-dong TITLE="Thông báo" LANGUAGE=vi \
#   AUDIO_FILE=bulletin.ogg AUDIO_TYPE=audio/ogg AUDIO_MS=22000 AUDIO_URL=https://10.0.0.5/bulletin.ogg \
#   ./send-order.sh
#
# The key is made once with `openssl genpkey -algorithm ed25519 -out my-office.pem`; the centre lists its public part
# with `loa-broker keys add-client` and tells the KID; `loa-broker keys certificate` writes the two certificates, which
# let the same key in by TLS. TITLE must not hold a double quote or a backslash.
set -eu

base64url() { basenc --base64url --wrap=0 | tr -d '='; }

# UUIDv7 (RFC 9562): 48 bits of milliseconds, then random bits with version 7 and variant 8.
milliseconds=$(printf '%012x' "$(date +%s%3N)")
random=$(openssl rand -hex 10)
id=$(echo "$milliseconds$random" | sed -E 's/^(.{8})(.{4}).(.{3}).(.{3})(.{12}).*$/\1-\2-7\3-8\4-\5/')

instant() { date -u -d "$1" +%Y-%m-%dT%H:%M:%S.000Z; }
sha256=$(sha256sum "$AUDIO_FILE" | cut -d' ' -f1)
size=$(stat -c %s "$AUDIO_FILE")

order=$(cat <<JSON
{"id":"$id","rev":1,"type":"new","centre":"$CENTRE",
 "issuedAt":"$(instant now)","expiresAt":"$(instant '+1 hour')",
 "status":"actual","priority":"routine","title":"$TITLE",
 "to":{"stations":["$STATION"]},"when":{"type":"now"},"lateBy":300,"onInterrupt":"restart",
 "programme":[{"type":"audio","variants":[{"language":"$LANGUAGE","mime":"$AUDIO_TYPE","durationMs":$AUDIO_MS,
   "size":$size,"sha256":"$sha256","urls":["$AUDIO_URL"]}]}]}
JSON
)

header=$(printf '{"alg":"Ed25519","typ":"loa-order-request","kid":"%s"}' "$KID" | base64url)
payload=$(printf '%s' "$order" | base64url)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
printf '%s.%s' "$header" "$payload" > "$work/signed"
signature=$(openssl pkeyutl -sign -inkey "$KEY" -rawin -in "$work/signed" | base64url)
printf '.%s' "$signature" >> "$work/signed"

# One connection asks and waits for the answer: a client id can be connected only once. (-m, since mosquitto_rr 2.0.11
# sends nothing with -f.)
mosquitto_rr -h "$BROKER_HOST" -p "$BROKER_PORT" --cafile "$AUTHORITY" --cert "$CERTIFICATE" --key "$KEY" -V mqttv311 -i "$CLIENT" -q 1 -W 10 \
  -t "loa/1/$CENTRE/in/$CLIENT/order" -e "loa/1/$CENTRE/in/$CLIENT/receipt" -m "$(cat "$work/signed")"
