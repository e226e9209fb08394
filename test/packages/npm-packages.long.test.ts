import { execFile, execFileSync, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { launchHub } from '../../src/app/start-testing.ts';
import { VENDORED } from '../../tools/vendored.ts';
import { ROOT } from '../docs/blocks.ts';

/** Whether npm can install what is not in its cache. */
const hasRegistry = spawnSync('npm', ['ping'], { timeout: 20_000 }).status === 0;
if (!hasRegistry) {
  process.stderr.write('SKIPPED: no npm registry, so no package is installed and started\n');
}

const work = mkdtempSync(join(tmpdir(), 'waybill-packages-'));
afterAll(() => rmSync(work, { recursive: true, force: true }));

/** What a developer's checkout has besides the sources. */
const NOT_COPIED =
  /^(node_modules|\.git|data|dist|lib|bench|coverage|reports)(\/|$)|\/node_modules(\/|$)/;

/** Copies the checkout, so that what `prepack` writes disturbs no other test. */
function copyCheckout(name: string): string {
  const folder = join(work, name);
  cpSync(ROOT, folder, {
    recursive: true,
    filter: (path) => !NOT_COPIED.test(path.slice(ROOT.length)),
  });
  symlinkSync(join(ROOT, 'node_modules'), join(folder, 'node_modules'));
  return folder;
}

/** Packs the packages in these folders of a copy of the checkout, and returns the archives' paths. */
function pack(checkout: string, folders: readonly string[]): readonly string[] {
  const to = mkdtempSync(join(work, 'packed-'));
  const args = ['pack', '--silent', '--pack-destination', to, ...folders];
  execFileSync('npm', args, { cwd: checkout, stdio: ['ignore', 'ignore', 'pipe'] });
  return readdirSync(to)
    .sort()
    .map((name) => join(to, name));
}

const pathsIn = (archive: string): readonly string[] =>
  execFileSync('tar', ['tzf', archive], { encoding: 'utf8' })
    .trim()
    .split('\n')
    .map((path) => path.replace(/^package\//, ''));
const fileIn = (archive: string, path: string): string =>
  execFileSync('tar', ['xzOf', archive, `package/${path}`], {
    encoding: 'utf8',
    maxBuffer: 2 ** 26,
  });
const digestOf = (file: string) => createHash('sha256').update(readFileSync(file)).digest('hex');

/** Installs packages in an empty folder, and resolves with it. */
async function install(name: string, packages: readonly string[]): Promise<string> {
  const folder = join(work, name);
  mkdirSync(folder);
  const args = ['install', '--no-audit', '--no-fund', '--prefer-offline', '--ignore-scripts'];
  await promisify(execFile)('npm', [...args, ...packages], { cwd: folder });
  return folder;
}

const checkout = copyCheckout('checkout');
let waybill = '';
beforeAll(() => {
  [waybill = ''] = pack(checkout, ['.']);
});

/** What the package of the hub may contain. */
const ALLOWED = [
  /^dist\/waybill\.cjs(\.map\.gz)?$/,
  /^lib\/[^.]+(\.gen)?(\.d\.ts|\.js)$/,
  /^(LICENSE|NOTICE|README\.md|package\.json|sbom\.cdx\.json|tsconfig\.json)$/,
  /^bin\/[\w-]+\.js$/,
  /^config\/.+\.(yaml|json|html|mjml|pmtiles|woff2)$/,
  /^docs\/.+\.(md|svg|webp|schema\.json)$/,
  /^migrations\/\d{4}_\w+\.sql$/,
  /^packages\/adapter-kit\/(package\.json|[^.]+\.ts|template\/.+)$/,
  /^packages\/carriers\/[\w-]+\/(index|sandbox)\.ts$/,
  /^packages\/carriers\/[\w-]+\/[\w-]+\.(md|json|csv|yaml|txt)$/,
  /^vendored\//,
  /^src\/.+\.(css|csv|ico|js|json|md|svg|txt|yaml)$/,
  // The hub finds carriers, shops and channels by these files, whose code is in the bundle.
  /^src\/.+\/(index|manifest|plugin|sandbox)\.ts$/,
  // Scripts for browsers, which the hub bundles when they are first requested.
  /^src\/(fleet\/driver(-app)?|http\/(console|maps)|kernel)\/[^.]+(\.gen)?\.tsx?$/,
];

describe('the package of the hub', () => {
  it('contains no tests, recordings, settings or data of a developer', () => {
    const paths = pathsIn(waybill);
    expect(paths.filter((path) => !ALLOWED.some((pattern) => pattern.test(path)))).toEqual([]);
    expect(paths.filter((path) => /\.test\.|(^|\/)\.|^src\/.*\/test-/.test(path))).toEqual([]);
    expect(paths).toContain('packages/adapter-kit/template/fixtures/track-delivered.json');
  });

  it('names no folder of the machine that made it', () => {
    const folder = join(work, 'unpacked');
    mkdirSync(folder);
    execFileSync('tar', ['xzf', waybill, '-C', folder]);
    execFileSync('gunzip', [join(folder, 'package/dist/waybill.cjs.map.gz')]);
    const { stdout } = spawnSync('grep', ['-rlF', '-e', checkout, '-e', ROOT, folder]);
    expect(String(stdout)).toBe('');
  });

  it('is the same bytes when it is made again, elsewhere', () => {
    const [again = ''] = pack(copyCheckout('elsewhere'), ['.']);
    expect(digestOf(again)).toBe(digestOf(waybill));
  });

  it('lists every package that it depends on or contains', () => {
    const { components, metadata, serialNumber } = JSON.parse(fileIn(waybill, 'sbom.cdx.json'));
    const named = components.map((each: { name: string; version: string }) =>
      [each.name, each.version].join('@'),
    );
    const { packages } = JSON.parse(readFileSync(join(ROOT, 'package-lock.json'), 'utf8'));
    const { dependencies } = JSON.parse(fileIn(waybill, 'package.json'));
    const needed = [...Object.keys(dependencies), ...Object.keys(VENDORED)].map(
      (name) => `${name}@${packages[`node_modules/${name}`].version}`,
    );
    expect(needed.filter((each) => !named.includes(each))).toEqual([]);
    expect([metadata.timestamp, serialNumber]).toEqual([undefined, undefined]);
  });
});

/** Prints how many names each of these modules exports. */
const IMPORTS = `
const names = ['@waybill/client', '@waybill/adapter-kit', 'waybill/adapter', 'waybill/adapter/kit',
  'waybill/adapter/sandbox', 'waybill/driver', ...process.argv.slice(1)];
for (const name of names) if (Object.keys(await import(name)).length === 0) throw new Error(name);
`;

describe.runIf(hasRegistry)('installed', () => {
  let folder = '';
  beforeAll(async () => {
    folder = await install('hub', [waybill]);
  });
  const run = (...args: readonly string[]) => {
    const { status, stdout, stderr } = spawnSync('npx', ['--no-install', 'waybill', ...args], {
      cwd: folder,
      encoding: 'utf8',
    });
    return { status, output: stdout + stderr };
  };

  it.each([
    '--help',
    'doctor',
    'mappings check',
    'detect 1Z999AA10123456784',
    'carrier list',
    'carrier new acme-post',
    'migrate',
  ])('waybill %s works', (command) => {
    expect(run(...command.split(' '))).toMatchObject({ status: 0 });
  });

  it.each(['this node', 'node@22', 'node@24'])(
    'starts with %s, moves a parcel and leaves nothing outside of its folder',
    async (version) => {
      const node = version === 'this node' ? process.execPath : await nodeOf(version);
      const home = mkdtempSync(join(work, 'home-'));
      const temporary = mkdtempSync(join(work, 'tmp-'));
      const data = join(folder, `data of ${version}`);
      const hub = launchHub(data, {
        command: [node, join(folder, 'node_modules/.bin/waybill'), 'start'],
        cwd: folder,
        env: { HOME: home, TMPDIR: temporary, WAYBILL_SANDBOX: 'on', WAYBILL_DEMO: 'on' },
      });
      try {
        const { url, api_key } = await hub.ready;
        const statuses = async () => {
          const answer = await fetch(new URL('/v1/shipments?tag=demo&limit=100', url), {
            headers: { authorization: `Bearer ${api_key}` },
          });
          const { data: parcels }: { data: { id: string; status: string }[] } = await answer.json();
          return new Map(parcels.map(({ id, status }) => [id, status]));
        };
        const before = await statuses();
        const waiting = [...before].filter(([, status]) => status === 'created').map(([id]) => id);
        expect(waiting).not.toEqual([]);
        await expect
          .poll(async () => {
            const now = await statuses();
            return waiting.some((id) => now.has(id) && now.get(id) !== 'created');
          })
          .toBe(true);
        const docs = ['/docs', '/docs/guides/carriers/ups', '/docs/images/console.webp'];
        for (const page of [...docs, '/console', '/driver', '/openapi.json']) {
          expect([page, (await fetch(new URL(page, url))).status]).toEqual([page, 200]);
        }
      } finally {
        hub.child.kill('SIGTERM');
      }
      expect(await hub.ended).toMatchObject({ how: 0 });
      expect([...readdirSync(home), ...readdirSync(temporary)]).toEqual([]);
    },
  );

  it('the other packages can be installed alone and beside it', async () => {
    const carriers = readdirSync(join(ROOT, 'packages/carriers'));
    const others = pack(checkout, [
      ...['adapter-kit', 'client', ...carriers.map((name) => `carriers/${name}`)].map(
        (name) => `./packages/${name}`,
      ),
    ]);
    const alone = await Promise.all(
      others.map((archive, index) => install(`alone-${index}`, [archive])),
    );
    for (const folder of alone) {
      expect(readdirSync(join(folder, 'node_modules'))).not.toContain('waybill');
    }
    for (const archive of others) {
      expect(
        pathsIn(archive).filter(
          (path) => /(?<!\.d)\.ts$/.test(path) && !path.startsWith('template/'),
        ),
      ).toEqual([]);
      expect(pathsIn(archive)).toContain('LICENSE');
    }
    const together = await install('together', [waybill, ...others]);
    const names = carriers.map((name) => `waybill-adapter-${name}`);
    const args = ['--input-type=module', '--eval', IMPORTS, ...names];
    const { stderr } = spawnSync(process.execPath, args, { cwd: together, encoding: 'utf8' });
    expect(stderr).toBe('');
  });
});

/** Installs Node.js from npm: what the package `node` fetches in its script. */
async function nodeOf(version: string): Promise<string> {
  const name = `node-${process.platform}-${process.arch}`;
  const folder = await install(version, [`${name}@${version.replace('node@', '')}`]);
  return join(folder, 'node_modules', name, 'bin/node');
}
