import { describe, expect, it } from 'vitest';
import { STATUSES } from '../../../kernel/status.ts';
import { inTurn, runs } from '../../../kernel/test-runs.ts';
import { PROJECT_ROOT } from '../../../platform/settings/yaml-settings.ts';
import { CASE_KINDS, type CaseKind, type ExceptionCase } from '../cases/case.ts';
import { readPolicyFile } from '../policy/own-policy.ts';
import { type ExceptionPolicy, exceptionPolicy } from '../policy/policy.ts';
import type { ObservedEvent } from './attempts.ts';
import {
  type DeliveryRequestFact,
  decideCases,
  type Observed,
  type PastCase,
  type Step,
} from './decide.ts';

const SHIPPED = await readPolicyFile(`${PROJECT_ROOT}config/exception-policy.yaml`);
const NOW_MS = Date.parse('2026-03-12T12:00:00Z');
const DAY_MS = 86_400_000;
const RANDOM_POLICIES = runs(2, 1);
/**
 * The maximum number of steps: each kind of case may open or close once, and then be updated once.
 */
const STEPS_MAX = 2 * CASE_KINDS.length;

const REASONS = [null, ...Object.keys(SHIPPED.reasons), 'unknown_reason', 'held'];

const event = (
  status: ObservedEvent['status'],
  reason: string | null,
  days: number,
): ObservedEvent => ({
  identity: `${status} ${reason} ${days}`,
  status,
  reason,
  atMs: NOW_MS - days * DAY_MS,
});
const HISTORIES: readonly (readonly ObservedEvent[])[] = [
  [],
  [event('exception', 'damaged', 2)],
  [event('exception', 'damaged', 40)],
  [event('in_transit', 'partial_delivery', 2)],
  [event('exception', 'lost', 2)],
  [event('delivery_attempted', 'address_not_found', 2)],
  [4, 3, 2].map((days) => event('delivery_attempted', null, days)),
];

const CASE: ExceptionCase = {
  id: 'c',
  merchantId: 'm',
  mode: 'test',
  shipmentId: 's',
  carrier: 'acme',
  trackingNumber: 'A1',
  kind: 'other',
  reason: null,
  state: 'open',
  waitingFor: 'carrier',
  outcome: null,
  closedHow: null,
  openedBy: 'facts',
  trigger: 's',
  attempts: 0,
  owner: null,
  openedAtMs: NOW_MS - DAY_MS,
  updatedAtMs: NOW_MS - DAY_MS,
  deadlineAtMs: NOW_MS + DAY_MS,
  overdueAtMs: null,
  closedAtMs: null,
  returnCommandedAtMs: null,
  returnShipmentId: null,
  lane: '? → ?',
  facility: null,
};
const CLOSED = { state: 'closed', outcome: 'resolved', closedAtMs: NOW_MS } as const;
const caseHistory = (
  exceptionCase: Partial<ExceptionCase>,
  claim: PastCase['claim'] = null,
  deliveryRequestOpen = false,
): PastCase => ({ exceptionCase: { ...CASE, ...exceptionCase }, deliveryRequestOpen, claim });

/** Earlier cases of a kind, with whatever may have been done about them. */
const before = (kind: CaseKind): readonly (readonly PastCase[])[] => [
  [caseHistory({ kind })],
  [caseHistory({ kind, openedBy: 'person' })],
  [caseHistory({ kind, openedBy: 'recipient' }, null, true)],
  [caseHistory({ kind }, 'open')],
  [caseHistory({ kind }, 'submitted')],
  [caseHistory({ kind, ...CLOSED, closedHow: 'facts' })],
  [caseHistory({ kind, ...CLOSED, closedHow: 'retracted' }, 'submitted')],
  [caseHistory({ kind, ...CLOSED, closedHow: 'person' })],
];
const PASTS: readonly (readonly PastCase[])[] = [[], ...CASE_KINDS.flatMap(before)];

const DELIVERY_REQUESTS: readonly (readonly DeliveryRequestFact[])[] = [
  [],
  [{ state: 'accepted', atMs: NOW_MS - DAY_MS / 2 }],
  [{ state: 'open', atMs: NOW_MS - 3 * DAY_MS }],
];

/** Random numbers from 0 to 1 that are the same in every run. */
function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}

function randomPolicy(random: () => number): ExceptionPolicy {
  const one = <T>(of: readonly T[]): T => of[Math.floor(random() * of.length)] as T;
  const madeOtherwise: readonly CaseKind[] = ['attempts', 'request', 'proof_missing', 'custody'];
  const kinds = [...CASE_KINDS.filter((kind) => !madeOtherwise.includes(kind)), 'none'];
  const places = () =>
    random() < 0.4 ? 'any' : [one(STATUSES), ...STATUSES.filter(() => random() < 0.3)];
  const reasons = REASONS.flatMap((reason) =>
    reason === null || random() < 0.1 ? [] : [[reason, { kind: one(kinds), in: places() }]],
  );
  return exceptionPolicy.parse({
    ...SHIPPED,
    attempts: 1 + Math.floor(random() * 4),
    return_after_attempts: one([1, 2, 3, 4, 'off']),
    reasons: Object.fromEntries(reasons),
  });
}
const random = seeded(20_260_312);
const POLICIES = [SHIPPED, ...Array.from({ length: RANDOM_POLICIES }, () => randomPolicy(random))];

/** The cases after a step, as they are stored. */
function applied(cases: readonly PastCase[], step: Step, attempts: number): PastCase[] {
  if (step.do === 'open') {
    const { kind, reason, trigger } = step;
    return [...cases, caseHistory({ id: `${cases.length}`, kind, reason, trigger, attempts })];
  }
  const { reason, trigger } = step.do === 'reopen' ? step : step.it;
  const change: Partial<ExceptionCase> = {
    ...(step.do === 'close' ? { ...CLOSED, closedHow: step.how, outcome: step.outcome } : {}),
    ...(step.do === 'reopen' ? { state: 'open', closedHow: null, outcome: null } : {}),
    reason,
    trigger,
    attempts,
  };
  return cases.map((each) =>
    each.exceptionCase.id === step.it.id
      ? { ...each, exceptionCase: { ...step.it, ...change } }
      : each,
  );
}

/** Applies steps until there are none: `open lost`, `close lost`, … */
function stepsToRest(
  observed: Observed,
  past: readonly PastCase[],
  deliveryRequests: readonly DeliveryRequestFact[],
  policy: ExceptionPolicy,
): string[] {
  let cases = past;
  const made: string[] = [];
  while (made.length <= STEPS_MAX) {
    const { steps, attempts } = decideCases(observed, cases, deliveryRequests, policy, NOW_MS);
    const [next] = steps;
    if (next === undefined) return made;
    made.push(`${next.do} ${next.do === 'open' ? next.kind : next.it.kind}`);
    cases = applied(cases, next, attempts);
  }
  return [...made, 'and no end'];
}

/** Whether a kind of trouble both ended and began within the same state of the parcel. */
function isTurning(steps: readonly string[]): boolean {
  const moved = steps.flatMap((step) =>
    /^(open|reopen|close) /.test(step) ? [step.split(' ')[1]] : [],
  );
  return steps.includes('and no end') || new Set(moved).size < moved.length;
}

function* everyObserved(policy: ExceptionPolicy): Generator<Observed> {
  for (const status of STATUSES) {
    for (const reason of new Set([...REASONS, ...Object.keys(policy.reasons)])) {
      for (const history of HISTORIES) {
        const last: ObservedEvent = { identity: 's', status, reason, atMs: NOW_MS - DAY_MS };
        // A command, a timer or a summary can cause a state without an event in the timeline.
        for (const events of [history, [...history, last]]) {
          for (const confirmed of [true, false]) {
            yield { status, reason, confirmed, steering: 's', events };
          }
        }
      }
    }
  }
}

describe('what a shipment’s cases become', () => {
  it.each(
    POLICIES.map((policy, index) => [
      index === 0 ? 'the policy as shipped' : `policy ${index}`,
      policy,
    ]),
  )('comes to rest, whatever it is and was: %s', (_name, policy) => {
    const turning: string[] = [];
    let tried = 0;
    let place = 0;
    for (const observed of everyObserved(policy as ExceptionPolicy)) {
      for (const past of inTurn(PASTS, place++, 5)) {
        // The histories are combined in turn: there are many more statuses, so each meets each.
        tried += 1;
        const deliveryRequests = DELIVERY_REQUESTS[tried % DELIVERY_REQUESTS.length] ?? [];
        const steps = stepsToRest(observed, past, deliveryRequests, policy as ExceptionPolicy);
        if (!isTurning(steps)) continue;
        const { status, reason, confirmed, events } = observed;
        const was = past.map(
          ({ exceptionCase, claim }) =>
            `${exceptionCase.kind} ${exceptionCase.state} ${exceptionCase.closedHow} ${claim}`,
        );
        turning.push(
          `${status}/${reason} ${confirmed} after ${events.length}, ${was}: ${steps.join(', ')}`,
        );
      }
    }
    expect(turning.slice(0, 5)).toEqual([]);
  });
});
