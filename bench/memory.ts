import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as pause } from 'node:timers/promises';
import { urlOfRunningServer } from '../src/platform/postgres/embedded-postgres.ts';
import { newDataFolder, removeDataFolder, startHub } from '../test/support/hubs/hub-process.ts';
import { pssMb, shareOfMemory } from './figures/proportional-memory.ts';
import { isShort, report, say } from './figures/report.ts';

/**
 * Measures the memory of a hub as most people start it: all roles, its own PostgreSQL, Redis if one
 * is on the PATH, the sandbox and a first key; with `--demo` also the demo. The figure is the sum of
 * the proportional set sizes (PSS) of all processes, 60 s after the hub is ready. The baseline is a
 * Node.js process with Express and one connection to the same PostgreSQL.
 */
const AFTER_MS = isShort() ? 2_000 : 60_000;
const hasDemo = process.argv.includes('--demo');

const BARE = `
  import pg from 'pg';
  import express from 'express';
  await new pg.Pool({ connectionString: process.env.DATABASE_URL }).query('select 1');
  express().listen(0, '127.0.0.1', () => console.log('ready'));`;

const data = newDataFolder();
const hub = await startHub(data, {
  WAYBILL_SANDBOX: 'on',
  WAYBILL_DEMO: hasDemo ? 'on' : 'off',
  ...(hasDemo && { WAYBILL_BOOTSTRAP_KEY: '' }),
});
try {
  await pause(AFTER_MS);
  const processes = shareOfMemory(hub.child.pid ?? 0);
  for (const each of processes) {
    const { name, count } = each;
    say(`${String(pssMb([each])).padStart(6)} MiB  ${name}${count > 1 ? ` (${count})` : ''}`);
  }
  report({
    bench: 'memory',
    value: pssMb(processes),
    unit: 'MiB',
    baseline: await bareMb(),
    p50_ms: 0,
    p99_ms: 0,
    conditions: {
      after_ready_s: AFTER_MS / 1_000,
      sandbox: true,
      demo: hasDemo,
      node: process.version,
    },
  });
} finally {
  await hub.stop();
  removeDataFolder(data);
}

/** The memory of the baseline, which ends afterwards. */
async function bareMb(): Promise<number> {
  const bare = spawn(process.execPath, ['--input-type=module', '--eval', BARE], {
    env: { ...process.env, DATABASE_URL: urlOfRunningServer(data) ?? '' },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  await once(bare.stdout, 'data');
  const mb = pssMb(shareOfMemory(bare.pid ?? 0));
  bare.kill('SIGKILL');
  return mb;
}
