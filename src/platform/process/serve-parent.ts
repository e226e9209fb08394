import type { MessageFromChild, MessageToChild } from './supervised-process.ts';

/** What a kept process does for whoever keeps it. */
export interface Supervised {
  receive(update: unknown): void;
  /** An answer as plain data. */
  answer(question: string): Promise<unknown>;
  stop(): Promise<void>;
}

/**
 * The other end of `superviseProcess`: begins with the task it is given and does what it is told until
 * it is told to stop. Resolves when it has stopped. Ends the process at once when whoever keeps it
 * is gone: what this process has not finished, it or another one will find in the database.
 *
 * @param begin rejects when it cannot; the process is then tried again from outside.
 */
export async function serveParent(begin: (task: unknown) => Promise<Supervised>): Promise<void> {
  if (process.send === undefined) throw new Error('this is run only by another Waybill process');
  // They are sent to whole groups of processes; whoever keeps this one says when it stops.
  for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(name, () => {});
  process.once('disconnect', endAtOnce);
  const { task } = await new Promise<{ task: unknown }>((resolve) => {
    process.once('message', resolve);
  });
  const kept = await begin(task);
  await new Promise<void>((stopped, failed) => {
    process.on('message', (message: MessageToChild) => {
      if (message.say === 'update') kept.receive(message.update);
      else if (message.say === 'ask') void answer(kept, message);
      else if (message.say === 'stop') kept.stop().then(stopped, failed);
    });
    say({ say: 'running' });
  });
  process.removeListener('disconnect', endAtOnce);
  process.disconnect();
}

async function answer(
  kept: Supervised,
  { id, question }: MessageToChild & { say: 'ask' },
): Promise<void> {
  const said = await kept.answer(question).catch(() => null);
  say({ say: 'answer', id, answer: said });
}

/** As a power cut would: nothing is closed, and nothing waits for anything. */
export function endAtOnce(): void {
  process.kill(process.pid, 'SIGKILL');
}

function say(message: MessageFromChild): void {
  process.send?.(message, () => {});
}
