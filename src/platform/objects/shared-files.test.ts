import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { openBlobs } from '../blobs.ts';
import { manualTimers } from '../work/test-timers.ts';
import { openFolderStore } from './folder-store.ts';
import { ObjectStoreUnavailable } from './object-store.ts';
import { shareFiles } from './shared-files.ts';

const timers = manualTimers();
const error = vi.fn();
const present = new Set<number>();
const query = async () => ({ rows: [...present].map((session) => [session]) });
let root: string;
beforeEach(() => {
  root = mkdtempSync(path.join(os.tmpdir(), 'waybill-shared-'));
  present.clear();
});
afterEach(() => rmSync(root, { recursive: true }));

/** A process that has begun to use the folder. */
async function start(session: number, name: string) {
  const folder = path.join(root, name);
  const shared = await shareFiles(machinesOf(session, folder, null), timers);
  if (shared === null) throw new Error('not watched');
  return { shared, blobs: openBlobs({ store: openFolderStore({ folder }), shared }) };
}

function machinesOf(session: number, folder: string, s3: object | null) {
  const machines = {
    config: { databaseUrl: 'postgres://db', roles: ['api'], s3, objects: folder },
    database: { pipeline: { query } },
    listener: { session, show: async () => present.add(session) },
    log: { error },
    shutdown: { onStop() {} },
  };
  return machines as never;
}

it('a process with a folder stores nothing beside one with a bucket, which needs no folder', async () => {
  const { shared, blobs } = await start(1, 'a');
  expect(await shareFiles(machinesOf(2, path.join(root, 'b'), {}), timers)).toBeNull();
  await shared.check();
  timers.advance(30_000);
  await shared.check();
  expect(() => blobs.assertStorable()).toThrow(ObjectStoreUnavailable);
  expect(readdirSync(root)).toEqual(['a']);
});

it('a process that is alone, or shares the folder with others, is never in trouble', async () => {
  await start(7, 'a');
  present.delete(7);
  const one = await start(1, 'a');
  expect(one.shared.trouble()).toBeNull();
  const two = await start(2, 'a');
  await one.shared.check();
  expect([one.shared.trouble(), two.shared.trouble()]).toEqual([null, null]);
  expect(readdirSync(path.join(root, 'a/.processes'))).toEqual(['1', '2']);
});

it('processes with different folders store nothing after half a minute, until one has ended', async () => {
  const { shared, blobs } = await start(1, 'a');
  await start(2, 'b');
  await shared.check();
  const key = '0'.repeat(64);
  const photo = Buffer.from('photo');
  timers.advance(29_999);
  await shared.check();
  expect(shared.trouble()).toContain('not known yet');
  await blobs.put(photo);
  // It may be in the other folder.
  await expect(blobs.get(key)).rejects.toThrow(ObjectStoreUnavailable);
  timers.advance(1);
  await shared.check();
  expect(shared.trouble()).toContain('set S3_BUCKET, or WAYBILL_OBJECTS');
  expect(error).toHaveBeenCalledWith(shared.trouble());
  await expect(blobs.put(photo)).rejects.toThrow(ObjectStoreUnavailable);
  expect(() => blobs.assertStorable()).toThrow(ObjectStoreUnavailable);
  present.delete(2);
  await shared.check();
  expect([shared.trouble(), await blobs.get(key)]).toEqual([null, null]);
  await blobs.put(photo);
});
