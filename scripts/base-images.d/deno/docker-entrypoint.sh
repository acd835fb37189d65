#!/bin/sh
# Like the official image: options and the subcommands of Deno are for deno, anything else is a program of its own.
# The list is spelled out because several of them (test, install, link…) are programs of the system too.
case ${1-} in
  -* | add | approve-scripts | audit | bench | bump-version | bundle | cache | check | ci | clean | compile | completions | \
    coverage | create | deploy | desktop | doc | eval | fmt | help | info | init | install | i | jupyter | lint | link | \
    list | lsp | outdated | pack | publish | remove | repl | run | sandbox | serve | task | test | transpile | types | \
    uninstall | unlink | update | upgrade | vendor | why | x)
    exec deno "$@"
    ;;
esac
exec "$@"
