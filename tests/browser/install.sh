#!/bin/sh
# Make sure that the browser tests find Debian's Chromium and a Chinese font.
set -eu
command -v chromium >/dev/null 2>&1 && command -v fc-list >/dev/null 2>&1 && [ -n "$(fc-list :lang=zh-cn)" ] && exit 0
if ! command -v apt-get >/dev/null 2>&1; then
  echo "The browser tests need Chromium (as 'chromium' on the PATH) and a Chinese font: install both, then run again." >&2
  exit 1
fi
as_root=""
[ "$(id -u)" = 0 ] || as_root="sudo"
$as_root apt-get update -q
DEBIAN_FRONTEND=noninteractive $as_root apt-get install -y -q --no-install-recommends chromium fontconfig fonts-noto-cjk
