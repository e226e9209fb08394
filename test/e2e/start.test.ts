import { expect, test } from 'vitest';
import { newDataFolder, removeDataFolder, startHub } from '../support/hub-process.ts';

/** What else starting promises is tested beside `waybill start`; how long it took is only told. */
test('the next start is ready by itself, after a clean stop and after kill -9', async () => {
  const data = newDataFolder();
  try {
    await (await startHub(data)).stop();
    const second = await startHub(data);
    await second.kill();
    const third = await startHub(data);
    const tookMs = [second, third].map(({ readyMs }) => Math.round(readyMs));
    process.stdout.write(`ready after a stop and after kill -9: ${tookMs.join(' and ')} ms\n`);
    await third.stop();
    expect(tookMs).toHaveLength(2);
  } finally {
    removeDataFolder(data);
  }
}, 90_000);
