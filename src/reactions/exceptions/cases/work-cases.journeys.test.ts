import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { deleteShipment, viewShipment } from '../../../tracking/ports/shipments.ts';
import { sweepErasedEvidence } from '../claims/evidence.ts';
import { createExceptions, type Exceptions } from '../exceptions.ts';
import { startTestExceptions, type TestExceptions, type TestParcel } from '../test-exceptions.ts';
import { backTo } from './case-details.ts';
import { passDeadlines } from './deadlines.ts';
import type { Worker } from './work-cases.ts';

let world: TestExceptions;
let exceptions: Exceptions;
beforeAll(async () => {
  world = await startTestExceptions();
  exceptions = createExceptions(world.deps);
});
afterAll(() => world.close());
beforeEach(() => {
  world.carrier.options = { outcome: 'not_offered' };
  world.carrier.redirected = { outcome: 'not_offered' };
  world.carrier.requested.length = 0;
});

const BY: Worker = { actor: 'merchant', apiKeyId: null };
const HOUR_MS = 3_600_000;

async function inTrouble(number: string, ...lines: readonly string[]) {
  const it = await world.parcel(number, {
    personal: {
      recipient: { name: 'A. Example', phone: '+1 410 555 0123' },
      origin: { country: 'US', postal_code: '10001' },
      destination: { country: 'US', postal_code: '94107', city: 'Springfield', line1: 'Elm St 1' },
    },
  });
  await it.tell(...lines);
  const [opened] = await it.cases();
  return { it, id: opened?.id ?? '' };
}
const publishedTypes = async (it: TestParcel) => (await it.logged()).map(({ type }) => type);
const show = async (id: string) => {
  const shown = await exceptions.show(world.tenant, id);
  if (shown === null) throw new Error('no such case');
  return shown;
};
const history = async (id: string) =>
  (await show(id)).history.map(({ type, actor }) => `${type} ${actor}`);
const resolution = { outcome: 'resolved', to: null, note: null } as const;

describe('where a parcel is once its trouble is over', () => {
  const at = (status: Parameters<typeof backTo>[0][number]['status']) => ({ status });
  it.each([
    [[], 'in_transit'],
    [[at('exception'), at('at_facility')], 'at_facility'],
    [[at('exception'), at('in_transit'), at('at_facility')], 'in_transit'],
    [[at('exception'), at('picked_up')], 'in_transit'],
    [[at('exception'), at('out_for_delivery'), at('in_transit')], 'at_facility'],
    [[at('exception'), at('delivery_attempted'), at('out_for_delivery')], 'at_facility'],
  ])('is where it was, and on a vehicle only when a person says so: %j', (events, to) => {
    expect(backTo(events)).toBe(to);
  });
});

describe('a case that a person resolves', () => {
  it('puts the shipment back where it was, once, and publishes it', async () => {
    const { it, id } = await inTrouble(
      ...(['ACME-RES-1', 'HUB 2026-03-09T08:00', 'EXC 2026-03-09T12:00'] as const),
    );
    const done = await exceptions.resolve(world.tenant, id, BY, { ...resolution, note: 'Called.' });
    await world.settled();
    expect(done).toMatchObject({
      kind: 'done',
      exceptionCase: { state: 'closed', closedHow: 'person' },
    });
    expect(await it.status()).toBe('at_facility');
    expect(await publishedTypes(it)).toEqual(['exception_opened', 'exception_resolved']);
    expect((await show(id)).history.at(-1)).toMatchObject({ type: 'closed', note: 'Called.' });
    expect(await exceptions.resolve(world.tenant, id, BY, resolution)).toEqual({ kind: 'closed' });
    const text = `select convert_from(note, 'latin1') as note from case_events where case_id = $1`;
    const { rows } = await world.hub.db.pipeline.query(text, [id]);
    expect(JSON.stringify(rows)).not.toContain('Called');
  });

  it('stays closed for the same trouble', async () => {
    const line = 'LOST 2026-03-09T12:00';
    const { it, id } = await inTrouble('ACME-RES-2', line);
    const asClaimed = { ...resolution, outcome: 'claimed' } as const;
    expect(await exceptions.resolve(world.tenant, id, BY, asClaimed)).toEqual({ kind: 'no_claim' });
    expect(await it.cases()).toMatchObject([{ state: 'open' }]);
    const draft = { amountMinor: 100, currency: 'EUR', description: null };
    const drafted = await exceptions.draftClaim(world.tenant, id, BY, { reason: 'lost', ...draft });
    if (drafted.kind !== 'done') throw new Error(drafted.kind);
    await exceptions.submitClaim(world.tenant, drafted.claim.id, BY, { reference: null });
    const said = { decision: 'accepted', grantedMinor: null, note: null } as const;
    await exceptions.decideClaim(world.tenant, drafted.claim.id, BY, said);
    expect(await it.status()).toBe('exception');
    await it.tell(line);
    await world.settled();
    expect(await it.cases()).toHaveLength(1);
  });

  it('that ended in a return sends the parcel back', async () => {
    const { it, id } = await inTrouble('ACME-RES-3', 'BADADDR 2026-03-09T12:00');
    await exceptions.resolve(world.tenant, id, BY, { ...resolution, outcome: 'returned' });
    await world.settled();
    expect(await it.status()).toBe('returning');
    expect(await it.cases()).toMatchObject([{ outcome: 'returned' }]);
  });

  it('is refused where the shipment cannot move there, and then nothing changes', async () => {
    const { it, id } = await inTrouble(
      'ACME-RES-4',
      'DMG 2026-03-09T12:00',
      'DEL 2026-03-09T13:00',
    );
    const refused = await exceptions.resolve(world.tenant, id, BY, {
      ...resolution,
      to: 'in_transit',
    });
    expect(refused).toEqual({ kind: 'forbidden', current: 'delivered', allowed: [] });
    expect(await it.cases()).toMatchObject([{ state: 'open' }]);
  });

  it('cannot be touched by another tenant', async () => {
    const { id } = await inTrouble('ACME-RES-5', 'EXC 2026-03-09T12:00');
    const foreign = { ...world.tenant, mode: 'live' as const };
    expect(await exceptions.show(foreign, id)).toBeNull();
    expect(await exceptions.resolve(foreign, id, BY, resolution)).toEqual({ kind: 'not_found' });
    expect(await exceptions.note(foreign, id, BY, 'x')).toEqual({ kind: 'not_found' });
  });
});

describe('an address that the recipient corrected', () => {
  const WRONG = ['MOVE 2026-03-10T05:00', 'BADADDR 2026-03-10T06:00'] as const;
  const approval = { address: null, askCarrier: true, note: null };
  const corrected = { line1: 'Elm St 11', city: 'Springfield', postal_code: '94108' };
  const propose = (it: TestParcel) =>
    exceptions.selfService.confirmAddress(
      { tenant: world.tenant, shipmentId: it.id },
      { kind: 'correct', address: corrected },
    );

  it('becomes the shipment’s once somebody approves, and the parcel continues', async () => {
    const { it, id } = await inTrouble('ACME-FIX-1', ...WRONG);
    expect(await exceptions.approveAddress(world.tenant, id, BY, approval)).toEqual({
      kind: 'nothing_proposed',
    });
    await propose(it);
    const both = await Promise.all(
      [1, 2].map(() => exceptions.approveAddress(world.tenant, id, BY, approval)),
    );
    await world.settled();
    // The second request may arrive when the first has already closed the case.
    const [first, second] = both.map(({ kind }) => kind).sort();
    expect(first).toBe('approved');
    expect(['closed', 'nothing_proposed']).toContain(second);
    const view = await viewShipment(world.hub.deps, world.tenant, it.id);
    expect(view?.personal.destination).toEqual({ country: 'US', ...corrected });
    expect(await it.status()).toBe('in_transit');
    expect(await it.cases()).toMatchObject([{ state: 'closed', outcome: 'resolved' }]);
    expect(
      (await exceptions.selfService.offers({ tenant: world.tenant, shipmentId: it.id }))?.address,
    ).toMatchObject({ state: 'approved' });
    expect(await history(id)).toEqual([
      'opened carrier',
      'delivery_request_made recipient',
      'address_approved merchant',
      'resumed merchant',
      'closed merchant',
    ]);
  });

  it('does not pretend a carrier’s agreement: the parcel continues, but not to the door', async () => {
    const { it, id } = await inTrouble(
      'ACME-FIX-4',
      'OFD 2026-03-10T05:00',
      'BADADDR 2026-03-10T06:00',
    );
    await propose(it);
    await exceptions.approveAddress(world.tenant, id, BY, approval);
    expect(await it.status()).toBe('at_facility');
    const { rows } = await world.hub.db.pipeline.query<{ data: Record<string, unknown> }>(
      `select data from event_log where subject_id = $1 and type = 'shipment.status_changed'
       order by sequence`,
      [it.id],
    );
    expect(rows.map(({ data }) => [data['status'], data['resumed']])).toEqual([
      ['exception', undefined],
      ['at_facility', true],
    ]);
  });

  it('is sent to a carrier that accepts it', async () => {
    const { it, id } = await inTrouble('ACME-FIX-2', ...WRONG);
    await propose(it);
    world.carrier.options = {
      outcome: 'asked',
      value: {
        outcome: 'options',
        options: [
          {
            kind: 'address',
            eligibility: 'eligible',
            dates: null,
            reasons: null,
            charge: null,
            needsContact: true,
          },
        ],
      },
    };
    world.carrier.redirected = {
      outcome: 'asked',
      value: { outcome: 'accepted', reference: null },
    };
    expect(await exceptions.approveAddress(world.tenant, id, BY, approval)).toEqual({
      kind: 'approved',
      carrier: 'accepted',
    });
    expect(world.carrier.requested).toMatchObject([
      {
        to: {
          kind: 'address',
          address: { name: 'A. Example', lines: ['Elm St 11'], country: 'US' },
        },
      },
    ]);
  });

  it('can be requested again after a refusal', async () => {
    const { it, id } = await inTrouble('ACME-FIX-3', ...WRONG);
    await propose(it);
    await exceptions.refuseAddress(world.tenant, id, BY, 'No such street.');
    expect(await it.cases()).toMatchObject([{ state: 'open', waitingFor: 'recipient' }]);
    expect(await propose(it)).toMatchObject({ outcome: 'accepted' });
  });
});

describe('a request that needs a person', () => {
  it('ends with the case that was opened for it', async () => {
    const { it } = await inTrouble('ACME-TASK-1', 'ATT 2026-03-10T06:00');
    const subject = { tenant: world.tenant, shipmentId: it.id };
    const deliveryRequest = { date: '2026-03-11', window: null, instructions: null };
    await exceptions.selfService.reschedule(subject, deliveryRequest);
    const [opened] = await it.cases();
    const { deliveryRequests } = await show(opened?.id ?? '');
    expect(deliveryRequests).toMatchObject([
      { deliveryRequest: { kind: 'reschedule', date: '2026-03-11' } },
    ]);
    const settled = { done: true, note: null };
    const deliveryRequestId = deliveryRequests[0]?.row.id ?? '';
    const first = await exceptions.resolveDeliveryRequest(
      world.tenant,
      opened?.id ?? '',
      deliveryRequestId,
      BY,
      settled,
    );
    expect(first).toMatchObject({
      kind: 'done',
      exceptionCase: { state: 'closed', outcome: 'resolved' },
    });
    expect(
      await exceptions.resolveDeliveryRequest(
        world.tenant,
        opened?.id ?? '',
        deliveryRequestId,
        BY,
        settled,
      ),
    ).toEqual({ kind: 'no_such_request' });
  });
});

describe('a return under a number of its own', () => {
  it('is followed and linked', async () => {
    const { it, id } = await inTrouble('ACME-BACK-9', 'BADADDR 2026-03-09T12:00');
    const parcel = { carrier: 'acme', trackingNumber: 'ACME-BACK-9-R' };
    expect(await exceptions.nameParcel(world.tenant, id, BY, 'return', parcel)).toMatchObject({
      kind: 'done',
    });
    const { returns } = await show(id);
    expect(returns).toMatchObject([
      { kind: 'return', trackingNumber: 'ACME-BACK-9-R', status: 'created' },
    ]);
    const own = { ...parcel, trackingNumber: it.number };
    expect(await exceptions.nameParcel(world.tenant, id, BY, 'return', own)).toEqual({
      kind: 'not_found',
    });
  });
});

describe('damage', () => {
  const PNG = Buffer.from('\x89PNG\r\n\x1a\n and a picture', 'latin1');
  const draft = {
    reason: 'damaged',
    amountMinor: 12_50,
    currency: 'EUR',
    description: 'A vase.',
  } as const;

  it('is documented by photos that only the hub can read, each stored once', async () => {
    const { it, id } = await inTrouble('ACME-DMG-1', 'DMG 2026-03-09T12:00');
    const added = await exceptions.addEvidence(world.tenant, id, BY, PNG);
    expect(added).toMatchObject({
      kind: 'done',
      isNew: true,
      evidence: { mediaType: 'image/png' },
    });
    expect(await exceptions.addEvidence(world.tenant, id, BY, PNG)).toMatchObject({ isNew: false });
    const html = Buffer.from('<script>');
    expect(await exceptions.addEvidence(world.tenant, id, BY, html)).toEqual({
      kind: 'unknown_type',
    });
    const [listed, ...more] = await exceptions.listEvidence(world.tenant, id);
    expect(more).toEqual([]);
    const read = await exceptions.readEvidence(world.tenant, id, listed?.id ?? '');
    expect(Buffer.from(read?.bytes ?? []).equals(PNG)).toBe(true);
    await deleteShipment(world.hub.deps, world.tenant, it.id);
    await world.settled();
    expect(await exceptions.readEvidence(world.tenant, id, listed?.id ?? '')).toBeNull();
    expect(await sweepErasedEvidence(world.hub.db.pipeline, world.deps.blobs, 10)).toBe(1);
  });

  it('is claimed: drafted, submitted, accepted, which ends the case', async () => {
    const { it, id } = await inTrouble('ACME-DMG-2', 'DMG 2026-03-09T12:00');
    const drafted = await exceptions.draftClaim(world.tenant, id, BY, draft);
    if (drafted.kind !== 'done') throw new Error(drafted.kind);
    const { claim } = drafted;
    expect(claim).toMatchObject({ ...draft, state: 'draft' });
    expect(claim.submitByMs - claim.createdAtMs).toBe(30 * 24 * HOUR_MS);
    expect(await exceptions.draftClaim(world.tenant, id, BY, draft)).toEqual({
      kind: 'claimed',
      claimId: claim.id,
    });
    expect(await exceptions.resolve(world.tenant, id, BY, resolution)).toEqual({
      kind: 'claimed',
      claimId: claim.id,
    });
    const early = { decision: 'accepted', grantedMinor: null, note: null } as const;
    expect(await exceptions.decideClaim(world.tenant, claim.id, BY, early)).toEqual({
      kind: 'wrong_state',
      state: 'draft',
    });
    await exceptions.changeDraft(world.tenant, claim.id, BY, { amountMinor: 2_000 });
    await exceptions.submitClaim(world.tenant, claim.id, BY, { reference: 'CLM-1' });
    expect(await it.cases()).toMatchObject([{ waitingFor: 'carrier' }]);
    const mistyped = { ...early, grantedMinor: 2_001 };
    expect(await exceptions.decideClaim(world.tenant, claim.id, BY, mistyped)).toEqual({
      kind: 'too_much',
      claimedMinor: 2_000,
      currency: 'EUR',
    });
    const accepted = { ...early, grantedMinor: 1_500 };
    expect(await exceptions.decideClaim(world.tenant, claim.id, BY, accepted)).toMatchObject({
      claim: { state: 'accepted', grantedMinor: 1_500, amountMinor: 2_000, reference: 'CLM-1' },
    });
    expect(await it.cases()).toMatchObject([{ state: 'closed', outcome: 'claimed' }]);
  });

  it('stays open for a person after a rejected claim, who may claim again', async () => {
    const { it, id } = await inTrouble('ACME-DMG-3', 'DMG 2026-03-09T12:00');
    for (const index of [1, 2]) {
      const drafted = await exceptions.draftClaim(world.tenant, id, BY, draft);
      if (drafted.kind !== 'done') throw new Error(`${index} ${drafted.kind}`);
      await exceptions.submitClaim(world.tenant, drafted.claim.id, BY, { reference: null });
      const rejected = { decision: 'rejected', note: 'Badly packed.' } as const;
      await exceptions.decideClaim(world.tenant, drafted.claim.id, BY, rejected);
    }
    expect(await it.cases()).toMatchObject([{ state: 'open', waitingFor: 'merchant' }]);
  });

  it('reported by a recipient can be a case of its own, which no carrier closes', async () => {
    const { it } = await inTrouble('ACME-DMG-4', 'DEL 2026-03-09T12:00');
    const wanted = { shipmentId: it.id, kind: 'damaged', reason: 'damaged', note: 'Wet.' } as const;
    const opened = await exceptions.open(world.tenant, BY, wanted);
    if (opened.kind !== 'done') throw new Error(opened.kind);
    expect(await exceptions.open(world.tenant, BY, wanted)).toEqual({
      kind: 'open_already',
      caseId: opened.exceptionCase.id,
    });
    await it.tell('DEL 2026-03-09T12:00');
    expect(await it.cases()).toMatchObject([{ state: 'open', openedBy: 'person' }]);
  });
});

describe('a deadline that passes', () => {
  it('is published once, and the merchant has to act next, whoever had to before', async () => {
    const { it, id } = await inTrouble('ACME-DUE-1', 'CUST 2026-03-09T12:00');
    await passDeadlines(world.deps);
    expect(await it.cases()).toMatchObject([{ overdueAtMs: null, waitingFor: 'carrier' }]);
    world.hub.clock.advance(73 * HOUR_MS);
    await Promise.all([passDeadlines(world.deps), passDeadlines(world.deps)]);
    await passDeadlines(world.deps);
    expect(await it.cases()).toMatchObject([{ waitingFor: 'merchant' }]);
    expect(await publishedTypes(it)).toEqual(['exception_opened', 'exception_updated']);
    const later = { deadlineAtMs: world.hub.clock.nowMs() + HOUR_MS };
    await exceptions.change(world.tenant, id, BY, later);
    expect(await it.cases()).toMatchObject([{ overdueAtMs: null, waitingFor: 'carrier' }]);
  });

  it('is in the history at its own time, however late it is noticed', async () => {
    const { it, id } = await inTrouble('ACME-DUE-3', 'CUST 2026-03-09T12:00');
    const [{ deadlineAtMs } = { deadlineAtMs: null }] = await it.cases();
    world.hub.clock.advance(200 * HOUR_MS);
    await exceptions.note(world.tenant, id, BY, 'They call back.');
    await passDeadlines(world.deps);
    const { history: lines } = await show(id);
    const [passed, changed] = lines.slice(-2);
    expect(passed).toMatchObject({ type: 'deadline_passed', atMs: deadlineAtMs });
    expect(changed?.atMs).toBe(world.hub.clock.nowMs());
  });

  it('of a claim is published too', async () => {
    const { id } = await inTrouble('ACME-DUE-2', 'DMG 2026-03-10T12:00');
    await exceptions.draftClaim(world.tenant, id, BY, {
      reason: 'damaged',
      amountMinor: 1,
      currency: 'EUR',
      description: null,
    });
    world.hub.clock.advance(31 * 24 * HOUR_MS);
    await passDeadlines(world.deps);
    await passDeadlines(world.deps);
    const lines = await history(id);
    expect(lines.filter((line) => line === 'claim_overdue hub')).toHaveLength(1);
  });
});

describe('the figures', () => {
  it('count cases by the requested columns, without retracted ones, for the tenant only', async () => {
    const query = { fromMs: 0, untilMs: world.hub.clock.nowMs() + 1, limit: 100 };
    const rows = await exceptions.stats(world.tenant, { ...query, by: ['carrier', 'kind'] });
    const address = rows.find(({ group }) => group.kind === 'address');
    expect(address).toMatchObject({ group: { carrier: 'acme' }, returned: 1 });
    const lanes = await exceptions.stats(world.tenant, {
      ...query,
      by: ['lane', 'week', 'facility'],
    });
    expect(lanes[0]?.group).toEqual({
      lane: 'US-10 → US-94',
      week: '2026-03-09',
      facility: 'Springfield, US',
    });
    const foreign = { ...world.tenant, mode: 'live' as const };
    expect(await exceptions.stats(foreign, { ...query, by: ['reason'] })).toEqual([]);
    const all = await exceptions.stats(null, { ...query, by: ['carrier'] });
    expect(all[0]?.cases).toBeGreaterThan(5);
  });
});
