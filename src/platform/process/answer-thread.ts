import { parentPort, workerData } from 'node:worker_threads';

/**
 * The thread's side of `runInThread`: receives the task, does the work and answers.
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
