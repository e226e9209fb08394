import { fork } from 'node:child_process';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { setPriority } from 'node:os';
import { shippedFile } from '../shipped.ts';

/** The entry point of child processes and threads; its argument is the TypeScript file to run. */
export const CHILD_START = shippedFile('bin/child-process.js');
/** Parallel garbage collection would use the other cores, without resting. */
const ON_ONE_CORE = '--single-threaded-gc';

/** The only message of a child process. */
type ChildAnswer =
  | { readonly outcome: 'done'; readonly result: unknown }
  | { readonly outcome: 'failed'; readonly message: string; readonly stack: string };

interface ChildOptions {
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
    const child = fork(CHILD_START, [file.href], {
      execArgv: [ON_ONE_CORE],
      serialization: 'advanced',
      stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    });
    const stop = (): void => {
      reject(signal?.reason);
      child.kill('SIGKILL');
    };
    signal?.addEventListener('abort', stop, { once: true });
    child.once('message', (answer: ChildAnswer) => {
      if (answer.outcome === 'done') resolve(answer.result);
      else reject(Object.assign(new Error(answer.message), { stack: answer.stack }));
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

/** The lowest priority: anything that answers a request goes first. */
const NICE = 19;

/**
 * Runs the child's side of `runInChildProcess`: receives the task, does the work and sends the
 * result. Work that does not return to the event loop must call `stillWanted` often: it throws when
 * nobody waits any more, so that the process ends.
 */
export async function answerParent<Task>(
  work: (task: Task, stillWanted: () => void) => unknown,
): Promise<void> {
  const { send } = process;
  if (send === undefined) throw new Error('this was not started by a process that answers');
  const reply = (answer: ChildAnswer): void => {
    send.call(process, answer, () => process.connected && process.disconnect());
  };
  giveWay(NICE);
  const parent = process.ppid;
  const stillWanted = (): void => {
    if (process.ppid !== parent) throw new Error('the parent process has exited');
  };
  // These signals are sent to whole process groups; the parent decides when this process ends.
  for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(name, () => {});
  const { task } = await new Promise<{ task: Task }>((resolve) => {
    process.once('message', resolve);
  });
  try {
    reply({ outcome: 'done', result: await work(task, stillWanted) });
  } catch (err) {
    const { message, stack = message } = err instanceof Error ? err : new Error(String(err));
    reply({ outcome: 'failed', message, stack });
  }
}

/** The lowest possible priority. */
export const LOWEST = 19;

/**
 * Lowers the priority of this process. On Linux each thread has a priority of its own, and the
 * engine's threads already exist.
 *
 * @param nice 1 (a little) to 19 (only idle time).
 */
export function giveWay(nice: number): void {
  const threads = process.platform === 'linux' ? readdirSync('/proc/self/task') : ['0'];
  for (const thread of threads) setPriority(Number(thread), nice);
}

/**
 * Gives a process that leads a session of its own a lower priority than its parent's session. Most
 * distributions' kernels share the processor among sessions first, and by priority only within each
 * (sched(7), "The autogroup feature"): to them, the priority of a process alone in its session
 * means nothing.
 *
 * @param nice how much lower than the session of the parent, which may have a value of its own.
 */
export function giveWayAsSession(nice: number): void {
  try {
    const parent = readFileSync(`/proc/${process.ppid}/autogroup`, 'utf8');
    const [, parentNice = '0'] = / nice (-?\d+)/.exec(parent) ?? [];
    writeFileSync('/proc/self/autogroup', String(Math.min(LOWEST, Number(parentNice) + nice)));
  } catch {
    // The kernel has no such groups, or /proc may not be written: then priorities apply directly.
  }
}
