import { describe, expect, it } from 'vitest';
import { PROJECT_ROOT } from '../../../platform/settings/yaml-settings.ts';
import type { ExceptionCase } from '../cases/case.ts';
import { readPolicyFile } from '../policy/own-policy.ts';
import type { ExceptionPolicy } from '../policy/policy.ts';
import { attemptsOf, type ObservedEvent } from './attempts.ts';
import {
  type DeliveryRequestFact,
  decideCases,
  type Observed,
  type PastCase,
  type Step,
  waitingFor,
} from './decide.ts';

const POLICY = await readPolicyFile(`${PROJECT_ROOT}config/exception-policy.yaml`);
const NOW_MS = Date.parse('2026-03-12T12:00:00Z');
const DAY_MS = 86_400_000;

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
  trigger: 'fact',
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

const worked = (exceptionCase: Partial<ExceptionCase>, more: Partial<PastCase> = {}): PastCase => ({
  exceptionCase: { ...CASE, ...exceptionCase },
  deliveryRequestOpen: false,
  claim: null,
  ...more,
});
const closed = (exceptionCase: Partial<ExceptionCase>) =>
  worked({
    state: 'closed',
    outcome: 'resolved',
    closedHow: 'facts',
    closedAtMs: NOW_MS,
    ...exceptionCase,
  });

/** Events from lines such as `delivery_attempted/refused 2026-03-10T10:00`, oldest first. */
function events(...lines: readonly string[]): ObservedEvent[] {
  return lines.map((line) => {
    const [what = '', at] = line.split(' ');
    const [status = '', reason] = what.split('/');
    return {
      identity: line,
      status: status as ObservedEvent['status'],
      reason: reason ?? null,
      atMs: at === undefined ? null : Date.parse(`${at}:00Z`),
    };
  });
}

const ATTEMPTS = [
  'delivery_attempted 2026-03-10T10:00',
  'delivery_attempted 2026-03-11T10:00',
  'delivery_attempted/recipient_unavailable 2026-03-12T10:00',
] as const;

/** The shipment in the state after its last event. */
function observed(lines: readonly string[], more: Partial<Observed> = {}): Observed {
  const all = events(...lines);
  const last = all.at(-1);
  return {
    status: (last?.status ?? 'created') as Observed['status'],
    reason: last?.reason ?? null,
    confirmed: true,
    steering: last?.identity ?? null,
    events: all,
    ...more,
  };
}

function inWords(step: Step): string {
  switch (step.do) {
    case 'open':
      return `open ${step.kind} ${step.reason}`;
    case 'reopen':
      return `reopen ${step.it.kind}`;
    case 'close':
      return `close ${step.it.kind} ${step.outcome} ${step.how}`;
    case 'update':
      return `${step.announced ? 'tell' : 'note'} ${step.it.kind} ${step.it.reason} ×${step.it.attempts}`;
  }
}

interface Given {
  readonly cases?: readonly PastCase[];
  readonly deliveryRequests?: readonly DeliveryRequestFact[];
  readonly policy?: Partial<ExceptionPolicy>;
}

function decide(
  shipment: Observed,
  { cases = [], deliveryRequests = [], policy = {} }: Given = {},
) {
  const plan = decideCases(shipment, cases, deliveryRequests, { ...POLICY, ...policy }, NOW_MS);
  const steps = plan.steps.map(inWords);
  return { steps, sendsBack: plan.sendBack !== null };
}
const stepsOf = (shipment: Observed, given?: Given) => decide(shipment, given).steps;

describe('failed attempts', () => {
  it.each([
    ['none', [], 0],
    ['one a day', ATTEMPTS, 3],
    ['two scans of one visit', [ATTEMPTS[0], 'delivery_attempted 2026-03-10T10:07'], 1],
    [
      'two visits of one day with the parcel on the vehicle between',
      [ATTEMPTS[0], 'out_for_delivery 2026-03-10T11:00', 'delivery_attempted 2026-03-10T12:00'],
      2,
    ],
    ['two without times', ['delivery_attempted', 'delivery_attempted'], 1],
    ['scans in the depot between', [ATTEMPTS[0], 'at_facility 2026-03-10T18:00', ATTEMPTS[1]], 2],
  ])('are counted: %s', (_name, lines, count) => {
    expect(attemptsOf(events(...lines)).count).toBe(count);
  });
});

describe('a case opens', () => {
  it.each([
    ['exception 2026-03-12T10:00', 'open other null'],
    ['exception/weather_delay 2026-03-12T10:00', 'open other weather_delay'],
    ['exception/stalled 2026-03-12T10:00', 'open stalled stalled'],
    ['exception/customs_hold 2026-03-12T10:00', 'open customs customs_hold'],
    ['exception/lost 2026-03-12T10:00', 'open lost lost'],
    ['exception/damaged 2026-03-12T10:00', 'open damaged damaged'],
    ['delivered/damaged 2026-03-12T10:00', 'open damaged damaged'],
    ['delivery_attempted/address_not_found 2026-03-12T10:00', 'open address address_not_found'],
    ['delivery_attempted/refused 2026-03-12T10:00', 'open refused refused'],
  ])('of %s', (line, step) => {
    expect(stepsOf(observed([line]))).toEqual([step]);
  });

  it.each([
    'in_transit 2026-03-12T10:00',
    'delivery_attempted/recipient_unavailable 2026-03-12T10:00',
    'returning/refused 2026-03-12T10:00',
    'delivered 2026-03-12T10:00',
    // The same update would close the case: there is nothing left to work on.
    'delivered/lost 2026-03-12T10:00',
    'cancelled/damaged 2026-03-12T10:00',
    'returned_to_sender/lost 2026-03-12T10:00',
  ])('not of %s', (line) => {
    expect(stepsOf(observed([line]))).toEqual([]);
    expect(stepsOf(observed([line], { confirmed: false }))).toEqual([]);
  });

  it('of the third failed attempt, and not of the second', () => {
    expect(stepsOf(observed(ATTEMPTS.slice(0, 2)))).toEqual([]);
    expect(stepsOf(observed(ATTEMPTS))).toEqual(['open attempts recipient_unavailable']);
  });

  it('of damage that was scanned on the way, even when the parcel continues; not of old damage', () => {
    const onTheWay = ['in_transit/damaged 2026-03-12T08:00', 'at_facility 2026-03-12T10:00'];
    expect(stepsOf(observed(onTheWay))).toEqual(['open damaged damaged']);
    const old = ['in_transit/damaged 2025-03-12T08:00', 'delivered 2025-03-13T10:00'];
    expect(stepsOf(observed(old))).toEqual([]);
  });

  it('once while it is open, whatever else arrives', () => {
    const given = { cases: [worked({ trigger: 'exception 2026-03-12T10:00' })] };
    expect(stepsOf(observed(['exception 2026-03-12T10:00']), given)).toEqual([]);
  });

  it('beside another of the same parcel when the trouble is another', () => {
    const cases = [worked({ kind: 'damaged', reason: 'damaged', waitingFor: 'merchant' })];
    const lines = [
      'exception/damaged 2026-03-12T08:00',
      'exception/address_not_found 2026-03-12T10:00',
    ];
    expect(stepsOf(observed(lines), { cases })).toContain('open address address_not_found');
  });

  it('not again for what a person closed, until that is something else', () => {
    const line = 'exception 2026-03-12T10:00';
    const cases = [closed({ closedHow: 'person', trigger: line })];
    expect(stepsOf(observed([line]), { cases })).toEqual([]);
    expect(stepsOf(observed([line, 'exception 2026-03-12T11:00']), { cases })).toEqual([
      'open other null',
    ]);
  });

  it('again as it was when what had ended it is taken back', () => {
    const line = 'exception/lost 2026-03-12T10:00';
    const cases = [closed({ kind: 'lost', trigger: line })];
    expect(stepsOf(observed([line]), { cases })).toEqual(['reopen lost']);
    const three = [closed({ kind: 'attempts', trigger: 'attempts 3' })];
    expect(stepsOf(observed(ATTEMPTS), { cases: three })).toEqual(['reopen attempts']);
  });
});

describe('a case closes by itself', () => {
  it.each([
    ['other', ['exception 2026-03-12T08:00', 'in_transit 2026-03-12T10:00'], 'resolved facts'],
    ['stalled', ['in_transit 2026-03-12T10:00'], 'resolved facts'],
    ['customs', ['exception/lost 2026-03-12T10:00'], 'resolved facts'],
    ['lost', ['at_facility 2026-03-12T10:00'], 'resolved facts'],
    ['attempts', [...ATTEMPTS, 'available_for_pickup 2026-03-12T11:00'], 'resolved facts'],
    ['attempts', [...ATTEMPTS, 'delivered 2026-03-12T11:00'], 'resolved facts'],
    ['attempts', ATTEMPTS.slice(0, 2), 'resolved retracted'],
    ['address', ['in_transit 2026-03-12T10:00'], 'resolved retracted'],
    ['request', ['delivered 2026-03-12T10:00'], 'resolved facts'],
    ['damaged', ['in_transit 2026-03-12T10:00'], 'resolved retracted'],
    ['other', ['returned_to_sender 2026-03-12T10:00'], 'returned facts'],
    ['damaged', ['returned_to_sender 2026-03-12T10:00'], 'returned facts'],
    ['other', ['cancelled 2026-03-12T10:00'], 'resolved facts'],
  ] as const)('of %s after %j: %s', (kind, lines, end) => {
    expect(stepsOf(observed(lines), { cases: [worked({ kind })] })).toContain(
      `close ${kind} ${end}`,
    );
  });

  it.each([
    ['address', ['exception/address_not_found 2026-03-12T08:00', 'at_facility 2026-03-12T10:00']],
    ['attempts', [...ATTEMPTS, 'out_for_delivery 2026-03-12T11:00']],
    ['attempts', [...ATTEMPTS, 'returning 2026-03-12T11:00']],
    ['other', ['returning 2026-03-12T11:00']],
    ['damaged', ['exception/damaged 2026-03-12T08:00', 'delivered 2026-03-12T10:00']],
  ] as const)('not of %s after %j', (kind, lines) => {
    const steps = stepsOf(observed(lines), { cases: [worked({ kind })] });
    expect(steps.filter((step) => step.startsWith('close'))).toEqual([]);
  });

  it('goes out again to a mended address', () => {
    const lines = [
      'exception/address_not_found 2026-03-12T08:00',
      'out_for_delivery 2026-03-12T10:00',
    ];
    expect(stepsOf(observed(lines), { cases: [worked({ kind: 'address' })] })).toEqual([
      'close address resolved facts',
    ]);
  });

  it('not on a delivery that nobody confirmed', () => {
    const delivered = observed(['delivered 2026-03-12T10:00'], { confirmed: false });
    expect(stepsOf(delivered, { cases: [worked({})] })).toEqual([]);
  });

  it('never when a person opened it, nor while a claim is open', () => {
    const delivered = observed(['delivered 2026-03-12T10:00']);
    expect(
      stepsOf(delivered, {
        cases: [worked({ kind: 'lost', openedBy: 'person', waitingFor: 'merchant' })],
      }),
    ).toEqual([]);
    const claimed = [worked({ kind: 'lost' }, { claim: 'submitted' })];
    expect(stepsOf(delivered, { cases: claimed })).toEqual([]);
    expect(stepsOf(observed(['cancelled 2026-03-12T10:00']), { cases: claimed })).toEqual([]);
  });
});

describe('an open case', () => {
  it('tells of another reason and of one more attempt', () => {
    const cases = [worked({ kind: 'customs', reason: 'customs_hold' })];
    expect(stepsOf(observed(['exception/missing_documents 2026-03-12T10:00']), { cases })).toEqual([
      'tell customs missing_documents ×0',
    ]);
    const four = [...ATTEMPTS, 'delivery_attempted/refused 2026-03-13T10:00'];
    const three = [worked({ kind: 'attempts', attempts: 3, trigger: 'attempts 3' })];
    expect(stepsOf(observed(four), { cases: three })).toContain('tell attempts refused ×4');
  });

  it('waits for whoever can do something next', () => {
    const of = (
      it: PastCase,
      status: Observed['status'] = 'exception',
      deliveryRequests: DeliveryRequestFact[] = [],
    ) => waitingFor(it, status, deliveryRequests, NOW_MS);
    expect(of(worked({ kind: 'address' }))).toBe('recipient');
    expect(of(worked({ kind: 'address' }, { deliveryRequestOpen: true }))).toBe('merchant');
    expect(of(worked({ kind: 'attempts' }), 'returning')).toBe('merchant');
    expect(of(worked({ kind: 'customs' }))).toBe('carrier');
    expect(of(worked({ kind: 'customs', deadlineAtMs: NOW_MS }))).toBe('merchant');
    expect(of(worked({ kind: 'damaged' }))).toBe('merchant');
    expect(of(worked({ kind: 'damaged' }, { claim: 'submitted' }))).toBe('carrier');
    const accepted = { state: 'accepted', atMs: NOW_MS } as const;
    expect(of(worked({ kind: 'attempts' }), 'delivery_attempted', [accepted])).toBe('carrier');
  });
});

describe('an address that nobody finds', () => {
  const at = (status: Observed['status'], unknownAddress: string | null = 'a1') =>
    observed([`${status} 2026-03-12T10:00`], { unknownAddress });

  it('is a case of its own until it is mended, and none of a parcel that has come', () => {
    expect(stepsOf(at('created'))).toEqual(['open address address_not_found']);
    const cases = [
      worked({
        kind: 'address',
        reason: 'address_not_found',
        trigger: 'place a1',
        waitingFor: 'recipient',
      }),
    ];
    expect(stepsOf(at('out_for_delivery'), { cases })).toEqual([]);
    expect(stepsOf(at('created', null), { cases })).toEqual(['close address resolved retracted']);
    expect(stepsOf(at('delivered'))).toEqual([]);
  });

  it('is not opened twice by a carrier that does not find it either, nor again after a person', () => {
    const carrier = observed(['exception/address_check 2026-03-12T10:00'], {
      unknownAddress: 'a1',
    });
    expect(stepsOf(carrier)).toEqual(['open address address_check']);
    const exceptionCase = { kind: 'address', trigger: 'place a1', closedHow: 'person' } as const;
    expect(stepsOf(at('created'), { cases: [closed(exceptionCase)] })).toEqual([]);
    expect(stepsOf(at('created', 'b2'), { cases: [closed(exceptionCase)] })).toHaveLength(1);
  });
});

describe('a parcel is sent back', () => {
  const cases = [
    worked({ kind: 'attempts', attempts: 3, trigger: 'attempts 3', waitingFor: 'recipient' }),
  ];
  const sendsBack = (shipment: Observed, given: Given = {}) =>
    decide(shipment, { cases, ...given }).sendsBack;

  it('after the third failed attempt', () => {
    expect(sendsBack(observed(ATTEMPTS))).toBe(true);
  });

  it('not before it, not on news that may be false, and not once it has moved on', () => {
    expect(sendsBack(observed(ATTEMPTS.slice(0, 2)))).toBe(false);
    expect(sendsBack(observed(ATTEMPTS, { confirmed: false }))).toBe(false);
    for (const line of ['out_for_delivery', 'available_for_pickup', 'at_facility', 'returning']) {
      expect(sendsBack(observed([...ATTEMPTS, `${line} 2026-03-12T11:00`]))).toBe(false);
    }
  });

  it('not while somebody’s request for it stands, but when it failed after a request was done', () => {
    const deliveryRequest = (state: DeliveryRequestFact['state'], at: string) => ({
      deliveryRequests: [{ state, atMs: Date.parse(at) }],
    });
    expect(sendsBack(observed(ATTEMPTS), deliveryRequest('open', '2026-03-11T11:00:00Z'))).toBe(
      false,
    );
    expect(sendsBack(observed(ATTEMPTS), deliveryRequest('accepted', '2026-03-12T11:00:00Z'))).toBe(
      false,
    );
    expect(sendsBack(observed(ATTEMPTS), deliveryRequest('accepted', '2026-03-11T11:00:00Z'))).toBe(
      true,
    );
  });

  it('once for a case, and never where that is switched off', () => {
    const done = cases.map(({ exceptionCase }) =>
      worked({ ...exceptionCase, returnCommandedAtMs: NOW_MS }),
    );
    expect(sendsBack(observed(ATTEMPTS), { cases: done })).toBe(false);
    expect(sendsBack(observed(ATTEMPTS), { policy: { return_after_attempts: 'off' } })).toBe(false);
    expect(sendsBack(observed(ATTEMPTS), { policy: { return_after_attempts: 4 } })).toBe(false);
  });

  it('after the second where the policy says so, with a case of its own', () => {
    const policy = { return_after_attempts: 2 };
    expect(stepsOf(observed(ATTEMPTS.slice(0, 2)), { policy })).toEqual(['open attempts null']);
    expect(sendsBack(observed(ATTEMPTS.slice(0, 2)), { policy })).toBe(true);
  });
});
