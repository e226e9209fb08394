import { appendFileSync } from 'node:fs';
import { memoryUsage } from 'node:process';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

/*
 * Loaded into each process of a hub by the soak (`NODE_OPTIONS=--import`): periodically runs a full
 * garbage collection, twice, because objects with finalisers are freed only by the second, and
 * records how much memory is still in use.
 */
const { SOAK_LIVE_FILE: file, SOAK_COLLECT_MS: everyMs } = process.env;
const name = { start: 'serving', work: 'working' }[process.argv[2]];

if (file !== undefined && name !== undefined) {
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc');
  setInterval(() => {
    collect();
    collect();
    const { heapUsed, external } = memoryUsage();
    appendFileSync(
      file,
      `${JSON.stringify({ name, atMs: Date.now(), bytes: heapUsed + external })}\n`,
    );
  }, Number(everyMs)).unref();
}
