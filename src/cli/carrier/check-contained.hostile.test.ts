import {
  appendFileSync,
  cpSync,
  mkdirSync,
  mkdtempSync,
  realpathSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { buildExamplePackage } from '../../../test/support/example-package.ts';
import { bundlePackage } from '../../adapters/index.ts';
import { openTestBundle } from '../../platform/process/test-bundle.ts';
import { bundleKit } from './adapter-kit.ts';
import { type CheckOptions, checkContained } from './check-contained.ts';

/** Longer than the command allows: other tests may have the processors. */
const TIMEOUT_MS = 300_000;

let home = '';
let kit = '';
beforeAll(async () => {
  home = realpathSync(mkdtempSync(join(tmpdir(), 'waybill-checks-')));
  await openTestBundle();
  buildExamplePackage(join(home, 'built'));
  kit = await bundleKit(home, () => Promise.reject(new Error('the kit is complete here')));
});
afterAll(() => rmSync(home, { recursive: true, force: true }));

/** Checks the built example with code at the end of a module. */
async function check(
  code: string,
  {
    files = {} as Record<string, string>,
    ...options
  }: CheckOptions & { files?: Record<string, string> } = {},
) {
  const folder = mkdtempSync(join(home, 'package-'));
  cpSync(join(home, 'built'), folder, { recursive: true });
  mkdirSync(join(folder, 'fixtures', 'extras'));
  for (const [path, text] of Object.entries(files)) writeFileSync(join(folder, path), text);
  appendFileSync(join(folder, 'index.js'), `\n${code}\n`);
  const entry = join(folder, 'index.js');
  const verdict = await checkContained(
    { kit, script: await bundlePackage(entry), sandbox: null, entry, folder },
    { timeoutMs: TIMEOUT_MS, ...options },
  );
  if (verdict.kind === 'failed') return verdict.message;
  const failing = verdict.card.checks.filter(
    ({ level, state }) => (level === 'bronze' || level === 'silver') && state === 'fail',
  );
  return { level: verdict.card.level, failing: failing.map(({ id }) => id) };
}

describe('the checks of a package', () => {
  it('rate it up to silver', async () => {
    expect(await check('')).toEqual({ level: 'silver', failing: [] });
  });

  it.each([
    ['reads a file', 'require("node:fs").readFileSync("/etc/passwd");', /cannot import node:fs/],
    [
      'writes beside itself',
      'require("node:fs").writeFileSync(__dirname + "/x", "");',
      /cannot import/,
    ],
    ['starts a process', 'require("node:child_process").execSync("true");', /cannot import/],
    ['opens a socket', 'require("node:net").connect(80);', /cannot import node:net/],
    ['takes 1 GB', 'globalThis.all = Buffer.alloc(2 ** 31 - 1, 1);', /allocation failed|ended/],
    ['ends its process', 'process.exit(0);', /ended: exit code 0/],
  ])('refuse one that %s', async (_what, code, message) => {
    expect(await check(code)).toMatch(message);
  });

  it('end one that never returns', async () => {
    expect(await check('for (;;);', { timeoutMs: 3_000 })).toMatch(/ended: it took too long/);
  });

  it('end at once if they were interrupted before they began', async () => {
    const interrupted = AbortSignal.abort();
    expect(await check('for (;;);', { interrupted })).toMatch(/the process of the checks ended/);
  });

  it('are not begun if it includes files from outside in its bundle', async () => {
    const folder = mkdtempSync(join(home, 'package-'));
    const secret = join(home, 'secret.json');
    writeFileSync(secret, '"secret"');
    const entry = join(folder, 'index.js');
    writeFileSync(
      entry,
      `import secret from ${JSON.stringify(secret)}; export const adapter = secret;`,
    );
    await expect(bundlePackage(entry, { within: [folder] })).rejects.toThrow('outside the package');
    expect(await bundlePackage(entry)).toContain('secret');
  });

  it('show it no environment, and look at code among the fixtures, too', async () => {
    const evil = 'import { randomInt } from "node:crypto"; export const evil = () => randomInt(9);';
    const code = `import { evil } from "./fixtures/extras/evil.js";
      if (Object.keys(process.env).length > 1) throw evil();`;
    const files = { 'fixtures/extras/evil.js': evil };
    expect(await check(code, { files })).toEqual({ level: null, failing: ['purity.imports'] });
  });
});
