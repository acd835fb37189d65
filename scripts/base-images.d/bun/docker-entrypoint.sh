#!/bin/sh
# Like the official image: an option, or a word that is no program, is for bun.
set -e
case ${1-} in
  -*) exec bun "$@" ;;
esac
if [ -z "$(command -v "${1-}")" ] || { [ -f "$1" ] && [ ! -x "$1" ]; }; then
  exec bun "$@"
fi
exec "$@"
