import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { caseDetails } from '../cases/case-details.ts';
import type { Worker } from '../cases/work-cases.ts';
import { createExceptions, type Exceptions } from '../exceptions.ts';
import { startTestExceptions, type TestExceptions, type TestParcel } from '../test-exceptions.ts';

let world: TestExceptions;
let exceptions: Exceptions;
beforeAll(async () => {
  world = await startTestExceptions();
});
afterAll(() => world.close());
beforeEach(() => {
  const none = { outcome: 'not_offered' } as const;
  Object.assign(world.carrier, { points: none, options: none, redirected: none });
  exceptions = createExceptions(world.deps);
});

const BY: Worker = { actor: 'merchant', apiKeyId: null };
const ATTEMPT = 'ATT 2026-03-10T06:00';
const deliveryRequest = {
  date: '2026-03-11',
  window: 'evening',
  instructions: 'Ring twice.',
} as const;
const contact = { name: 'A. Example', email: 'a@example.com', phone: null };

async function parcel(number: string, ...lines: readonly string[]) {
  const it = await world.parcel(number, {
    personal: { recipient: contact, origin: null, destination: { country: 'US', line1: 'Elm St' } },
  });
  await it.tell(...lines);
  return { it, subject: { tenant: world.tenant, shipmentId: it.id } };
}

function carrierTakes(outcome: 'accepted' | 'refused') {
  const option = {
    kind: 'reschedule',
    eligibility: 'eligible',
    dates: [deliveryRequest.date],
    charge: null,
  };
  const more = { reasons: null, needsContact: false, takesInstructions: true };
  Object.assign(world.carrier, {
    options: {
      outcome: 'asked',
      value: { outcome: 'options', options: [{ ...option, ...more }] },
    },
    redirected: { outcome: 'asked', value: { outcome, reference: 'R-1', reason: 'Too late.' } },
  });
}

/** The log entries about cases and requests, in order. */
async function logged({ id }: TestParcel) {
  const { rows } = await world.hub.db.pipeline.query<{ type: string; data: Notified }>(
    `select type, data from event_log where subject_id = $1
       and (type like 'shipment.exception%' or type = 'delivery_request.resolved') order by sequence`,
    [id],
  );
  return rows.map(({ type, data }) => {
    const { delivery_request: settled, happened = [] } = data;
    const what =
      settled === undefined
        ? happened
        : [settled['kind'], settled['state'], 'by', settled['made_by']];
    return [type.replace('shipment.', ''), ...what].join(' ');
  });
}
interface Notified {
  readonly delivery_request?: Readonly<Record<string, string>>;
  readonly happened?: readonly string[];
}

it('is published once where a carrier agrees, also for a parcel without a problem', async () => {
  carrierTakes('accepted');
  const { it: under, subject } = await parcel('ACME-DELIVERY_REQUEST-1', 'MOVE 2026-03-10T06:00');
  await exceptions.selfService.reschedule(subject, deliveryRequest);
  await exceptions.selfService.reschedule(subject, deliveryRequest);
  expect(await logged(under)).toEqual([
    'delivery_request.resolved reschedule accepted by recipient',
  ]);
  expect(await under.cases()).toEqual([]);
});

it('is published beside the case that it belongs to, whether the carrier agrees or not', async () => {
  const lines = ['OFD 2026-03-07T06:00', 'BADADDR 2026-03-10T06:00'];
  for (const [number, outcome, state] of [
    ['ACME-DELIVERY_REQUEST-2', 'accepted', 'accepted'],
    ['ACME-DELIVERY_REQUEST-3', 'refused', 'refused'],
  ] as const) {
    carrierTakes(outcome);
    const { it: under, subject } = await parcel(number, ...lines);
    await exceptions.selfService.as('merchant').reschedule(subject, deliveryRequest);
    expect(await logged(under)).toEqual([
      'exception_opened opened',
      `delivery_request.resolved reschedule ${state} by merchant`,
      `exception_updated delivery_request_${state}`,
    ]);
  }
});

it('is published when a person has handled it, and not while it waits for one', async () => {
  for (const [number, done, state] of [
    ['ACME-DELIVERY_REQUEST-4', true, 'done'],
    ['ACME-DELIVERY_REQUEST-5', false, 'refused'],
  ] as const) {
    const { it: under, subject } = await parcel(number, ATTEMPT);
    await exceptions.selfService.reschedule(subject, deliveryRequest);
    expect(await logged(under)).toEqual(['exception_opened opened delivery_request_made']);
    const [open] = await under.cases();
    const view = await exceptions.show(world.tenant, open?.id ?? '');
    const id = view?.deliveryRequests[0]?.row.id ?? '';
    const settle = () =>
      exceptions.resolveDeliveryRequest(world.tenant, open?.id ?? '', id, BY, { done, note: null });
    await settle();
    expect(await settle()).toEqual({ kind: 'no_such_request' });
    expect(await logged(under)).toEqual([
      'exception_opened opened delivery_request_made',
      `delivery_request.resolved reschedule ${state} by recipient`,
      `exception_resolved delivery_request_${state} closed`,
    ]);
  }
});

it('is published for an address that was refused, then for the one that was approved', async () => {
  const { it: under, subject } = await parcel(
    'ACME-DELIVERY_REQUEST-6',
    'BADADDR 2026-03-10T06:00',
  );
  const [open] = await under.cases();
  const id = open?.id ?? '';
  const address = { line1: 'Oak St 22', city: 'Springfield' };
  await exceptions.selfService.confirmAddress(subject, { kind: 'confirm' });
  await exceptions.refuseAddress(world.tenant, id, BY, null);
  await exceptions.selfService.confirmAddress(subject, { kind: 'correct', address });
  const approval = { address: null, askCarrier: false, note: null };
  await exceptions.approveAddress(world.tenant, id, BY, approval);
  expect(
    (await logged(under)).filter((line) => line.startsWith('delivery_request.resolved')),
  ).toEqual([
    'delivery_request.resolved address refused by recipient',
    'delivery_request.resolved address done by recipient',
  ]);
});

it('is published without its text; the notifications read that here', async () => {
  const { it: under, subject } = await parcel('ACME-DELIVERY_REQUEST-7', ATTEMPT);
  await exceptions.selfService.reschedule(subject, deliveryRequest);
  const { rows } = await world.hub.db.pipeline.query('select data from event_log');
  expect(JSON.stringify(rows)).not.toContain('Ring twice');
  const [open] = await under.cases();
  const of = (about: Parameters<typeof caseDetails>[3]) =>
    caseDetails(world.deps, world.tenant, under.id, about);
  const said = {
    ...deliveryRequest,
    kind: 'reschedule',
    state: 'open',
    place: null,
    address: null,
  };
  const deliveryRequests = [said];
  expect(await of({ caseId: open?.id ?? '', deliveryRequestId: null })).toEqual({
    contact,
    deliveryRequests,
    claim: null,
  });
  expect(await of({ caseId: null, deliveryRequestId: null })).toMatchObject({
    deliveryRequests: [],
  });
  const live = { ...world.tenant, mode: 'live' as const };
  const foreign = { caseId: open?.id ?? '', deliveryRequestId: null };
  expect(await caseDetails(world.deps, live, under.id, foreign)).toBeNull();
});

it('moves the case when a claim of it is rejected', async () => {
  const { it: under } = await parcel('ACME-DELIVERY_REQUEST-8', 'DMG 2026-03-10T06:00');
  const [open] = await under.cases();
  const draft = { amountMinor: 4_900, currency: 'EUR', description: null };
  const id = open?.id ?? '';
  const drafted = await exceptions.draftClaim(world.tenant, id, BY, {
    reason: 'damaged',
    ...draft,
  });
  if (drafted.kind !== 'done') throw new Error(drafted.kind);
  await exceptions.submitClaim(world.tenant, drafted.claim.id, BY, { reference: 'C-1' });
  const said = { decision: 'rejected', note: null } as const;
  await exceptions.decideClaim(world.tenant, drafted.claim.id, BY, said);
  expect(await logged(under)).toEqual([
    'exception_opened opened',
    'exception_updated claim_submitted',
    'exception_updated claim_rejected',
  ]);
  const details = await caseDetails(world.deps, world.tenant, under.id, {
    caseId: id,
    deliveryRequestId: null,
  });
  expect(details?.claim).toMatchObject({ state: 'rejected', amountMinor: 4_900, reference: 'C-1' });
});
