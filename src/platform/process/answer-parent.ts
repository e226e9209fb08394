import type { ChildAnswer } from './child-process.ts';
import { giveWay } from './low-priority.ts';

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
  const say = (answer: ChildAnswer): void => {
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
    say({ outcome: 'done', result: await work(task, stillWanted) });
  } catch (err) {
    const { message, stack = message } = err instanceof Error ? err : new Error(String(err));
    say({ outcome: 'failed', message, stack });
  }
}
