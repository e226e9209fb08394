import { expect, test } from 'vitest';
import { newDataFolder, removeDataFolder, startHub } from '../support/hub-process.ts';

/** Who restarts a hub waits for it; what else starting promises is tested beside `waybill start`. */
const READY_MS_MAX = 8_000;

test('the next start is ready within 8 s, after a clean stop and after kill -9', async () => {
  const data = newDataFolder();
  try {
    await (await startHub(data)).stop();
    const second = await startHub(data);
    expect(second.readyMs).toBeLessThan(READY_MS_MAX);
    await second.kill();
    const third = await startHub(data);
    expect(third.readyMs).toBeLessThan(READY_MS_MAX);
    await third.stop();
  } finally {
    removeDataFolder(data);
  }
}, 90_000);
