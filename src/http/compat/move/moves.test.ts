import { mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, expect, it } from 'vitest';
import type { Tenant } from '../../../kernel/tenant.ts';
import { NOT_MOVED } from './move-in.ts';
import { createMoves, type MovesDeps } from './moves.ts';
import { progressBefore, progressFile, writeProgress } from './progress-file.ts';

const data = mkdtempSync(path.join(os.tmpdir(), 'moves-'));
afterAll(() => rmSync(data, { recursive: true }));

const tenantOf = (merchantId: string): Tenant => ({ merchantId, mode: 'live' });
const CUT = { ...NOT_MOVED, moved: 100, cursor: 'trk_1' };
const FINISHED = { ...CUT, cursor: null, isFinished: true };

/** Moves without a database: no page of a service is ever read. */
function movesWith(get: MovesDeps['egress']['get']) {
  const tracking = { clock: { nowMs: () => 0 } } as MovesDeps['tracking'];
  const registry = {} as MovesDeps['registry'];
  return createMoves({ tracking, registry, egress: { get }, data, log: { error() {} } });
}
const unavailable = async () =>
  ({ kind: 'answer', status: 503, headers: {}, text: '', truncated: false }) as const;

it('continues only the move of the same key, whose account has these pages', async () => {
  const file = progressFile(data, tenantOf('a'), 'easypost');
  expect(await progressBefore(file, 'one')).toEqual(NOT_MOVED);
  await writeProgress(file, 'one', CUT);
  expect(await progressBefore(file, 'one')).toEqual(CUT);
  expect(await progressBefore(file, 'two')).toEqual(NOT_MOVED);
  await writeProgress(file, 'one', FINISHED);
  expect(await progressBefore(file, 'one')).toEqual(NOT_MOVED);
});

it('shows the move that was cut, after a restart of the hub', async () => {
  const tenant = tenantOf('b');
  const moves = movesWith(unavailable);
  expect(await moves.find(tenant)).toBeNull();
  await writeProgress(progressFile(data, tenant, 'easypost'), 'k', FINISHED);
  expect(await moves.find(tenant)).toMatchObject({ service: 'easypost', isRunning: false });
  await writeProgress(progressFile(data, tenant, 'aftership'), 'k', CUT);
  expect(await moves.find(tenant)).toMatchObject({ service: 'aftership', progress: CUT });
});

it('ends moves when the hub stops, without a fault, and starts none any more', async () => {
  let moves = movesWith(unavailable);
  const called = new Promise<void>((resolve) => {
    moves = movesWith(async () => {
      resolve();
      return unavailable();
    });
  });
  const wanted = { service: 'easypost', key: 'k', isDryRun: false } as const;
  expect(await moves.start(tenantOf('c'), wanted)).toBe(true);
  expect(await moves.start(tenantOf('c'), wanted)).toBe(false);
  await called;
  await moves.stop();
  expect(await moves.find(tenantOf('c'))).toMatchObject({ isRunning: false, fault: null });
  expect(await moves.start(tenantOf('d'), wanted)).toBe(false);
});
