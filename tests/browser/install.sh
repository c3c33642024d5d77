#!/bin/sh
# Make sure that the browser tests find Debian's Chromium, a Chinese font, and the library Playwright's driver needs.
set -eu
PATH="$PATH:/usr/sbin:/sbin"
if command -v chromium >/dev/null 2>&1 && command -v fc-list >/dev/null 2>&1 && [ -n "$(fc-list :lang=zh-cn)" ] &&
  ldconfig -p | grep -q libatomic.so.1; then
  exit 0
fi
if ! command -v apt-get >/dev/null 2>&1; then
  echo "The browser tests need Chromium (as 'chromium' on the PATH) and a Chinese font: install both, then run again." >&2
  exit 1
fi
as_root=""
[ "$(id -u)" = 0 ] || as_root="sudo"
$as_root apt-get update -q
DEBIAN_FRONTEND=noninteractive $as_root apt-get install -y -q --no-install-recommends chromium fontconfig fonts-noto-cjk libatomic1
