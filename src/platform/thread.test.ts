import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, describe, expect, it } from 'vitest';
import { runInThread } from './thread.ts';

const folder = mkdtempSync(join(tmpdir(), 'waybill-thread-'));
afterAll(() => rmSync(folder, { recursive: true }));

function fileOf(name: string, code: string): URL {
  const path = join(folder, `${name}.mts`);
  const head = `import { parentPort, workerData } from 'node:worker_threads';\n`;
  writeFileSync(path, head + code);
  return pathToFileURL(path);
}

describe('work in a thread', () => {
  it('is TypeScript, is given its task and answers', async () => {
    const file = fileOf(
      'double',
      'const n: number = workerData.task.n; parentPort?.postMessage(2 * n);',
    );
    expect(await runInThread(file, { n: 21 })).toBe(42);
  });

  it('rejects with what went wrong, or that nothing was said', async () => {
    await expect(runInThread(fileOf('bad', `throw new Error('no');`), {})).rejects.toThrow('no');
    await expect(runInThread(fileOf('mute', ''), {})).rejects.toThrow('without a word');
  });

  it('is ended at once in the middle of its arithmetic', async () => {
    const shared = new Int32Array(new SharedArrayBuffer(4));
    const file = fileOf('busy', 'for (;;) Atomics.add(workerData.task.shared, 0, 1);');
    const stopping = new AbortController();
    const running = runInThread(file, { shared }, { signal: stopping.signal });
    await expect.poll(() => Atomics.load(shared, 0), { timeout: 10_000 }).not.toBe(0);
    stopping.abort(new Error('stopping'));
    await expect(running).rejects.toThrow('stopping');
    // It counts no more: two looks in a row find the same.
    let before = Number.NaN;
    await expect
      .poll(
        () => {
          const now = Atomics.load(shared, 0);
          const isStill = now === before;
          before = now;
          return isStill;
        },
        { timeout: 5_000, interval: 20 },
      )
      .toBe(true);
    await expect(runInThread(file, {}, { signal: stopping.signal })).rejects.toThrow('stopping');
  });
});
