import { createTestHub } from '../../../src/http/testing/test-hub.ts';
import { openDatabase } from '../../../src/platform/database/database.ts';
import { startShopWork } from '../../../src/shops/test-shops.ts';
import { type Life, mortalDatabase } from '../hubs/mortal.ts';
import type { FromProcess, ToProcess } from './killable-hub.ts';
import { sharedClock } from './shared-clock.ts';

/**
 * A hub with the work of shops in a process of its own, commanded by its parent. It kills itself at
 * the point that the parent names.
 */
let deadly: RegExp | null = null;
let steps = 0;
const life: Life = {
  dead: false,
  over: new Promise(() => {}),
  step(point = '') {
    if (deadly?.test(point) !== true) return;
    steps -= 1;
    if (steps <= 0) process.kill(process.pid, 'SIGKILL');
  },
};

async function start({ databaseUrl, clockFile, publicUrl }: ToProcess & { what: 'start' }) {
  const db = mortalDatabase(openDatabase({ url: databaseUrl }), life);
  const shared = { databaseUrl, db, clock: sharedClock(clockFile) };
  const hub = await createTestHub({ publicUrl, shared });
  return { hub, work: startShopWork(hub) };
}

let running: ReturnType<typeof start> | null = null;

async function obey(order: ToProcess): Promise<FromProcess> {
  if (order.what === 'start') {
    running = start(order);
    const { hub } = await running;
    const { text: key } = await hub.newKey({ merchant: 'berlin', mode: 'live' });
    return { url: hub.url, key };
  }
  if (order.what === 'die') {
    deadly = new RegExp(order.at);
    steps = order.steps;
  }
  if (order.what === 'work') {
    const { hub, work } = (await running) ?? {};
    await hub?.settled();
    await work?.idle();
  }
  if (order.what === 'stop') {
    const { hub, work } = (await running) ?? {};
    await work?.stop();
    await hub?.close();
  }
  return null;
}

process.on('message', (order: ToProcess) => {
  void obey(order).then((answer) => {
    process.send?.({ answer });
    if (order.what === 'stop') process.disconnect();
  });
});
process.once('disconnect', () => process.exit());
