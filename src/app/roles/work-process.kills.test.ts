import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { queriedFamilies } from '../../../test/support/deploy/monitoring.ts';
import {
  fedexPush,
  minuteScan,
  PUSH_SECRET,
  parcelNumber,
  pushHeaders,
} from '../../../test/support/fedex-push.ts';
import { isAlive } from '../../platform/postgres/processes.ts';
import { readConfig } from '../../platform/settings/config.ts';
import { type HubProcess, launchHub } from '../start-testing.ts';
import { rolesOfWorkProcess } from './work-process.ts';

vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 });

const KEY = 'wb_test_work_process_not_a_secret';
let data: string;
let hub: HubProcess;
let url: string;

async function start(): Promise<void> {
  hub = launchHub(data, {
    env: { WAYBILL_WEBHOOK_SECRET_FEDEX: PUSH_SECRET, WAYBILL_BOOTSTRAP_KEY: KEY },
  });
  ({ url } = await hub.ready);
}

beforeAll(async () => {
  data = mkdtempSync(join(tmpdir(), 'waybill-child-'));
  await start();
});
afterAll(async () => {
  hub.child.kill('SIGTERM'); // has no effect on one that has ended
  await hub.ended;
  rmSync(data, { recursive: true, force: true, maxRetries: 20, retryDelay: 100 });
});

/** Returns the pid of the working process, from its own metrics once it runs. */
async function workingPid(otherThan = 0): Promise<number> {
  return vi.waitFor(
    async () => {
      expect(await figures()).toContain('process_cpu_seconds_total{process="work"}');
      const pids = [...(hub.log().matchAll(/"pid":(\d+),"process":"work"/g) ?? [])];
      const pid = Number(pids.at(-1)?.[1]);
      expect(pid).not.toBe(otherThan);
      expect(isAlive(pid)).toBe(true);
      return pid;
    },
    { timeout: 60_000, interval: 200 },
  );
}

async function figures(): Promise<string> {
  return (await fetch(`${url}/metrics`)).text();
}

async function push(parcel: number): Promise<number> {
  const body = fedexPush({ number: parcelNumber(parcel), scans: [minuteScan(1)] });
  const headers = pushHeaders(body);
  return (await fetch(`${url}/webhooks/carrier/fedex`, { method: 'POST', headers, body })).status;
}

async function waiting(): Promise<number> {
  return Number(/^waybill_inbound_messages_waiting (\d+)/m.exec(await figures())?.[1]);
}

const untilRead = () =>
  vi.waitFor(async () => expect(await waiting()).toBe(0), { timeout: 60_000, interval: 200 });

describe('a hub that answers and works', () => {
  test('is ready only when the process that works has begun', async () => {
    const lines = await vi.waitFor(() => {
      const found = hub.log().split('\n');
      expect(found.some((line) => line.includes('"msg":"ready"'))).toBe(true);
      return found;
    });
    const at = (text: string) => lines.findIndex((line) => line.includes(text));
    expect(at('child process is running')).toBeGreaterThan(-1);
    expect(at('child process is running')).toBeLessThan(at('"msg":"ready"'));
  });

  test('works in a process next to the answering one, and reports its metrics', async () => {
    const pid = await workingPid();
    expect(pid).not.toBe(hub.child.pid);
    expect(await push(1)).toBe(200);
    await untilRead();
    const text = await figures();
    expect(text).toMatch(/^waybill_ingest_lag_seconds_count [1-9]/m);
    const families = [...text.matchAll(/^# TYPE (\S+)/gm)].map(([, name]) => name);
    expect(new Set(families).size).toBe(families.length);
    const queried = await queriedFamilies();
    expect(queried.filter((name) => !families.includes(name))).toEqual([]);
  });

  test.runIf(existsSync('/proc/self/autogroup'))(
    'works in a session of lower priority than that of the process which answers',
    async () => {
      const niceOf = (pid: number | undefined) =>
        Number(readFileSync(`/proc/${pid}/autogroup`, 'utf8').split(' nice ')[1]);
      expect(niceOf(await workingPid())).toBe(niceOf(hub.child.pid) + 1);
    },
  );

  test('continues to accept pushes when the working process dies, and it returns for them', async () => {
    const pid = await workingPid();
    process.kill(pid, 'SIGKILL');
    await vi.waitFor(() =>
      expect(hub.log()).toContain('exited unexpectedly and is being restarted'),
    );
    expect(await push(2)).toBe(200);
    const { status, degraded } = await (await fetch(`${url}/readyz`)).json();
    expect({ status, degraded }).toEqual({
      status: 'degraded',
      degraded: ['work: the background process has exited and is being restarted'],
    });
    await workingPid(pid);
    await untilRead();
  });

  test('takes the working process along when it is killed without a word', async () => {
    const pid = await workingPid();
    hub.child.kill('SIGKILL');
    await hub.ended;
    await vi.waitFor(() => expect(isAlive(pid)).toBe(false), { timeout: 10_000 });
    await start();
  });

  test('stops the working process with it, and all of it in order', async () => {
    const pid = await workingPid();
    hub.child.kill('SIGTERM');
    const { how } = await hub.ended;
    expect({ how, alive: isAlive(pid) }).toEqual({ how: 0, alive: false });
  });
});

test('only a hub that also answers has a work process, unless it is configured without one', () => {
  const workRoles = (env: Record<string, string>) => rolesOfWorkProcess(readConfig(env));
  expect(workRoles({})).toEqual(['worker', 'poller']);
  expect(workRoles({ WAYBILL_WORK_PROCESS: 'off' })).toEqual([]);
  expect(workRoles({ WAYBILL_ROLES: 'worker,poller' })).toEqual([]);
  expect(workRoles({ WAYBILL_ROLES: 'webhooks,worker' })).toEqual(['worker']);
  expect(workRoles({ WAYBILL_ROLES: 'webhooks' })).toEqual([]);
});
