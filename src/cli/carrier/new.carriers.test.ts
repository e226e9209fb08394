import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { compilePackage } from '../../../test/support/example-package.ts';
import { lockFolder } from '../../platform/process/folder-lock.ts';
import { carrierNew } from './new.ts';
import { carrierTest } from './run-checks.ts';

const ROOT = fileURLToPath(new URL('../../..', import.meta.url));
/** The command of docs/integrators.md, in a checkout. */
const COMMAND = 'npx waybill carrier new acme-post';
const NAME = COMMAND.split(' ').at(-1) ?? '';

let folder = '';
let lines: string[] = [];
const write = (line: string) => void lines.push(line);

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'waybill-carrier-new-'));
  lines = [];
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

function make(name: string, asPackage = false) {
  return carrierNew({ name, folder: null, asPackage }, folder, {}, write, write);
}

describe('carrier new', () => {
  it('says that a hub which runs here has to be restarted, and nothing of it where none runs', async () => {
    const data = join(folder, 'data');
    const beside = (name: string) =>
      carrierNew(
        { name, folder: null, asPackage: true },
        ...([folder, { WAYBILL_DATA: data }, write, write] as const),
      );
    expect(await beside('first-post')).toBe(0);
    expect(lines.join('\n')).not.toContain('restart');
    const lock = await lockFolder(data);
    expect(await beside('second-post')).toBe(0);
    lock.release();
    expect(lines.at(-1)).toMatch(/A hub is running here \(process \d+\): .*restart it/);
  });

  it.each(['Acme', 'acme_post', '-acme', '../acme', 'template', 'sdk', 'docs', 'x'.repeat(41), ''])(
    'refuses the name "%s", and writes nothing',
    async (name) => {
      expect(await make(name)).toBe(2);
      expect(lines.join()).toContain('cannot be a carrier');
      expect(existsSync(join(folder, name.toLowerCase() || 'nothing'))).toBe(false);
    },
  );

  it('takes no name that a carrier of this installation has, in whichever folder', async () => {
    for (const asPackage of [true, false]) {
      expect(await make('sandbox', asPackage)).toBe(2);
      expect(lines.splice(0).join()).toContain('already exists in this installation');
    }
    const args = { name: 'sandbox', folder: 'elsewhere', asPackage: true };
    expect(await carrierNew(args, folder, {}, write, write)).toBe(2);
    expect(readdirSync(folder)).toEqual([]);
  });

  it('reports a broken installed package too', async () => {
    const env = { WAYBILL_ADAPTERS: 'no-such-package-anywhere' };
    const args = { name: 'sandbox', folder: null, asPackage: true };
    expect(await carrierNew(args, folder, env, write, write)).toBe(2);
    expect(lines.join()).toContain('already');
  });

  it('overwrites nothing that is there', async () => {
    mkdirSync(join(folder, NAME));
    writeFileSync(join(folder, NAME, 'notes.txt'), 'mine');
    expect(await make(NAME)).toBe(2);
    expect(lines.join()).toContain('already exists');
    expect(existsSync(join(folder, NAME, 'index.ts'))).toBe(false);
  });

  it('writes a folder and a mapping into a checkout, named throughout', async () => {
    mkdirSync(join(folder, 'src', 'adapters', 'contract'), { recursive: true });
    writeFileSync(join(folder, 'src', 'adapters', 'contract', 'contract.ts'), '');
    expect(await make(NAME)).toBe(0);
    const text = (path: string) => readFileSync(join(folder, path), 'utf8');
    expect(text(`src/adapters/${NAME}/manifest.ts`)).toContain("displayName: 'Acme Post'");
    expect(text(`config/carrier-mappings/${NAME}.yaml`)).toContain(`carrier: ${NAME}`);
    expect(text(`src/adapters/${NAME}/README.md`)).toContain('WAYBILL_WEBHOOK_SECRET_ACME_POST');
    expect(existsSync(join(folder, 'src', 'adapters', NAME, 'mapping.yaml'))).toBe(false);
    const written = lines.filter((line) => !line.startsWith('\n')).map(text);
    expect(written.filter((each) => /template/i.test(each))).toEqual([]);
  });

  // It waits for a whole compilation.
  it('writes a package that compiles and passes the kit at bronze', {
    timeout: 180_000,
  }, async () => {
    expect(await make(NAME, true)).toBe(0);
    const root = join(folder, NAME);
    const args = { wanted: root, json: true, level: 'bronze', write: false } as const;
    lines = [];
    const code = await carrierTest(args, process.env, write, () => {});
    expect(JSON.parse(lines[0] ?? '')).toMatchObject({
      carrier: NAME,
      level: 'bronze',
      capabilities: ['pull', 'push'],
      // The parts that only a person can write are still missing; everything that can be run
      // passes.
      failing: [
        'docs.readme',
        'docs.sources',
        'docs.fixtures',
        'coverage.reviewed',
        'docs.retention',
      ],
    });
    expect(code).toBe(0);
    mkdirSync(join(root, 'node_modules'));
    symlinkSync(ROOT, join(root, 'node_modules', 'waybill'));
    symlinkSync(join(ROOT, 'node_modules', '@types'), join(root, 'node_modules', '@types'));
    expect(compilePackage(root)).toEqual({ status: 0, stdout: '' });
  });
});
