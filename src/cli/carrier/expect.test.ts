import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { carrierExpect } from './expect.ts';
import { carrierNew } from './new.ts';

const silent = (): void => undefined;
let home = '';
let folder = '';
beforeEach(async () => {
  home = mkdtempSync(join(tmpdir(), 'waybill-expect-'));
  folder = join(home, 'acme-post');
  const args = { name: 'acme-post', folder, asPackage: true };
  await carrierNew(args, home, {}, silent, silent);
  writeFileSync(join(folder, 'fixtures/error-gateway.json'), '<html>no</html>\n');
});
afterEach(() => rmSync(home, { recursive: true, force: true }));

async function expectOf(cases: readonly string[], httpStatus: number | null = null) {
  const said: string[] = [];
  const write = (line: string): void => void said.push(line);
  const noted: string[] = [];
  const note = (line: string): void => void noted.push(line);
  await carrierExpect({ wanted: folder, cases, kind: null, httpStatus }, write, note);
  expect(noted).toEqual([expect.stringContaining('its code runs here with all your rights')]);
  return said;
}

const expectation = (): unknown =>
  JSON.parse(readFileSync(join(folder, 'fixtures/error-gateway.expected.json'), 'utf8'));

it('says as what a case was read', async () => {
  expect(await expectOf([])).toEqual(['error-gateway: unreadable (a pull, status 200)']);
});

it('takes a status that is named over the one of the expectation, and keeps it from then on', async () => {
  await expectOf([]);
  expect(await expectOf(['error-gateway'], 401)).toEqual([
    'error-gateway: auth_error (a pull, status 401)',
  ]);
  expect(await expectOf(['error-gateway'])).toEqual([
    'error-gateway: auth_error (a pull, status 401)',
  ]);
  expect(expectation()).toMatchObject({ http_status: 401, outcome: { outcome: 'auth_error' } });
});
