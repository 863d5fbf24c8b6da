#!/bin/sh
# Builds the pages into target/classes/io/rackstead/web: packages from the lock file, type check, tests, bundle.
# Does nothing when nothing that goes into them has changed since the last build.
set -eu
cd "$(dirname "$0")"

OUT=target/classes/io/rackstead/web
STAMP=target/web.stamp
NODE_WANTED=22.21.1   # taken from npm only where the system's node is too old
mkdir -p target

say() { echo "web: $*"; }
stop() { echo "web: $*" >&2; exit 1; }

digest() { sha256sum "$@" | sha256sum | cut -d' ' -f1; }
inputs() { find src public test index.html console.html package.json package-lock.json .npmrc vite.config.ts tsconfig.json build.sh -type f | LC_ALL=C sort; }
# file names have no blanks here
# shellcheck disable=SC2046
now=$(digest $(inputs))
if [ -f "$OUT/index.html" ] && [ "$(cat "$STAMP" 2>/dev/null)" = "$now" ]; then
  say "unchanged"
  exit 0
fi

recent() { node -e 'const [a, b] = process.versions.node.split(".").map(Number); process.exit(a > 20 || (a === 20 && b >= 19) ? 0 : 1)' 2>/dev/null; }
command -v npm >/dev/null || stop "npm is missing: apt-get install nodejs npm (or leave the pages out with -Dweb.skip)"
if ! recent; then
  if [ ! -x target/node/node_modules/node/bin/node ]; then
    say "node $(node --version 2>/dev/null || echo 'is missing and') is older than 20.19: taking node $NODE_WANTED from npm"
    npm install --silent --no-save --no-package-lock --prefix target/node "node@$NODE_WANTED" ||
      stop "node 20.19 or newer is needed, and npm could not give one: install it, or leave the pages out with -Dweb.skip"
  fi
  PATH="$PWD/target/node/node_modules/node/bin:$PATH"
  export PATH
  recent || stop "node 20.19 or newer is needed: install it, or leave the pages out with -Dweb.skip"
fi

lock=$(digest package.json package-lock.json .npmrc)
if [ "$(cat node_modules/.lock-digest 2>/dev/null)" != "$lock" ]; then
  say "reading packages"
  npm ci --silent --no-audit --no-fund
  echo "$lock" > node_modules/.lock-digest
fi

bin=node_modules/.bin
export NO_COLOR=1 CI=1
rm -f "$STAMP"
# side by side: the type check and the tests tell why, the bundle is there when they agree
"$bin/tsc" --noEmit > target/tsc.log 2>&1 & tsc=$!
"$bin/vite" build --logLevel warn > target/vite.log 2>&1 & vite=$!
failed=
wait "$tsc" || { failed=1; cat target/tsc.log >&2; }
wait "$vite" || { failed=1; cat target/vite.log >&2; }
if [ -z "${WEB_SKIP_TESTS:-}" ] && [ -z "$failed" ]; then
  "$bin/vitest" run --reporter=dot > target/vitest.log 2>&1 || { failed=1; cat target/vitest.log >&2; }
fi
[ -z "$failed" ] || stop "the pages do not build"
echo "$now" > "$STAMP"
say "built, $(du -sk "$OUT" | cut -f1) kB"
