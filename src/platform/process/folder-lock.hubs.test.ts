import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { FolderBusy, findLockHolder, lockFolder } from './folder-lock.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(path.join(os.tmpdir(), 'waybill-lock-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

const LOCK_MODULE = new URL('./folder-lock.ts', import.meta.url).href;

/** Another process that acquires the lock, reports it and stays. */
async function lockElsewhere(at: string): Promise<{ pid: number; kill: () => Promise<void> }> {
  const code = `const { lockFolder } = await import(${JSON.stringify(LOCK_MODULE)});
    await lockFolder(${JSON.stringify(at)}); console.log('held'); setInterval(() => {}, 1000);`;
  const child = spawn(process.execPath, ['--import', 'tsx', '--input-type=module', '-e', code], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  await once(child.stdout, 'data');
  return {
    pid: child.pid ?? 0,
    async kill() {
      const gone = once(child, 'exit');
      child.kill('SIGKILL');
      await gone;
    },
  };
}

test('a folder held by another process is refused, and the message names that process', async () => {
  const other = await lockElsewhere(folder);
  try {
    const refusal = await lockFolder(folder).catch((error: unknown) => error);
    expect(refusal).toBeInstanceOf(FolderBusy);
    expect(String(refusal)).toContain(`process ${other.pid}, started 20`);
    expect((await findLockHolder(folder))?.pid).toBe(other.pid);
  } finally {
    await other.kill();
  }
});

test('after kill -9 of the holder the folder is free at once', async () => {
  const other = await lockElsewhere(folder);
  await other.kill();
  expect(await findLockHolder(folder)).toBeNull();
  const lock = await lockFolder(folder);
  lock.release();
});

test('of many who start at once exactly one gets the folder', async () => {
  for (let round = 0; round < 20; round += 1) {
    const tries = await Promise.allSettled(Array.from({ length: 8 }, () => lockFolder(folder)));
    const locks = tries.flatMap((one) => (one.status === 'fulfilled' ? [one.value] : []));
    expect(locks).toHaveLength(1);
    const others = tries.flatMap((one): unknown[] =>
      one.status === 'rejected' ? [one.reason] : [],
    );
    expect(others.every((reason) => reason instanceof FolderBusy)).toBe(true);
    for (const lock of locks) lock.release();
  }
});

test('a released folder can be locked again and has no leftovers', async () => {
  (await lockFolder(folder)).release();
  (await lockFolder(folder)).release();
  expect(readdirSync(path.join(folder, 'lock'))).toEqual([]);
  expect(await findLockHolder(folder)).toBeNull();
});

test('foreign files in the lock folder are no claims', async () => {
  mkdirSync(path.join(folder, 'lock'));
  writeFileSync(path.join(folder, 'lock', 'README.sock'), '');
  (await lockFolder(folder)).release();
});

test('works in a folder whose path is too long for a socket', async () => {
  const deep = path.join(folder, 'a'.repeat(100), 'b'.repeat(60));
  mkdirSync(deep, { recursive: true });
  const lock = await lockFolder(deep);
  await expect(lockFolder(deep)).rejects.toThrow(FolderBusy);
  lock.release();
  expect(await findLockHolder(deep)).toBeNull();
});
