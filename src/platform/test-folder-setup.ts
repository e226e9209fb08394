import { accessSync, chmodSync, constants, mkdtempSync, rmSync, statfsSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import type { TestProject } from 'vitest/node';

/** Linux's file system in memory. */
const IN_MEMORY = '/dev/shm';
/** A run uses 3 GB at most: the databases, browsers' profiles and data folders of a few files at a time. */
const IN_MEMORY_BYTES_MIN = 8 * 1024 ** 3;

/**
 * vitest's globalSetup: creates the folder of a run, deleted when it ends, in which all processes put
 * their temporary files: in memory if there is room. To copy a hub's files takes 0.08 s of processor
 * time there, and up to 1.2 s on a disk. `WAYBILL_TEST_DISK` is the usual place for such files.
 *
 * The folder also caches what hubs read from their files (cached-results.ts), as an installation does
 * from one start to the next. Watch mode has no cache, because the code that reads the files may change.
 */
export function setup(project: TestProject): () => void {
  process.env['WAYBILL_TEST_DISK'] = os.tmpdir();
  const folder = mkdtempSync(path.join(isRoomInMemory() ? IN_MEMORY : os.tmpdir(), 'wb-'));
  // Servers run under accounts of their own.
  chmodSync(folder, 0o711);
  process.env['TMPDIR'] = folder;
  if (!project.vitest.config.watch)
    process.env['WAYBILL_TEST_KEPT'] = mkdtempSync(`${folder}/kept-`);
  return () => rmSync(folder, { recursive: true, force: true });
}

function isRoomInMemory(): boolean {
  try {
    accessSync(IN_MEMORY, constants.W_OK);
    const { bavail, bsize } = statfsSync(IN_MEMORY);
    return bavail * bsize >= IN_MEMORY_BYTES_MIN;
  } catch {
    return false;
  }
}
