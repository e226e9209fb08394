import { fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';

/** The script that runs a TypeScript file. */
const START = fileURLToPath(new URL('../../../bin/child-process.js', import.meta.url));
/** Parallel garbage collection would use the other cores, without resting. */
const ON_ONE_CORE = '--single-threaded-gc';

/** The only message of a child process. */
export type ChildAnswer =
  | { readonly outcome: 'done'; readonly result: unknown }
  | { readonly outcome: 'failed'; readonly message: string; readonly stack: string };

export interface ChildOptions {
  /** Ends the process at once; the promise rejects with the signal's reason. */
  readonly signal?: AbortSignal;
}

/**
 * Runs a file in a child process, for computations that would block every request. A process rather
 * than a thread: it shares neither heap nor garbage collector, all of it can have a low priority,
 * and running out of memory affects nothing else. The file calls `answerParent`, whose answer is
 * the result. Rejects if the work fails, or ends without an answer.
 *
 * @param task plain data: it is copied.
 */
export function runInChildProcess(
  file: URL,
  task: unknown,
  options: ChildOptions = {},
): Promise<unknown> {
  const { signal } = options;
  return new Promise((resolve, reject) => {
    signal?.throwIfAborted();
    const child = fork(START, [file.href], {
      execArgv: [ON_ONE_CORE],
      serialization: 'advanced',
      stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    });
    const stop = (): void => {
      reject(signal?.reason);
      child.kill('SIGKILL');
    };
    signal?.addEventListener('abort', stop, { once: true });
    child.once('message', (said: ChildAnswer) => {
      if (said.outcome === 'done') resolve(said.result);
      else reject(Object.assign(new Error(said.message), { stack: said.stack }));
    });
    child.once('error', reject);
    child.once('exit', (code, by) => {
      signal?.removeEventListener('abort', stop);
      reject(new Error(`the process of ${file.href} exited with ${by ?? code} and no message`));
    });
    // What the child does next shows whether the message arrived.
    child.send({ task }, () => {});
  });
}
