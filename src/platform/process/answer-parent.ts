import type { ChildAnswer } from './child-process.ts';
import { giveWay } from './low-priority.ts';

/** The lowest there is: whatever answers somebody goes first. */
const NICE = 19;

/**
 * What a file says that is run by `runInChildProcess`: gets the task, does the work and sends what came of
 * it. `stillWanted` is to be called often by work that does not come back to the event loop: it
 * throws when nobody is left who waits, so that the process ends.
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
  // They are sent to whole groups of processes; whoever started this one decides when it ends.
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
