import { type ChildProcess, fork } from 'node:child_process';
import type { Logger } from '../observability/log.ts';

/**
 * A child process that is kept running: restarted when it ends unexpectedly, stopped with us, and
 * ended when we are killed, because it ends when its channel to us closes (see `serveParent`).
 */
export interface SupervisedProcess {
  /** Starts it, once. It loads its modules and waits for its task. */
  start(): void;
  /** Gives it its task, once, for which it prepares. This applies to restarts, too. */
  prepare(task: unknown): void;
  /**
   * Starts its work, once, with details that were unknown when it got its task. This applies to
   * restarts, too.
   */
  proceed(details: unknown): void;
  /** Resolves when it works for the first time, or is stopped before that. */
  readonly begun: Promise<void>;
  /** Sends it plain data, which is lost while it does not run. */
  send(update: unknown): void;
  /** Returns its answer; null if it does not run or does not answer in time. */
  ask(question: string): Promise<unknown>;
  /**
   * `starting` until it works for the first time; `away`: it has ended unexpectedly since then and
   * is being restarted.
   */
  readonly state: 'new' | 'starting' | 'running' | 'away' | 'stopped';
  /** Its process id; null while there is none. */
  pid(): number | null;
  /** Requests it to stop; resolves when it has ended. */
  stop(): Promise<void>;
}

interface SupervisedProcessOptions {
  /** Its name in the log. */
  readonly name: string;
  /** The file and arguments that Node runs. */
  readonly script: string;
  readonly args: readonly string[];
  readonly log: Pick<Logger, 'info' | 'error'>;
}

/** Messages to the child. */
export type MessageToChild =
  | { readonly kind: 'prepare'; readonly task: unknown }
  | { readonly kind: 'proceed'; readonly details: unknown }
  | { readonly kind: 'update'; readonly update: unknown }
  | { readonly kind: 'ask'; readonly id: number; readonly question: string }
  | { readonly kind: 'stop' };

/** Messages from the child. */
export type MessageFromChild =
  | { readonly kind: 'running' }
  | { readonly kind: 'answer'; readonly id: number; readonly answer: unknown };

/** Waits before restarts; the last one repeats. */
const RESTART_WAITS_MS = [500, 2_000, 10_000, 30_000] as const;
/** A process that ran this long had no trouble with starting. */
const SETTLED_MS = 60_000;
/**
 * A child that takes longer to stop is killed. Shorter than the time that our own shutdown grants
 * to one part (45 s), so that the child is gone before we continue.
 */
const STOP_MS_MAX = 40_000;
const ANSWER_MS_MAX = 2_000;

/** Creates a supervised child process, which `start` launches. */
export function superviseProcess(options: SupervisedProcessOptions): SupervisedProcess {
  const { name, log } = options;
  let state: SupervisedProcess['state'] = 'new';
  let preparing: MessageToChild | null = null;
  let proceeding: MessageToChild | null = null;
  let child: ChildProcess | null = null;
  let ended: Promise<void> = Promise.resolve();
  let restart: NodeJS.Timeout | null = null;
  let failures = 0;
  let hasRun = false;
  const [begun, resolveBegun] = promiseToResolve();
  const questions = createQuestions((id, question) => send({ kind: 'ask', id, question }));

  /** Launches the child, and sends it the task and the details if they are known. */
  function launch(): void {
    if (state === 'new') state = 'starting';
    const startedAt = performance.now();
    const fresh = fork(options.script, options.args, {
      serialization: 'advanced',
      // In a session of its own: a Ctrl-C in the terminal reaches us, and we stop it in order.
      detached: true,
      // It logs where we do; stdout carries the ready line alone.
      stdio: ['ignore', 2, 2, 'ipc'],
    });
    child = fresh;
    fresh.on('message', (message: MessageFromChild) => {
      if (message.kind === 'answer') questions.answer(message.id, message.answer);
      else if (state !== 'stopped') {
        state = 'running';
        hasRun = true;
        resolveBegun();
        log.info({ pid: fresh.pid, process: name }, 'child process is running');
      }
    });
    if (preparing !== null) send(preparing);
    if (proceeding !== null) send(proceeding);
    ended = new Promise((resolve) => {
      let hasEnded = false;
      const end = (how: unknown): void => {
        if (hasEnded) return;
        hasEnded = true;
        child = null;
        questions.abandon();
        resolve();
        if (state !== 'stopped') scheduleRestart(how, performance.now() - startedAt);
      };
      fresh.once('exit', (code, signal) => end(signal ?? code));
      fresh.once('error', (error) => fresh.pid === undefined && end(error.message));
    });
  }

  function scheduleRestart(how: unknown, ranMs: number): void {
    state = hasRun ? 'away' : 'starting';
    failures = ranMs > SETTLED_MS ? 1 : failures + 1;
    const waitMs = RESTART_WAITS_MS[Math.min(failures, RESTART_WAITS_MS.length) - 1] ?? 0;
    log.error(
      { process: name, how, next_try_s: waitMs / 1_000 },
      'child process exited unexpectedly and is being restarted',
    );
    restart = setTimeout(launch, waitMs);
  }

  function send(message: MessageToChild): void {
    // What the child does next shows whether the message arrived.
    if (child?.connected === true) child.send(message, () => {});
  }

  return {
    start: launch,
    prepare(task) {
      preparing = { kind: 'prepare', task };
      send(preparing);
    },
    proceed(details) {
      proceeding = { kind: 'proceed', details };
      send(proceeding);
    },
    begun,
    send: (update) => send({ kind: 'update', update }),
    ask: (question) => (state === 'running' ? questions.ask(question) : Promise.resolve(null)),
    get state() {
      return state;
    },
    pid: () => child?.pid ?? null,
    async stop() {
      if (restart !== null) clearTimeout(restart);
      const running = child;
      // A process that is still starting cannot be stopped in order, and need not be.
      if (state !== 'running') running?.kill('SIGKILL');
      else send({ kind: 'stop' });
      state = 'stopped';
      resolveBegun();
      const late = setTimeout(() => running?.kill('SIGKILL'), STOP_MS_MAX);
      await ended;
      clearTimeout(late);
    },
  };
}

/** The questions to the child process, matched with its answers by id. */
function createQuestions(send: (id: number, question: string) => void) {
  const open = new Map<number, (answer: unknown) => void>();
  let lastId = 0;
  return {
    /** Resolves with null when no answer arrives in time. */
    ask(question: string): Promise<unknown> {
      lastId += 1;
      const id = lastId;
      return new Promise((resolve) => {
        const timer = setTimeout(() => settle(null), ANSWER_MS_MAX);
        const settle = (answer: unknown): void => {
          clearTimeout(timer);
          open.delete(id);
          resolve(answer);
        };
        open.set(id, settle);
        send(id, question);
      });
    },
    answer: (id: number, answer: unknown): void => open.get(id)?.(answer),
    /** The process has ended, so no answer will come. */
    abandon(): void {
      for (const settle of open.values()) settle(null);
    },
  };
}

function promiseToResolve(): readonly [promise: Promise<void>, resolve: () => void] {
  let resolve = (): void => {};
  const promise = new Promise<void>((done) => {
    resolve = done;
  });
  return [promise, resolve];
}
