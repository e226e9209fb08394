import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { PickupPoint, RedirectOption } from '../../../adapters/contract/extras.ts';
import { acceptedStands } from '../decide/attempts.ts';
import { predictCaseOutcome } from '../exceptions.ts';
import { startTestExceptions, type TestExceptions, type TestParcel } from '../test-exceptions.ts';
import { createSelfService, type DeliveryRequestService } from './create-self-service.ts';
import { nextDays } from './offers.ts';
import { deliveryRequestsOfShipment } from './requests.sql.ts';
import type { AddressRequest } from './self-service.ts';

let world: TestExceptions;
let service: DeliveryRequestService;
beforeAll(async () => {
  world = await startTestExceptions();
});
afterAll(() => world.close());
beforeEach(() => {
  Object.assign(world.carrier, {
    points: { outcome: 'not_offered' },
    options: { outcome: 'not_offered' },
    redirected: { outcome: 'not_offered' },
    meanwhile: async () => {},
  });
  world.carrier.requested.length = 0;
  service = createSelfService(world.deps);
});

const PERSONAL = {
  recipient: { name: 'A. Example', phone: '+1 410 555 0123' },
  origin: null,
  destination: { country: 'US', postal_code: '94107', city: 'Springfield', line1: 'Elm St 1' },
};
const ATTEMPT = 'ATT 2026-03-10T06:00';

const POINT: PickupPoint = {
  id: 'P-1',
  kind: 'shop',
  name: 'Corner shop',
  address: {
    street: 'Oak St 2',
    city: 'Springfield',
    region: null,
    postalCode: null,
    country: 'US',
  },
  lat: null,
  lng: null,
  distanceM: 300,
  hours: null,
  services: [],
  capacity: null,
  temporarilyClosed: false,
  weightMaxG: null,
};
const option = (kind: RedirectOption['kind'], more: Partial<RedirectOption> = {}) => ({
  kind,
  eligibility: 'eligible' as const,
  dates: null,
  reasons: null,
  charge: null,
  needsContact: false,
  takesInstructions: true,
  ...more,
});
const day = (more: Partial<RedirectOption> = {}) =>
  option('reschedule', { dates: ['2026-03-11'], ...more });
const offering = (...options: RedirectOption[]) =>
  ({ outcome: 'asked', value: { outcome: 'options', options } }) as const;
const accepted = { outcome: 'asked', value: { outcome: 'accepted', reference: 'REF-1' } } as const;

async function parcel(number: string, ...lines: readonly string[]) {
  const it = await world.parcel(number, { personal: PERSONAL });
  if (lines.length > 0) await it.tell(...lines);
  return { it, subject: { tenant: world.tenant, shipmentId: it.id } };
}
const deliveryRequests = (it: TestParcel) =>
  deliveryRequestsOfShipment(world.hub.db.pipeline, it.id, 20);
const reschedule = { date: '2026-03-11', window: 'evening' as const, instructions: 'Ring twice.' };

describe('days to choose from', () => {
  it('are those ahead but Sundays', () => {
    expect(nextDays('2026-03-13', 3)).toEqual(['2026-03-14', '2026-03-16', '2026-03-17']);
  });
});

describe('what is offered for a parcel', () => {
  it('is nothing that nobody would do: before anything failed only what the carrier takes', async () => {
    const { subject } = await parcel('ACME-OFFER-1', 'MOVE 2026-03-10T06:00');
    expect(await service.offers(subject)).toMatchObject({
      reschedule: null,
      redirect: { by: 'nobody', options: [] },
      address: null,
      proofAvailable: false,
    });
    world.carrier.options = offering(option('reschedule', { dates: ['2026-03-20'] }));
    service = createSelfService(world.deps);
    expect((await service.offers(subject))?.reschedule).toEqual({
      dates: ['2026-03-20'],
      by: 'carrier',
      dayOnly: false,
    });
  });

  it('after a failed attempt is another day and the points near by, by the merchant’s people', async () => {
    world.carrier.points = {
      outcome: 'asked',
      value: {
        outcome: 'points',
        points: [POINT, { ...POINT, id: 'P-2', temporarilyClosed: true }],
      },
    };
    const { subject } = await parcel('ACME-OFFER-2', ATTEMPT);
    const offers = await service.offers(subject);
    expect(offers?.reschedule).toMatchObject({ by: 'merchant' });
    expect(offers?.reschedule?.dates).toHaveLength(6);
    expect(offers?.points.map(({ id }) => id)).toEqual(['P-1']);
    expect(offers?.redirect.by).toBe('merchant');
    expect(offers?.redirect.options.map(({ kind }) => kind)).toEqual([
      'pickup_point',
      'hold_at_facility',
    ]);
  });

  it('is nothing once it is delivered or on its way back, and nothing is known of a foreign one', async () => {
    const { it: gone, subject } = await parcel('ACME-OFFER-3', 'DEL 2026-03-10T06:00');
    world.carrier.options = offering(option('hold_at_facility'));
    expect(await service.offers(subject)).toMatchObject({
      reschedule: null,
      redirect: { by: 'nobody' },
    });
    expect(await service.reschedule(subject, reschedule)).toMatchObject({ outcome: 'too_late' });
    expect(await service.redirect(subject, { kind: 'hold_at_facility' })).toMatchObject({
      outcome: 'too_late',
    });
    const foreign = { tenant: { ...world.tenant, mode: 'live' as const }, shipmentId: gone.id };
    expect(await service.offers(foreign)).toBeNull();
    expect(await service.reschedule(foreign, reschedule)).toEqual({ outcome: 'not_found' });
  });
});

describe('another day', () => {
  it('is a task for the merchant where the carrier accepts no request, and published as a case', async () => {
    const { it: parked, subject } = await parcel('ACME-DAY-1', ATTEMPT);
    expect(await service.reschedule(subject, reschedule)).toEqual({
      outcome: 'accepted',
      by: 'merchant',
    });
    expect(await parked.cases()).toMatchObject([{ kind: 'request', waitingFor: 'merchant' }]);
    expect((await parked.logged()).map(({ type }) => type)).toEqual(['exception_opened']);
    expect((await service.offers(subject))?.deliveryRequests).toMatchObject([
      { kind: 'reschedule', state: 'open', date: '2026-03-11', window: 'evening' },
    ]);
    const { rows } = await world.hub.db.pipeline.query<{ text: string }>(
      `select encode(content, 'escape') as text from delivery_requests where shipment_id = $1`,
      [parked.id],
    );
    expect(rows[0]?.text).not.toContain('Ring twice');
  });

  it('requested twice is one request, and another one takes its place', async () => {
    const { it: parked, subject } = await parcel('ACME-DAY-2', ATTEMPT);
    await Promise.all([1, 2, 3].map(() => service.reschedule(subject, reschedule)));
    expect(await service.reschedule(subject, reschedule)).toMatchObject({ outcome: 'accepted' });
    expect(await deliveryRequests(parked)).toHaveLength(1);
    await service.reschedule(subject, { ...reschedule, date: '2026-03-12' });
    expect((await deliveryRequests(parked)).map(({ state }) => state)).toEqual([
      'open',
      'replaced',
    ]);
    expect(await parked.cases()).toHaveLength(1);
  });

  it('is asked of a carrier that takes it, once, however often the button is pressed', async () => {
    world.carrier.options = offering(option('reschedule', { dates: ['2026-03-11'] }));
    world.carrier.redirected = accepted;
    const { it: moved, subject } = await parcel('ACME-DAY-3', ATTEMPT);
    const other = createSelfService(world.deps);
    world.carrier.meanwhile = async () => {
      expect(await other.reschedule(subject, reschedule)).toMatchObject({ outcome: 'unavailable' });
    };
    const both = await Promise.all([1, 2].map(() => service.reschedule(subject, reschedule)));
    expect(both).toEqual([1, 2].map(() => ({ outcome: 'accepted', by: 'carrier' })));
    expect(await service.reschedule(subject, reschedule)).toEqual(both[0]);
    expect(world.carrier.requested).toEqual([
      {
        trackingNumber: 'ACME-DAY-3',
        to: { kind: 'reschedule', date: '2026-03-11' },
        contact: { name: 'A. Example', phone: '+1 410 555 0123', email: null },
        instructions: 'Preferred: evening. Ring twice.',
      },
    ]);
    expect(await deliveryRequests(moved)).toMatchObject([
      { state: 'accepted', reference: 'REF-1' },
    ]);
    expect(await moved.cases()).toEqual([]);
  });

  it('is a task when the carrier refuses the account, and said to be refused when it refuses the request', async () => {
    world.carrier.options = offering(option('reschedule', { dates: ['2026-03-11'] }));
    const { it: one, subject } = await parcel('ACME-DAY-4', ATTEMPT);
    world.carrier.redirected = {
      outcome: 'asked',
      value: { outcome: 'auth_error', reason: 'no' },
    };
    expect(await service.reschedule(subject, reschedule)).toMatchObject({ by: 'merchant' });
    expect(await one.cases()).toMatchObject([{ kind: 'request' }]);
    const { subject: second, it: two } = await parcel('ACME-DAY-5', ATTEMPT);
    world.carrier.redirected = {
      outcome: 'asked',
      value: { outcome: 'refused', reason: 'too late in the day' },
    };
    expect(await service.reschedule(second, reschedule)).toEqual({
      outcome: 'refused',
      reason: 'too late in the day',
    });
    expect(await deliveryRequests(two)).toMatchObject([{ state: 'refused' }]);
    world.carrier.redirected = { outcome: 'paused', reason: 'wait', retryAfterS: 90 };
    expect(await service.reschedule(second, reschedule)).toEqual({
      outcome: 'unavailable',
      retryAfterS: 90,
    });
  });

  it('whose answer never came is looked at by a person, not asked again', async () => {
    world.carrier.options = offering(option('reschedule', { dates: ['2026-03-11'] }));
    world.carrier.meanwhile = () => Promise.reject(new Error('the line is dead'));
    const { it: one, subject } = await parcel('ACME-DAY-6', ATTEMPT);
    expect(await service.reschedule(subject, reschedule)).toMatchObject({ by: 'merchant' });
    expect(await deliveryRequests(one)).toMatchObject([{ state: 'open' }]);
  });

  it('is the day only where the carrier takes nothing beside it: what it would not hear is refused', async () => {
    const option = day({ takesInstructions: false });
    world.carrier.options = offering(option);
    world.carrier.redirected = accepted;
    const { subject } = await parcel('ACME-DAY-9', ATTEMPT);
    expect((await service.offers(subject))?.reschedule).toMatchObject({ dayOnly: true });
    expect(await service.reschedule(subject, reschedule)).toMatchObject({ pointer: '/window' });
    const noted = { ...reschedule, window: null };
    expect(await service.reschedule(subject, noted)).toMatchObject({ pointer: '/instructions' });
    expect(world.carrier.requested).toEqual([]);
    const plain = { ...noted, instructions: null };
    expect(await service.reschedule(subject, plain)).toMatchObject({ by: 'carrier' });
  });

  it('is a task of the merchant where the carrier wants a number that nobody gave', async () => {
    world.carrier.options = offering(day({ needsContact: true }));
    const it = await world.parcel('ACME-DAY-10', {
      personal: { ...PERSONAL, recipient: { name: 'A. Example' } },
    });
    await it.tell('MOVE 2026-03-10T06:00');
    const subject = { tenant: world.tenant, shipmentId: it.id };
    expect((await service.offers(subject))?.reschedule).toEqual({
      dates: ['2026-03-11'],
      by: 'merchant',
      dayOnly: false,
    });
    expect(await service.reschedule(subject, reschedule)).toMatchObject({ by: 'merchant' });
    expect(await it.cases()).toMatchObject([{ kind: 'request', waitingFor: 'merchant' }]);
  });

  it('that the carrier agreed to stands: nothing else is offered', async () => {
    world.carrier.options = offering(day(), option('hold_at_facility'));
    world.carrier.redirected = accepted;
    const { subject } = await parcel('ACME-DAY-11', ATTEMPT);
    await service.reschedule(subject, reschedule);
    expect(await service.offers(subject)).toMatchObject({
      reschedule: null,
      points: [],
      redirect: { by: 'nobody', options: [] },
      deliveryRequests: [{ state: 'accepted' }],
    });
    const hold = { kind: 'hold_at_facility' } as const;
    expect(await service.redirect(subject, hold)).toMatchObject({ outcome: 'already_accepted' });
    expect(await service.reschedule(subject, reschedule)).toMatchObject({ outcome: 'accepted' });
  });

  it('that the carrier agreed to stands until its day is over, or a visit has failed since', () => {
    const atMs = Date.parse('2026-03-10T12:00:00Z');
    const row = { state: 'accepted', createdAtMs: atMs } as const;
    const deliveryRequest = { kind: 'reschedule', ...reschedule, date: '2026-03-17' } as const;
    const failed = (ms: number) => ({
      count: 1,
      last: { identity: 'a', status: 'delivery_attempted' as const, reason: null, atMs: ms },
    });
    const day = 86_400_000;
    expect(acceptedStands(row, deliveryRequest, failed(atMs - 1), atMs + 7 * day)).toBe(true);
    expect(acceptedStands(row, deliveryRequest, failed(atMs + day), atMs + 2 * day)).toBe(false);
    expect(acceptedStands(row, deliveryRequest, failed(atMs - 1), atMs + 8 * day)).toBe(false);
    expect(acceptedStands({ ...row, state: 'done' }, deliveryRequest, failed(0), atMs)).toBe(false);
  });

  it.each([
    [{ ...reschedule, date: '2026-02-30' }, '/date'],
    [{ ...reschedule, date: '2026-03-29' }, '/date'],
    [{ ...reschedule, instructions: `a\u0000b` }, '/instructions'],
    [{ ...reschedule, instructions: 'x'.repeat(501) }, '/instructions'],
  ])('that cannot be is refused: %j', async (deliveryRequest, pointer) => {
    const { subject } = await parcel('ACME-DAY-7', ATTEMPT);
    expect(await service.reschedule(subject, deliveryRequest)).toMatchObject({
      outcome: 'invalid',
      pointer,
    });
  });

  it('that the carrier sees to is no trouble: no case of what it says of it, and nobody is alarmed', async () => {
    world.carrier.options = offering(day());
    world.carrier.redirected = accepted;
    const { it: parked, subject } = await parcel('ACME-DAY-12', ATTEMPT);
    await service.reschedule(subject, reschedule);
    await parked.tell(ATTEMPT, 'HOLD 2026-03-10T11:00');
    expect(await parked.status()).toBe('exception');
    expect(await parked.cases()).toEqual([]);
    expect(await predictCaseOutcome(world.deps, world.tenant, parked.id)).toEqual({
      goesBack: false,
      requested: true,
    });
    const { it: other } = await parcel('ACME-DAY-13', ATTEMPT, 'HOLD 2026-03-10T11:00');
    expect(await other.cases()).toMatchObject([{ kind: 'other', reason: 'held' }]);
    expect(await predictCaseOutcome(world.deps, world.tenant, other.id)).toMatchObject({
      requested: false,
    });
  });

  it('keeps a parcel from being sent back', async () => {
    const two = ['ATT 2026-03-07T10:00', 'ATT 2026-03-08T10:00'];
    const { it: open, subject } = await parcel('ACME-DAY-8', ...two);
    await service.reschedule(subject, reschedule);
    await open.tell(...two, 'ATT 2026-03-09T10:00');
    expect(await open.status()).toBe('delivery_attempted');
    expect((await open.cases()).map(({ kind }) => kind)).toEqual(['request', 'attempts']);
  });
});

describe('a pickup point', () => {
  const points = { outcome: 'asked', value: { outcome: 'points', points: [POINT] } } as const;

  it('is asked of the carrier with one click, and while that stands no second place is', async () => {
    Object.assign(world.carrier, {
      points,
      options: offering(option('pickup_point'), option('hold_at_facility')),
      redirected: accepted,
    });
    const { subject } = await parcel('ACME-POINT-1', ATTEMPT);
    expect(await service.redirect(subject, { kind: 'pickup_point', pointId: 'P-1' })).toEqual({
      outcome: 'accepted',
      by: 'carrier',
    });
    expect(world.carrier.requested).toMatchObject([
      { to: { kind: 'pickup_point', pointId: 'P-1' } },
    ]);
    expect(await service.redirect(subject, { kind: 'hold_at_facility' })).toMatchObject({
      outcome: 'already_accepted',
    });
    expect(world.carrier.requested).toHaveLength(1);
  });

  it('that is not near by is refused', async () => {
    world.carrier.points = points;
    const { subject } = await parcel('ACME-POINT-2', ATTEMPT);
    const deliveryRequest = { kind: 'pickup_point' as const, pointId: 'P-9' };
    expect(await service.redirect(subject, deliveryRequest)).toMatchObject({
      outcome: 'invalid',
      pointer: '/point_id',
    });
  });
});

describe('an address in question', () => {
  const WRONG = 'BADADDR 2026-03-10T06:00';
  const correct = (address: Record<string, string>): AddressRequest => ({
    kind: 'correct',
    address,
  });

  it('is asked about only while it is, and waits for a person once it was answered', async () => {
    const { it: parked, subject } = await parcel('ACME-ADDR-1', 'MOVE 2026-03-10T05:00');
    expect(await service.confirmAddress(subject, { kind: 'confirm' })).toMatchObject({
      outcome: 'not_offered',
    });
    await parked.tell('MOVE 2026-03-10T05:00', WRONG);
    expect((await service.offers(subject))?.address).toEqual({
      current: PERSONAL.destination,
      state: 'asked',
    });
    expect(
      await service.confirmAddress(subject, correct({ line1: 'Elm St 11', city: 'Springfield' })),
    ).toEqual({ outcome: 'accepted', by: 'merchant' });
    expect((await service.offers(subject))?.address?.state).toBe('waiting_for_approval');
    expect(await parked.cases()).toMatchObject([{ kind: 'address', waitingFor: 'merchant' }]);
    const logged = await parked.logged();
    expect(logged.at(-1)?.case['options']).toContain('approve_address');
    expect(JSON.stringify(logged)).not.toContain('Elm St');
  });

  it.each([
    [{ line1: '', city: 'X' }, '/address/line1'],
    [{ line1: 'A' }, '/address/city'],
    [{ line1: 'A', city: 'X', country: 'ZZ' }, '/address/country'],
    [{ line1: 'A\nB', city: 'X' }, '/address/line1'],
    [{ line1: 'A', city: 'X', nonsense: 'y' }, '/address'],
  ])('that cannot be one is refused: %j', async (address, pointer) => {
    const { subject } = await parcel('ACME-ADDR-2', WRONG);
    expect(
      await service.confirmAddress(subject, correct(address as Record<string, string>)),
    ).toMatchObject({ outcome: 'invalid', pointer });
  });
});
