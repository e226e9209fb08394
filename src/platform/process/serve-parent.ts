import type { MessageFromChild, MessageToChild } from './supervised-process.ts';

/** What a supervised process does for its parent. */
interface Supervised {
  receive(update: unknown): void;
  /** Returns an answer as plain data. */
  answer(question: string): Promise<unknown>;
  stop(): Promise<void>;
}

/**
 * Runs the child's side of `superviseProcess`: begins with its task and follows the parent's
 * commands until it is stopped. Resolves when it has stopped. Ends the process at once when the
 * parent is gone: the database has whatever this process leaves unfinished, for it or another one
 * to resume.
 *
 * @param begin prepares for the task, and starts work when `proceed` resolves with the details that
 * were not known at the start. If it rejects, the supervisor starts the process again.
 */
export async function serveParent(
  begin: (task: unknown, proceed: Promise<unknown>) => Promise<Supervised>,
): Promise<void> {
  if (process.send === undefined) throw new Error('this is run only by another Waybill process');
  // These signals are sent to whole process groups; the parent decides when this process stops.
  for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(name, () => {});
  process.once('disconnect', endAtOnce);
  const { task, proceed, updates } = await receiveTask();
  const service = await begin(task, proceed);
  await new Promise<void>((stopped, failed) => {
    process.removeAllListeners('message');
    process.on('message', (message: MessageToChild) => {
      if (message.kind === 'update') service.receive(message.update);
      else if (message.kind === 'ask') void answer(service, message);
      else if (message.kind === 'stop') service.stop().then(stopped, failed);
    });
    for (const update of updates) service.receive(update);
    sendToParent({ kind: 'running' });
  });
  process.removeListener('disconnect', endAtOnce);
  process.disconnect();
}

interface ReceivedTask {
  readonly task: unknown;
  readonly proceed: Promise<unknown>;
  /** Messages that arrived before there was a receiver. */
  readonly updates: readonly unknown[];
}

function receiveTask(): Promise<ReceivedTask> {
  const updates: unknown[] = [];
  return new Promise((received) => {
    const proceed = new Promise<unknown>((resolve) => {
      process.on('message', (message: MessageToChild) => {
        if (message.kind === 'prepare') received({ task: message.task, proceed, updates });
        else if (message.kind === 'proceed') resolve(message.details);
        else if (message.kind === 'update') updates.push(message.update);
      });
    });
  });
}

async function answer(
  service: Supervised,
  { id, question }: MessageToChild & { kind: 'ask' },
): Promise<void> {
  const found = await service.answer(question).catch(() => null);
  sendToParent({ kind: 'answer', id, answer: found });
}

/** Ends the process as a power failure would: nothing is closed, and nothing waits for anything. */
export function endAtOnce(): void {
  process.kill(process.pid, 'SIGKILL');
}

function sendToParent(message: MessageFromChild): void {
  process.send?.(message, () => {});
}
