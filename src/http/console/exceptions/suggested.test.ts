import { expect, it } from 'vitest';
import { messagesIn } from '../../../platform/messages/catalogue.ts';
import type { ExceptionCase } from '../../../reactions/exceptions/index.ts';
import { isHeld, nextOfCase } from './case-page.tsx';
import { overdueText } from './due.tsx';
import { actsOn } from './suggested.ts';

const NOW_MS = Date.parse('2026-11-27T08:00:00Z');
const CASE = {
  state: 'open',
  kind: 'lost',
  waitingFor: 'merchant',
  deadlineAtMs: null,
  owner: 'Kim',
} as const;

type Work = Parameters<typeof actsOn>[0];

interface Input {
  readonly exceptionCase?: Partial<Work['view']['exceptionCase']>;
  readonly reachable?: boolean;
  readonly history?: readonly Work['view']['history'][number]['type'][];
  readonly claims?: Work['claims'];
  readonly status?: Work['view']['shipment']['state']['status'];
}

const suggested = (input: Input) => acts(input).suggested;

function acts(input: Input) {
  const {
    exceptionCase,
    reachable = true,
    history = [],
    claims = [],
    status = 'exception',
  } = input;
  const view = {
    shipment: { state: { status } },
    exceptionCase: { ...CASE, ...exceptionCase },
    reachable,
    history: history.map((type) => ({ type })),
    deliveryRequests: [],
  };
  return actsOn({ view, claims, ownerName: 'Kim', nowMs: NOW_MS });
}

it('suggests the next step of the case, and closing only once nothing else is left', () => {
  expect(suggested({})).toBe('claim');
  expect(suggested({ claims: [{ state: 'draft' }] })).toBe('claim');
  expect(suggested({ claims: [{ state: 'submitted' }] })).toBe('reship');
  const claims = [{ state: 'accepted' }] as const;
  expect(suggested({ claims, history: ['replacement_named'] })).toBe('close');
  expect(suggested({ claims, history: ['refund_recorded'] })).toBe('close');
  expect(suggested({ exceptionCase: { kind: 'refused' } })).toBe('ask');
  expect(suggested({ exceptionCase: { kind: 'address' }, reachable: false })).toBe('address');
  expect(suggested({ exceptionCase: { kind: 'stalled', owner: null } })).toBe('take');
});

it('suggests to send a returning parcel again or to refund it, and offers no new address', () => {
  const back = acts({ status: 'returning', exceptionCase: { kind: 'address' } });
  expect(back).toEqual({ suggested: 'reship', others: ['refund', 'ask', 'claim'] });
  const waits = { status: 'returning', exceptionCase: { waitingFor: 'carrier' } } as const;
  expect(suggested(waits)).toBe('reship');
  const { others } = acts({ exceptionCase: { kind: 'address' } });
  expect(others).toEqual(['address', 'reship', 'refund', 'claim']);
});

it('suggests nothing while an answer is awaited, and more than to close once it is overdue', () => {
  for (const [waitingFor, act] of [
    ['recipient', 'ask'],
    ['carrier', 'claim'],
  ] as const) {
    expect(suggested({ exceptionCase: { waitingFor } })).toBeNull();
    expect(suggested({ exceptionCase: { waitingFor, owner: null } })).toBe('take');
    expect(suggested({ exceptionCase: { waitingFor, deadlineAtMs: NOW_MS } })).toBe(act);
  }
});

it('suggests to ask for the documents that customs want, and no claim while they are missing', () => {
  for (const waitingFor of ['merchant', 'carrier'] as const) {
    const exceptionCase = { kind: 'customs', waitingFor, deadlineAtMs: NOW_MS } as const;
    expect(suggested({ exceptionCase })).toBe('ask');
    expect(suggested({ exceptionCase: { ...exceptionCase, owner: null }, reachable: false })).toBe(
      'take',
    );
    const words = messagesIn('en').console.cases;
    const of = { ...CASE, ...exceptionCase } as ExceptionCase;
    expect(nextOfCase(words, { exceptionCase: of, status: 'exception', nowMs: NOW_MS })).toBe(
      'Ask the recipient for the documents that the carrier wants',
    );
  }
});

it.each([
  ['en', '1 min overdue', '5 h overdue', '1 day overdue', '9 days overdue'],
  ['de', '1 Min. überfällig', '5 Std. überfällig', '1 Tag überfällig', '9 Tage überfällig'],
  ['es', 'vencido hace 1 min', 'vencido hace 5 h', 'vencido hace 1 día', 'vencido hace 9 días'],
  ['fr', 'en retard de 1 min', 'en retard de 5 h', 'en retard de 1 jour', 'en retard de 9 jours'],
] as const)('says in %s by how much a case is overdue', (language, ...said) => {
  const { cases } = messagesIn(language).console;
  const late = (hours: number, state = 'open') => {
    const deadlineAtMs = NOW_MS - hours * 3_600_000;
    return overdueText(cases, { ...CASE, state, deadlineAtMs } as ExceptionCase, NOW_MS);
  };
  expect([late(0), late(5.5), late(47), late(9 * 24)]).toEqual(said);
  expect([late(-1), late(5, 'closed')]).toEqual([null, null]);
});

it.each([
  ['exception', 'merchant', true],
  ['exception', 'recipient', true],
  // The carrier moves it on without an answer.
  ['exception', 'carrier', false],
  ['in_transit', 'merchant', false],
] as const)('knows whether a parcel is held: %s, waiting for %s', (status, waitingFor, held) => {
  expect(isHeld({ state: { status } }, { waitingFor })).toBe(held);
});
