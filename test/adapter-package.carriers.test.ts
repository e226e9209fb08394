import { spawnSync } from 'node:child_process';
import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { scorecardOf } from '../packages/adapter-kit/checks/conformance.ts';
import { loadAdapters, packagedMappings, packagedSandboxes } from '../src/adapters/index.ts';
import { carrierSubject } from '../src/cli/carrier/subject.ts';
import { openMappingFiles, readFact } from '../src/normalization/index.ts';
import { ROOT, samplesIn } from './docs/blocks.ts';
import { buildExamplePackage, compilePackage } from './support/example-package.ts';

const PACKAGE = 'waybill-adapter-pigeon-post';
const NUMBER = 'PP1000000038';
const MAPPINGS = join(ROOT, 'config', 'carrier-mappings');

/** An external installation: the package is copied into its node_modules, as npm does. */
let home = '';
beforeAll(() => {
  home = mkdtempSync(join(tmpdir(), 'waybill-package-'));
  writeFileSync(join(home, 'package.json'), '{}');
  const installed = join(home, 'node_modules', PACKAGE);
  buildExamplePackage(installed);
});
afterAll(() => rmSync(home, { recursive: true, force: true }));

const waybill = (...args: readonly string[]) => waybillWith(PACKAGE, ...args);

function waybillWith(packages: string, ...args: readonly string[]) {
  const bin = join(ROOT, 'bin', 'waybill.js');
  const env = { ...process.env, WAYBILL_ADAPTERS: packages };
  return spawnSync(process.execPath, [bin, ...args], { cwd: home, env, encoding: 'utf8' });
}

describe('an adapter from another package', () => {
  it('is loaded by its name in the setting, and recognises its numbers', () => {
    const { status, stdout, stderr } = waybill('detect', NUMBER, '--json');
    expect([status, stderr]).toEqual([0, '']);
    expect(stdout).toContain('"carrier":"pigeon-post"');
  });

  it('has its documented codes checked against its own mapping', () => {
    const { stdout } = waybill('mappings', 'coverage', '--json');
    const { carriers }: { carriers: { carrier: string; documented: object }[] } =
      JSON.parse(stdout);
    expect(carriers.find(({ carrier }) => carrier === 'pigeon-post')?.documented).toMatchObject({
      codes: 10,
      mapped: 10,
    });
  });

  it('has its mapping checked, in the folder of mappings and as a file', () => {
    expect(waybill('mappings', 'check').stdout).toContain('pigeon-post: 10 rules');
    const file = join(home, 'node_modules', PACKAGE, 'mapping.yaml');
    expect(waybill('mappings', 'check', file)).toMatchObject({ status: 0, stderr: '' });
  });

  it('is refused if it is named twice', () => {
    const twice = waybillWith(`${PACKAGE},${PACKAGE}`, 'detect', NUMBER);
    expect([twice.status, twice.stderr]).toEqual([
      1,
      expect.stringContaining('there already is a carrier "pigeon-post"'),
    ]);
  });

  it('runs its sources in a command of its author, which says so', () => {
    const path = join(ROOT, 'examples', 'adapter-package');
    const { status, stderr } = waybillWith(path, 'detect', NUMBER);
    expect([status, stderr]).toEqual([0, expect.stringContaining('with all your rights')]);
  });

  it('needs no copy of its mapping in any folder of the hub', async () => {
    const registry = await loadAdapters({ packages: [join(home, 'node_modules', PACKAGE)] });
    expect(packagedSandboxes(registry).map(({ name }) => name)).toEqual(['pigeon-post']);
    const files = await openMappingFiles({
      folder: MAPPINGS,
      packaged: packagedMappings(registry),
      carriers: registry.list().map(({ manifest }) => manifest),
      watch: 'off',
    });
    const mapping = files.current('pigeon-post');
    if (mapping === undefined) throw new Error('no mapping');
    expect(readFact(mapping, { codes: { event: 'DLV' }, logical: false }).status).toBe('delivered');
    files.close();
  });

  it('passes the same kit, up to platinum', async () => {
    const settings = { mappings: MAPPINGS, env: process.env };
    const path = join(home, 'node_modules', PACKAGE);
    const card = await scorecardOf(await carrierSubject(path, settings));
    const failing = card.checks.filter(({ state }) => state === 'fail' || state === 'skip');
    expect(failing.map(({ id, problems, note }) => ({ id, problems, note }))).toEqual([]);
    expect(card).toMatchObject({ level: 'platinum', proven: ['pull', 'push'] });
  });
});

/** Adapter code in documents and in the contract's comments. */
function examples(): readonly { readonly where: string; readonly code: string }[] {
  const inDocuments = samplesIn('ts').map(([place, code]) => ({
    where: place.replaceAll(/\W/g, '-'),
    code,
  }));
  const sdk = readFileSync(join(ROOT, 'src', 'adapters', 'sdk.ts'), 'utf8');
  const [, comment = ''] = /@example\n([\s\S]*?)\n \*\//.exec(sdk) ?? [];
  const code = comment.replaceAll(/^ \* ?/gm, '');
  return [...inDocuments, { where: 'sdk', code }].filter((each) =>
    /waybill\/adapter/.test(each.code),
  );
}

it('examples in documents and comments compile against the published types', () => {
  const folder = join(home, 'examples');
  mkdirSync(join(folder, 'node_modules'), { recursive: true });
  symlinkSync(ROOT, join(folder, 'node_modules', 'waybill'));
  symlinkSync(join(ROOT, 'node_modules', '@types'), join(folder, 'node_modules', '@types'));
  cpSync(join(home, 'node_modules', PACKAGE, 'tsconfig.json'), join(folder, 'tsconfig.json'));
  writeFileSync(join(folder, 'package.json'), '{ "type": "module" }');
  const all = examples();
  expect(all.length).toBeGreaterThanOrEqual(3);
  for (const { where, code } of all) writeFileSync(join(folder, `${where}.ts`), code);
  expect(compilePackage(folder)).toEqual({ status: 0, stdout: '' });
});
