#!/bin/sh
# Compiles the custom elements into ../Assets/earshot.js and the audio worklet beside it, or into the folder given.
set -eu
cd "$(dirname "$0")"
[ -d node_modules/esbuild ] || npm ci --no-fund --no-audit --loglevel=error
npx --no-install tsc --noEmit
npx --no-install esbuild earshot.ts agent-worklet.ts --bundle --format=esm --target=es2022 --charset=utf8 --legal-comments=none --log-level=warning --outdir="${1:-../Assets}"
