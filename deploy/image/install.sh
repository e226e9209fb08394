#!/bin/sh
# Installs the hub as its npm package, with the packages of package-lock.json: scripts, no sources to compile, no
# tests. Works in the folder of the sources, and changes it.
#
#   deploy/image/install.sh /app
set -eu
app=${1:?the folder to install in}
cd "$(dirname "$0")/../.."
export npm_config_update_notifier=false

npm ci --ignore-scripts --no-audit --no-fund --loglevel=error
mkdir -p "$app"
npm pack --silent --pack-destination "$app" >/dev/null
tar xzf "$app"/waybill-*.tgz -C "$app" --strip-components=1 --no-same-owner
rm "$app"/waybill-*.tgz

npm prune --omit=dev --ignore-scripts --no-audit --no-fund --loglevel=error
# Our own packages, which are links to the sources, and what packing has cached.
rm -r node_modules/@waybill node_modules/.cache
# Only compilers, debuggers and the packages' own tests read these: a fifth of the size.
find node_modules -type f \( -name '*.map' -o -name '*.ts' -o -name '*.[cm]ts' -o -name '*.a' \) -delete
find node_modules -maxdepth 3 -type d \( -name test -o -name tests -o -name .yarn \) -prune -exec rm -r {} +
mv node_modules "$app/node_modules"

node deploy/image/sbom.js "$app/sbom.cdx.json"
# Compiles scripts and mappings for this Node.js, because a hub cannot store them in a read-only image.
node "$app/bin/waybill.js" mappings check >/dev/null
