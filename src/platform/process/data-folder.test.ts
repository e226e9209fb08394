import { chmodSync, mkdirSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { openDataFolder } from './data-folder.ts';

let parent: string;
beforeEach(() => {
  parent = mkdtempSync(path.join(os.tmpdir(), 'waybill-data-'));
});
afterEach(() => rmSync(parent, { recursive: true }));

test('a file in place of the folder is rejected with what to fix', async () => {
  const file = path.join(parent, 'data');
  writeFileSync(file, '');
  await expect(openDataFolder(file)).rejects.toThrow(/cannot be used.*Set WAYBILL_DATA/);
  await expect(openDataFolder(path.join(file, 'below'))).rejects.toThrow(/cannot be used/);
});

test.skipIf(process.getuid?.() === 0)('a folder we may not write to is refused', async () => {
  const folder = path.join(parent, 'data');
  mkdirSync(folder);
  chmodSync(folder, 0o500);
  await expect(openDataFolder(folder)).rejects.toThrow(/may not write/);
});

test('is made for this account only, and closed to others when it was open', async () => {
  const folder = path.join(parent, 'a', 'data');
  (await openDataFolder(folder)).release();
  expect(statSync(folder).mode & 0o777).toBe(0o700);
  chmodSync(folder, 0o755);
  (await openDataFolder(folder)).release();
  expect(statSync(folder).mode & 0o777).toBe(0o700);
});
