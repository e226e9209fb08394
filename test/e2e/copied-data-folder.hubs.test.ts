import { execFileSync } from 'node:child_process';
import { mkdtempSync, renameSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { parcelNumber } from '../support/fedex-push.ts';
import { callApi, type RunningHub, startHub } from '../support/hubs/hub-process.ts';
import { runVerb } from '../support/hubs/waybill-verb.ts';

const home = mkdtempSync(join(tmpdir(), 'waybill-copied-'));
const data = join(home, 'data');
const copy = join(home, 'copy');
const ids: string[] = [];
let hub: RunningHub;

beforeAll(async () => {
  hub = await startHub(data);
});
afterAll(async () => {
  await hub.kill();
  rmSync(home, { recursive: true, force: true, maxRetries: 20, retryDelay: 100 });
});

const register = async () => {
  const body = { carrier: 'fedex', tracking_number: parcelNumber(ids.length) };
  ids.push((await callApi<{ id: string }>(hub.url, 'POST', '/v1/shipments', body)).id);
};
const expectAll = async () => {
  for (const id of ids) await callApi(hub.url, 'GET', `/v1/shipments/${id}`);
};
const cp = (from: string, to: string) => execFileSync('cp', ['-a', from, to]);

it('a hub refuses a data folder that was copied while its hub was running, and says what to do', async () => {
  await register();
  cp(data, copy);
  await register();
  for (const verb of [['start'], ['backup', join(home, 'backups')]]) {
    const { how, stderr } = await runVerb(copy, verb);
    expect([verb, how]).toEqual([verb, 1]);
    expect(stderr).toContain('was copied while its hub was running');
    expect(stderr).toContain('`waybill backup`');
  }
  // The original is untouched.
  await expectAll();
});

it('it also does where the original was, and the original continues after a kill', async () => {
  await hub.kill();
  renameSync(data, join(home, 'original'));
  renameSync(copy, data);
  const { how, stderr } = await runVerb(data, ['start']);
  expect([how, stderr]).toEqual([
    1,
    expect.stringContaining('was copied while its hub was running'),
  ]);
  rmSync(data, { recursive: true });
  renameSync(join(home, 'original'), data);
  hub = await startHub(data);
  await expectAll();
});

it('a copy of a stopped hub is a separate hub, beside the original', async () => {
  await hub.stop();
  cp(data, copy);
  hub = await startHub(data);
  const other = await startHub(copy);
  await register();
  const original = hub;
  try {
    hub = other;
    const [id] = ids.slice(-1);
    await expect(callApi(hub.url, 'GET', `/v1/shipments/${id}`)).rejects.toThrow('404');
    ids.pop();
    await expectAll();
  } finally {
    hub = original;
    await other.stop();
  }
  await expectAll();
});
