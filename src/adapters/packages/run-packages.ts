/**
 * The process in which packages run (package-thread.ts starts it, and forkContained says what it may
 * do). It performs one request at a time.
 */
import { randomBytes } from 'node:crypto';
import { setImmediate as letMicrotasksRun } from 'node:timers/promises';
import { serveContained } from '../../platform/process/contained-process.ts';
import type { CarrierAnswer, CarrierCall, CarrierSession } from '../contract/pull.ts';
import * as sdk from '../sdk.ts';
import { whyTooLarge } from './answer-size.ts';
import { runBundle } from './bundle-package.ts';
import type { PackageReply, PackageRequest, PackageWork, SessionStep } from './calls.ts';
import { describeModule, type FunctionName, functionOf, memberOf } from './describe.ts';

/** The modules of packages, by their paths. */
const modules = new Map<string, unknown>();
const runs = new Map<number, SessionRun>();
serveContained<PackageRequest, PackageReply>(
  async (request) => {
    const value = await perform(request);
    const tooLarge = whyTooLarge(value);
    if (tooLarge !== null) throw new Error(tooLarge);
    return { id: request.id, outcome: 'value', value };
  },
  ({ id }, error) => ({
    id,
    outcome: 'threw',
    message: error instanceof Error ? error.message : String(error),
  }),
);

async function perform(request: PackageRequest): Promise<unknown> {
  const { id, entry, work } = request;
  if (work.kind === 'resume') return resume(work.run, work.answers, work.nowMs);
  if (work.kind === 'load') {
    const module = runBundle(work.script, entry, { 'waybill/adapter': sdk });
    modules.set(entry, module);
    return describeModule(module);
  }
  const module = modules.get(entry);
  if (work.kind === 'call') return call(module, work.name, work.args);
  const run = new SessionRun(work.session);
  run.awaitEnd(call(module, work.name, [...work.args, run.session]));
  runs.set(id, run);
  return nextStep(id, run);
}

function call(module: unknown, name: FunctionName, args: readonly unknown[]): unknown {
  const found = functionOf(memberOf(module, 'adapter'), name);
  if (typeof found.call !== 'function') throw new Error(`there is no ${name}`);
  return Reflect.apply(found.call, found.self, args);
}

function resume(id: number, answers: readonly CarrierAnswer[], nowMs: number) {
  const run = runs.get(id);
  if (run === undefined) throw new Error('the process of packages was restarted meanwhile');
  run.answer(answers, nowMs);
  return nextStep(id, run);
}

/** The result of a session's work, or the calls that it waits for. */
async function nextStep(id: number, run: SessionRun): Promise<SessionStep> {
  await letMicrotasksRun();
  const step = run.step(id);
  if (step.kind === 'done' || step.calls.length === 0) runs.delete(id);
  return step;
}

type Opened = Extract<PackageWork, { kind: 'begin' }>['session'];

/** Work with a session: its calls are sent by the hub, between two steps of the work. */
class SessionRun {
  readonly session: CarrierSession;
  #nowMs: number;
  #waiting: { readonly call: CarrierCall; readonly answer: (answer: CarrierAnswer) => void }[] = [];
  #sent: ((answer: CarrierAnswer) => void)[] = [];
  #end: { readonly value: unknown } | { readonly error: unknown } | null = null;

  constructor({ credentials, nowMs, parcels = [] }: Opened) {
    this.#nowMs = nowMs;
    this.session = {
      credentials,
      nowMs: () => this.#nowMs,
      parcelOf: (number) => parcels.find((each) => each.trackingNumber === number) ?? null,
      newId: () => randomBytes(16).toString('hex'),
      send: (request) =>
        new Promise((answer) => {
          this.#waiting.push({ call: request, answer });
        }),
    };
  }

  awaitEnd(result: unknown): void {
    Promise.resolve(result).then(
      (value) => {
        this.#end = { value };
      },
      (error: unknown) => {
        this.#end = { error };
      },
    );
  }

  answer(answers: readonly CarrierAnswer[], nowMs: number): void {
    this.#nowMs = nowMs;
    for (const [index, answer] of answers.entries()) this.#sent[index]?.(answer);
  }

  step(run: number): SessionStep {
    if (this.#end !== null) {
      if ('error' in this.#end) throw this.#end.error;
      return { kind: 'done', value: this.#end.value };
    }
    const waiting = this.#waiting.splice(0);
    this.#sent = waiting.map(({ answer }) => answer);
    return { kind: 'waits', run, calls: waiting.map(({ call: request }) => request) };
  }
}
