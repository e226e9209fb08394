import { get } from 'node:http';
import { afterEach, describe, expect, it } from 'vitest';
import { manualClock, systemClock } from '../../platform/clock.ts';
import { sandboxClock } from './clock.ts';
import { type RunningSandbox, type SandboxServerOptions, startSandbox } from './server.ts';
import { AUTHORIZED, testCarrier } from './test-carrier.ts';

const START_MS = Date.UTC(2026, 2, 1, 9);
let running: RunningSandbox | null = null;

afterEach(async () => {
  await running?.stop();
  running = null;
});

async function start(more: Partial<SandboxServerOptions> = {}): Promise<RunningSandbox> {
  running = await startSandbox({
    carriers: [testCarrier],
    clock: sandboxClock(manualClock(START_MS), { speed: 0 }),
    rates: { acme: [] },
    ...more,
  });
  return running;
}

async function control(method: string, path: string, body?: unknown): Promise<unknown> {
  const answer = await fetch(`${running?.origin}/_control${path}`, {
    method,
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const text = await answer.text();
  return answer.ok && text !== '' ? JSON.parse(text) : answer.status;
}

describe('the sandbox server', () => {
  it('refuses strangers: another host name, a browser’s page at the controls', async () => {
    const { origin } = await start();
    expect((await fetch(`${origin}/acme/MAGIC3`, { headers: AUTHORIZED })).status).toBe(200);
    const status = await new Promise((resolve, reject) => {
      const headers = { ...AUTHORIZED, host: 'rebound.example' };
      get(`${origin}/acme/MAGIC3`, { headers }, (answer) => resolve(answer.statusCode)).on(
        'error',
        reject,
      );
    });
    expect(status).toBe(403);
    const fromPage = await fetch(`${origin}/_control/faults`, {
      method: 'DELETE',
      headers: { origin: 'https://evil.example' },
    });
    expect(fromPage.status).toBe(403);
  });

  it('does not know other carriers', async () => {
    const { origin } = await start();
    expect((await fetch(`${origin}/nobody/x`)).status).toBe(404);
  });

  it('drops a connection where the carrier is down', async () => {
    const { origin, faults } = await start();
    faults.add({ kind: 'outage', how: 'refused' });
    await expect(fetch(`${origin}/acme/MAGIC3`, { headers: AUTHORIZED })).rejects.toThrow();
  });

  it('dawdles where it shall', async () => {
    const { origin, faults } = await start();
    faults.add({ kind: 'slow', delayMs: 60_000 });
    const impatient = { headers: AUTHORIZED, signal: AbortSignal.timeout(50) };
    await expect(fetch(`${origin}/acme/MAGIC3`, impatient)).rejects.toThrow(/timeout|aborted/i);
  });

  it('stops although somebody still waits for an answer', async () => {
    const { origin, faults, stop } = await start();
    faults.add({ kind: 'outage', how: 'hangs' });
    const waiting = fetch(`${origin}/acme/MAGIC3`, { headers: AUTHORIZED }).catch(() => 'ended');
    while (running?.callFigures('acme').calls === 0) await new Promise(setImmediate);
    await stop();
    expect(await waiting).toBe('ended');
  });

  it('pushes by itself when its clock runs', async () => {
    const received: string[] = [];
    const sandbox = await start({
      clock: sandboxClock(systemClock, { speed: 100_000 }),
      deliver: async ({ body }) => {
        received.push(body);
        return 200;
      },
    });
    const done = new Promise<void>((resolve) => {
      const check = () => (received.at(-1)?.includes('"C"') ? resolve() : setImmediate(check));
      check();
    });
    sandbox.subscribe('acme', { account: 't', numbers: null, url: 'http://x/', secret: 's' });
    sandbox.register('acme', { number: 'N1', scenario: 'three-scans' });
    await done;
  });
});

describe('the controls', () => {
  it('list what exists, and answer 404, 405 and 422 to other requests', async () => {
    await start();
    expect(await control('GET', '')).toMatchObject({ carriers: ['acme'] });
    expect(await control('GET', '/nothing')).toBe(404);
    expect(await control('DELETE', '/clock')).toBe(405);
    expect(await control('POST', '/faults', { kind: 'earthquake' })).toBe(422);
    expect(await control('POST', '/nobody/parcels', { number: '1' })).toBe(422);
    expect(await control('POST', '/acme/parcels', { number: '1', scenario: 'nonsense' })).toBe(422);
    expect(await control('DELETE', '/faults/77')).toBe(422);
  });

  it('move the clock', async () => {
    await start();
    expect(await control('POST', '/clock/advance', { s: 90 })).toEqual({
      now: '2026-03-01T09:01:30.000Z',
      speed: 0,
    });
    await control('POST', '/clock/set', { to: '2026-04-01T00:00:00Z' });
    await control('POST', '/clock/speed', { speed: 60 });
    expect(await control('GET', '/clock')).toEqual({ now: '2026-04-01T00:00:00.000Z', speed: 60 });
  });

  it('play a scenario, break and repair, and report calls', async () => {
    const { origin } = await start();
    await control('POST', '/acme/parcels', { number: 'N1', scenario: 'three-scans' });
    await control('POST', '/clock/advance', { s: 3_600 });
    const event = { codes: { code: 'HAND' }, text: 'by hand' };
    await control('POST', '/acme/parcels/N1/events', event);
    const answer = await fetch(`${origin}/acme/N1`, { headers: AUTHORIZED });
    expect(await answer.text()).toContain('HAND');
    await control('POST', '/faults', { kind: 'outage', carrier: 'acme' });
    expect((await fetch(`${origin}/acme/N1`, { headers: AUTHORIZED })).status).toBe(503);
    await control('DELETE', '/faults');
    expect((await fetch(`${origin}/acme/N1`, { headers: AUTHORIZED })).status).toBe(200);
    expect(await control('GET', '/acme/calls?limit=1')).toMatchObject({
      calls: 3,
      violations: 0,
      by_status: { 200: 2, 503: 1 },
      last: [{ status: 200, account: 'tester' }],
    });
    expect(await control('DELETE', '/acme/parcels/N1')).toEqual({ done: true });
    expect((await fetch(`${origin}/acme/N1`, { headers: AUTHORIZED })).status).toBe(404);
  });

  it('never show a hook’s secret', async () => {
    await start();
    const wanted = { account: 't', url: 'http://127.0.0.1:9/', secret: 'test-hook-secret' };
    await control('POST', '/acme/subscriptions', wanted);
    const listed = JSON.stringify(await control('GET', '/acme/subscriptions'));
    expect(listed).toContain('127.0.0.1:9');
    expect(listed).not.toContain('test-hook-secret');
  });
});
