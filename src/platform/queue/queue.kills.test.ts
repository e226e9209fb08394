import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { systemClock } from '../clock.ts';
import { QUEUE_KINDS, recorder, testQueues } from './test-queues.ts';

/**
 * A lock expires after eight seconds and is checked every seven; the rest is for a busy machine.
 */
const RETRY_MS_MAX = 30_000;

describe.each(QUEUE_KINDS)('the queue on %s', (kind, absent) => {
  const { opened, place } = testQueues(kind, absent);

  test.skipIf(absent)(
    'what a killed process was handling is handled by another within 30 s',
    async () => {
      const queue = await opened();
      const file = fileURLToPath(new URL('test-holder.ts', import.meta.url));
      const payload = JSON.stringify({ ...place(), key: 'k' });
      const child = spawn(process.execPath, ['--import', 'tsx', file, payload], {
        stdio: ['ignore', 'pipe', 'inherit'],
      });
      await once(child.stdout, 'data');
      child.kill('SIGKILL');
      const killedAtMs = systemClock.nowMs();
      const { received, handle, count } = recorder();
      await queue.start(handle, { concurrency: 1 });
      await count(1);
      expect(received[0]?.key).toBe('k');
      expect(systemClock.nowMs() - killedAtMs).toBeLessThan(RETRY_MS_MAX);
    },
  );
});
