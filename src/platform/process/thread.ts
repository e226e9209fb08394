import { parentPort, Worker, workerData } from 'node:worker_threads';
import { CHILD_START } from './child-process.ts';

/**
 * A file of 16 MiB takes a quarter of this memory. Beyond it the thread ends, and only the thread.
 */
const HEAP_MIB_MAX = 512;

/**
 * Runs a file in a thread, for parsing that a request waits for and that would block other
 * requests. Work that nobody waits for belongs in a process (`runInChildProcess`). The file calls
 * `answerThread`. Rejects if the work throws, or ends without an answer.
 *
 * @param task plain data: it is copied.
 */
export function runInThread(file: URL, task: unknown): Promise<unknown> {
  return new Promise((resolve, reject) => {
    const thread = new Worker(CHILD_START, {
      argv: [file.href],
      execArgv: [],
      workerData: task,
      resourceLimits: { maxOldGenerationSizeMb: HEAP_MIB_MAX },
    });
    thread.once('message', resolve);
    thread.once('error', reject);
    thread.once('exit', (code) => {
      reject(new Error(`the thread of ${file.href} exited with ${code} and no answer`));
    });
  });
}

/**
 * Runs the thread's side of `runInThread`: receives the task, does the work and answers.
 *
 * @param moved buffers of the result, which are transferred instead of copied.
 */
export async function answerThread<Task, Result>(
  work: (task: Task) => Promise<Result>,
  moved: (result: Result) => readonly ArrayBuffer[],
): Promise<void> {
  if (parentPort === null) throw new Error('runInThread did not start this');
  const result = await work(workerData as Task);
  parentPort.postMessage(result, [...moved(result)]);
}
