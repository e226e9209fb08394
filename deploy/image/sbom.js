// Adds to the package's SBOM what else is in the image: Node.js, npm and the base's Debian packages.
//
//   node deploy/image/sbom.js /app/sbom.cdx.json
import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';

const [file] = process.argv.slice(2);
const sbom = JSON.parse(readFileSync(file, 'utf8'));
const run = (program, ...args) => execFileSync(program, args, { encoding: 'utf8' }).trim();

const component = (type, name, version, purl) => ({ 'bom-ref': purl, type, name, version, purl });
const npm = run('npm', '--version');
const fields = ['Package', 'Version', 'Architecture'].map((field) => `$\{${field}}`).join(' ');
const debian = run('dpkg-query', '--show', `--showformat=${fields}\\n`)
  .split('\n')
  .map((line) => line.split(' '))
  .map(([name, version, architecture]) => {
    const purl = `pkg:deb/debian/${name}@${encodeURIComponent(version)}?arch=${architecture}`;
    return component('library', name, version, purl);
  });
const { node } = process.versions;
sbom.components.push(
  component('platform', 'node', node, `pkg:generic/node@${node}`),
  component('application', 'npm', npm, `pkg:npm/npm@${npm}`),
  ...debian,
);
writeFileSync(file, JSON.stringify(sbom));
