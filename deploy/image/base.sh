#!/bin/sh
# Makes a base for the image where no registry answers: Debian's essential packages by mmdebstrap, and the
# Node.js and npm that npm's registry has.
#
#   deploy/image/base.sh base.tar
#   docker import base.tar waybill-base
#   docker build --build-arg BASE=waybill-base --tag waybill .
set -eu
tar=${1:?the tar file to write}
# npm's package `node` only downloads this one, in an install script.
node=node-linux-$(node --print process.arch)@22
npm=npm@11

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
# mmdebstrap's hooks may run as another user.
chmod 755 "$work"
npm install --prefix "$work" --install-strategy=nested --ignore-scripts --no-audit --no-fund --loglevel=error "$node" "$npm"
mkdir -p "$work/local/bin" "$work/local/lib/node_modules" "$work/local/share/doc/node"
mv "$work/node_modules/${node%@*}/bin/node" "$work/local/bin/node"
mv "$work/node_modules/${node%@*}/LICENSE" "$work/local/share/doc/node/LICENSE"
mv "$work/node_modules/npm" "$work/local/lib/node_modules/npm"
ln -s ../lib/node_modules/npm/bin/npm-cli.js "$work/local/bin/npm"

# Node.js needs libstdc++, PostgreSQL an account that it can look up. Licences stay, manuals do not. With its folders
# merged from the start, Debian needs no Perl to merge them.
mmdebstrap --quiet --variant=essential --include=libstdc++6,usr-is-merged \
  --hook-dir=/usr/share/mmdebstrap/hooks/merged-usr \
  --dpkgopt='path-exclude=/usr/share/man/*' --dpkgopt='path-exclude=/usr/share/locale/*' \
  --dpkgopt='path-exclude=/usr/share/doc/*' --dpkgopt='path-include=/usr/share/doc/*/copyright' \
  --customize-hook="sync-in '$work/local' /usr/local" \
  --customize-hook='echo "node:x:1000:1000::/home/node:/bin/sh" >>"$1/etc/passwd"' \
  --customize-hook='echo "node:x:1000:" >>"$1/etc/group"' \
  --customize-hook='install -d -o 1000 -g 1000 "$1/home/node"' \
  bookworm "$tar"
