import { mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import type { TestProject } from 'vitest/node';

/**
 * vitest's globalSetup: creates a folder in which one run caches what hubs read from their files
 * (cached-results.ts), as an installation does from one start to the next. It is deleted when the
 * run ends. Watch mode has no cache, because the code that reads the files may change.
 */
export function setup(project: TestProject): () => void {
  if (project.vitest.config.watch) return () => {};
  const folder = mkdtempSync(path.join(os.tmpdir(), 'waybill-kept-'));
  process.env['WAYBILL_TEST_KEPT'] = folder;
  return () => rmSync(folder, { recursive: true, force: true });
}
