import { mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import type { TestProject } from 'vitest/node';

/**
 * vitest's globalSetup: a folder in which one run keeps what hubs read of their files
 * (cached-results.ts), as an installation does from one start to the next. It is thrown away when the
 * run ends. A run that watches has none: what reads the files may change while it lasts.
 */
export function setup(project: TestProject): () => void {
  if (project.vitest.config.watch) return () => {};
  const folder = mkdtempSync(path.join(os.tmpdir(), 'waybill-kept-'));
  process.env['WAYBILL_TEST_KEPT'] = folder;
  return () => rmSync(folder, { recursive: true, force: true });
}
