import { existsSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { changePackages } from './change-packages.ts';

let data = '';
let complaints: string[] = [];
const complain = (line: string) => void complaints.push(line);
beforeEach(() => {
  data = mkdtempSync(join(tmpdir(), 'waybill-changes-'));
  complaints = [];
});
afterEach(() => rmSync(data, { recursive: true, force: true }));

it('refuses a second change while one runs, and says which process makes it', async () => {
  const first = await changePackages(data, complain, async () => {
    const second = await changePackages(data, complain, async () => 0);
    expect(second).toBe(3);
    expect(complaints).toEqual([expect.stringContaining(`process ${process.pid}`)]);
    return 0;
  });
  expect(first).toBe(0);
  expect(await changePackages(data, complain, async () => 7)).toBe(7);
});

it('allows the next change after one that failed', async () => {
  const failing = changePackages(data, complain, () => Promise.reject(new Error('no')));
  await expect(failing).rejects.toThrow('no');
  expect(await changePackages(data, complain, async () => 0)).toBe(0);
});

it('removes what a killed command left behind, before the change', async () => {
  const leftover = join(data, 'carriers', '.new-abcdef');
  mkdirSync(join(leftover, 'node_modules'), { recursive: true });
  await changePackages(data, complain, async () => {
    expect(existsSync(leftover)).toBe(false);
    return 0;
  });
});
