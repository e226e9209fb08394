import { execFileSync, spawnSync } from 'node:child_process';
import { closeSync, ftruncateSync, mkdtempSync, openSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import {
  expectInTimelines,
  type PushedParcel,
  registerParcels,
} from '../support/drills/push-load.ts';
import { fedexPush, minuteScan, PUSH_SECRET, pushHeaders } from '../support/fedex-push.ts';
import { type RunningHub, startHub } from '../support/hubs/hub-process.ts';

/** A separate disk for the data folder: room for the hub, and soon full. */
const DISK = 'size=400m,mode=0700';
const BLOCK = Buffer.alloc(65_536);
/** Pages that PostgreSQL has already reserved take some pushes after the disk is full. */
const PUSHES_MAX = 5_000;
/** Failures are reported for a minute after the last. */
const RECOVERY = { timeout: 150_000, interval: 500 };

const disk = mkdtempSync(join(tmpdir(), 'waybill-full-disk-'));
const mounted = spawnSync('mount', ['-t', 'tmpfs', '-o', DISK, 'tmpfs', disk], {
  encoding: 'utf8',
});
if (mounted.status !== 0) {
  const why = mounted.stderr?.trim() || mounted.error?.message;
  process.stderr.write(`SKIPPED: a full disk: no file system can be mounted here (${why})\n`);
}

afterAll(async () => {
  // The killed hub's other processes end by themselves, a moment later.
  if (mounted.status === 0) {
    await vi.waitFor(() => execFileSync('umount', [disk], { stdio: 'ignore' }), RECOVERY);
  }
  rmSync(disk, { recursive: true, force: true });
});

describe.skipIf(mounted.status !== 0)('a hub whose disk is full', () => {
  let hub: RunningHub;
  let parcel: PushedParcel;
  let scans = 0;
  let filler: number;

  beforeAll(async () => {
    hub = await startHub(join(disk, 'data'), { WAYBILL_WEBHOOK_SECRET_FEDEX: PUSH_SECRET });
    const [registered] = await registerParcels(hub.url, { from: 1, count: 1 });
    if (registered === undefined) throw new Error('no parcel was registered');
    parcel = registered;
    filler = openSync(join(disk, 'filler'), 'w');
  });
  afterAll(async () => {
    closeSync(filler);
    await hub.kill();
  });

  /** The response status of a push; acknowledged ones are recorded. */
  const push = async (): Promise<number> => {
    const scan = minuteScan(scans);
    scans += 1;
    const body = fedexPush({ number: parcel.number, scans: [scan] });
    const request = { method: 'POST', headers: pushHeaders(body), body };
    const { status } = await fetch(new URL('/webhooks/carrier/fedex', hub.url), request);
    if (status === 200) parcel.acknowledged.add(scan.date.slice(0, 19));
    return status;
  };
  const readyz = async () => {
    const answer = await fetch(new URL('/readyz', hub.url));
    const { status, degraded } = (await answer.json()) as { status: string; degraded: string[] };
    return { status, text: degraded.join('\n') };
  };

  it('is degraded while little space is left, before anything fails', async () => {
    expect(await push()).toBe(200);
    const { status, text } = await readyz();
    expect(status).toBe('degraded');
    expect(text).toMatch(/^disk space: 0\.\d GiB free for /m);
    expect(text).not.toContain('writes:');
  });

  it('reports it while pushes are refused', async () => {
    fill(filler);
    let status = 200;
    for (let n = 0; n < PUSHES_MAX && status === 200; n += 1) {
      status = await push();
      fill(filler);
    }
    expect(status).toBe(503);
    const said = await readyz();
    expect(said.status).not.toBe('ready');
    expect(said.text).toMatch(/^writes: failed within the last minute, because the d/m);
  });

  it('recovers automatically when there is space again, and has lost nothing', async () => {
    ftruncateSync(filler, 0);
    await vi.waitFor(async () => expect(await push()).toBe(200), RECOVERY);
    await vi.waitFor(async () => expect((await readyz()).text).not.toContain('writes:'), RECOVERY);
    await expectInTimelines(hub.url, [parcel]);
  });
});

/** Writes until nothing more fits. */
function fill(file: number): void {
  for (const size of [BLOCK.length, 4_096]) {
    try {
      for (;;) writeSync(file, BLOCK, 0, size);
    } catch (error) {
      if (!(error instanceof Error && Reflect.get(error, 'code') === 'ENOSPC')) throw error;
    }
  }
}
