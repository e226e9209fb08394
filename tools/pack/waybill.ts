/**
 * Writes what the npm package has instead of most sources, as its `prepack`; removes it with `--clean`,
 * as its `postpack`:
 *
 *   dist/          the bundle that `waybill` runs
 *   lib/           scripts and declarations of `waybill/adapter…` and `waybill/driver`
 *   vendored/      the files of other packages that it serves or embeds
 *   sbom.cdx.json  CycloneDX list of the packages it contains or depends on, as CI tested them
 */
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { importModule } from '../../src/platform/import-module.ts';
import { shippedFile } from '../../src/platform/shipped.ts';
import { copyVendored, VENDORED } from '../vendored.ts';

const SBOM = 'sbom.cdx.json';
const WRITTEN = ['dist', 'lib', 'vendored', SBOM];

interface LockedPackage {
  readonly version?: string;
  readonly license?: string;
  readonly dev?: boolean;
  readonly link?: boolean;
}

interface Lock {
  readonly packages: Readonly<Record<string, LockedPackage>>;
}

interface Sbom {
  readonly serialNumber?: string;
  readonly metadata: { readonly component: object };
  readonly components: readonly object[];
}

const lock: Lock = JSON.parse(readFileSync(shippedFile('package-lock.json'), 'utf8'));
const manifest = JSON.parse(readFileSync(shippedFile('package.json'), 'utf8'));

/** `package-lock.json` without development packages and our own. */
function installed(): Lock {
  const packages = Object.entries(lock.packages).filter(
    ([path, { dev, link }]) => path.startsWith('node_modules/') && !dev && !link,
  );
  const { name, version, license, bin, engines, dependencies } = manifest;
  const root = { name, version, license, bin, engines, dependencies };
  return { ...lock, packages: { '': root, ...Object.fromEntries(packages) } };
}

/** The list that npm makes of these packages, without what differs each time. */
function sbom(): Sbom {
  const parent = mkdtempSync(join(tmpdir(), 'waybill-sbom-'));
  try {
    // npm takes the folder's name for the component's.
    const folder = join(parent, manifest.name);
    mkdirSync(folder);
    const { devDependencies: _, workspaces: __, scripts: ___, ...own } = manifest;
    writeFileSync(join(folder, 'package.json'), JSON.stringify(own));
    writeFileSync(join(folder, 'package-lock.json'), JSON.stringify(installed()));
    const args = ['sbom', '--package-lock-only', '--sbom-format', 'cyclonedx'];
    const made: Sbom = JSON.parse(
      execFileSync('npm', args, { cwd: folder, encoding: 'utf8', maxBuffer: 64 * 2 ** 20 }),
    );
    const { serialNumber: _number, metadata, components, ...rest } = made;
    const { component } = metadata;
    const copied = Object.keys(VENDORED).map(copiedPackage);
    return { ...rest, metadata: { component }, components: [...components, ...copied] };
  } finally {
    rmSync(parent, { recursive: true });
  }
}

/** A development package with files that the package contains. */
function copiedPackage(name: string): object {
  const { version, license } = lock.packages[`node_modules/${name}`] ?? {};
  const purl = `pkg:npm/${name}@${version}`;
  const licenses = [{ license: { id: license } }];
  return { 'bom-ref': `${name}@${version}`, type: 'library', name, version, purl, licenses };
}

for (const path of WRITTEN) rmSync(shippedFile(path), { recursive: true, force: true });
if (!process.argv.includes('--clean')) {
  copyVendored();
  writeFileSync(shippedFile(SBOM), JSON.stringify(sbom()));
  const { packBundle } = (await importModule(shippedFile('bin/bundle.js'))) as {
    packBundle(): Promise<void>;
  };
  await packBundle();
  const compiler = shippedFile('node_modules/typescript-native/bin/tsc');
  const project = fileURLToPath(new URL('tsconfig.json', import.meta.url));
  execFileSync(process.execPath, [compiler, '-p', project], { stdio: ['ignore', 2, 2] });
}
