import { fileURLToPath } from 'node:url';
import { Worker } from 'node:worker_threads';

/**
 * A thread does not inherit how TypeScript is run, so it begins with a line that arranges it.
 * CommonJS, because that is what text is run as. The settings of TypeScript are named, or those of
 * whatever folder this is run in would be taken.
 */
const BEGIN = `
  const { workerData } = require('node:worker_threads');
  import('tsx/esm/api').then(({ register }) => {
    register({ tsconfig: workerData.tsconfig });
    return import(workerData.file);
  });
`;
const TSCONFIG = fileURLToPath(new URL('../../tsconfig.json', import.meta.url));

export interface ThreadOptions {
  /** Ends the thread at once, whatever it does; the promise rejects with the reason. */
  readonly signal?: AbortSignal;
}

/**
 * Runs a file in a thread of its own, for arithmetic that would hold up every request. The file
 * finds `task` in `workerData.task` and posts one message: what this resolves with. Rejects when
 * the thread fails, or ends without a word.
 *
 * @param task plain data: it is copied.
 */
export function runInThread(
  file: URL,
  task: unknown,
  { signal }: ThreadOptions = {},
): Promise<unknown> {
  return new Promise((resolve, reject) => {
    signal?.throwIfAborted();
    const workerData = { file: file.href, tsconfig: TSCONFIG, task };
    const worker = new Worker(BEGIN, { eval: true, workerData });
    const stop = (): void => {
      reject(signal?.reason);
      void worker.terminate();
    };
    signal?.addEventListener('abort', stop, { once: true });
    worker.once('message', resolve);
    worker.once('error', reject);
    worker.once('exit', (code) => {
      signal?.removeEventListener('abort', stop);
      reject(new Error(`the thread of ${file.href} ended with ${code} and without a word`));
    });
  });
}
