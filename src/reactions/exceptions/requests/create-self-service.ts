import type { Tenant } from '../../../kernel/tenant.ts';
import { withTenant } from '../../../platform/database/database.ts';
import { viewShipment } from '../../../tracking/index.ts';
import { takenStands } from '../cases/active.ts';
import { loadWorked, type Worked } from '../cases/history.ts';
import { seenOf } from '../cases/observed.ts';
import { addPhotos, photoOffer } from '../claims/evidence-by-recipient.ts';
import { attemptsOf } from '../decide/attempts.ts';
import type { ExceptionsDeps } from '../deps.ts';
import { ownPolicy } from '../policy/own-policy.ts';
import { makeWish, type WishOrder, type WishOutcome } from './make-request.ts';
import { createOptionsCache, isUnderWay, type Possible, possibleFor } from './offers.ts';
import { type Wish, wishedAddress, wish as wishSchema } from './request.ts';
import { isSameWish, openWish } from './request-rows.ts';
import type { WishRow } from './requests.sql.ts';
import type {
  SelfService,
  SelfServiceOffers,
  SelfServiceOutcome,
  StandingWish,
} from './self-service.ts';
import { placeOfPickup } from './self-service-pickup.ts';

/** What the holder of a signed link, or a merchant in their place, may wish for a parcel. */
export interface WishService extends SelfService {
  /** The same as the merchant's own wish. */
  as(actor: WishRow['actor']): SelfService;
}

export function createSelfService(deps: ExceptionsDeps): WishService {
  const cache = createOptionsCache(deps);
  const { tracking } = deps;
  /** A button that was pressed twice is answered once it is known what came of it. */
  const underWay = new Map<string, Promise<SelfServiceOutcome>>();

  async function look(tenant: Tenant, shipmentId: string) {
    const { policy } = await ownPolicy(deps, tenant);
    const possible = await possibleFor(deps, cache, policy, tenant, shipmentId);
    if (possible === null) return null;
    const worked = await withTenant(tracking.db.app, tenant, (tx) => loadWorked(tx, shipmentId));
    return { policy, possible, worked, taken: takenWish(deps, possible, worked) };
  }

  /** What a wish that the carrier took before answers to this one; null: there is none. */
  function answeredBy(taken: WishRow | null, wish: Wish): SelfServiceOutcome | null {
    if (taken === null) return null;
    return told(
      isSameWish(deps, taken, wish)
        ? { kind: 'accepted', by: 'carrier' }
        : { kind: 'taken_before' },
    );
  }

  async function order(
    tenant: Tenant,
    look: { readonly possible: Possible; readonly policy: WishOrder['policy'] },
    wish: Wish,
    how: Pick<WishOrder, 'actor' | 'by' | 'otherwiseMerchant'>,
  ): Promise<SelfServiceOutcome> {
    const { view } = look.possible;
    const { id } = view.shipment;
    const key = JSON.stringify([id, wish]);
    const running = underWay.get(key);
    if (running !== undefined) return running;
    const made = makeWish(deps, tenant, { view, policy: look.policy, wish, ...how }).then(told);
    underWay.set(key, made);
    return made.finally(() => {
      underWay.delete(key);
      cache.forget(id);
    });
  }

  const as = (actor: WishRow['actor']): SelfService => ({
    async offers({ tenant, shipmentId }) {
      const found = await look(tenant, shipmentId);
      if (found === null) return null;
      const { possible, worked, taken } = found;
      const { shipment } = possible.view;
      const { by, dates, dayOnly } = possible.reschedule;
      return {
        // What would be refused is not offered.
        reschedule: by === 'nobody' || taken !== null ? null : { dates, by, dayOnly },
        points: taken === null ? possible.points : [],
        redirect: taken === null ? possible.redirect : { by: 'nobody', options: [] },
        address: addressOf(possible, worked),
        proofAvailable:
          shipment.state.status === 'delivered' &&
          ((await deps.hasProof?.(tenant, shipmentId)) ?? false),
        wishes: worked.wishes.flatMap((row) => standingWish(deps, row)),
        photos: await photoOffer(deps, tenant, possible.view, worked),
        pickup: await placeOfPickup(deps, tenant, possible.view, worked.wishes),
      };
    },
    async reschedule({ tenant, shipmentId }, { date, window, instructions }) {
      const read = wishSchema.safeParse({ kind: 'reschedule', date, window, instructions });
      if (!read.success) return invalid(read.error.issues[0]);
      const found = await look(tenant, shipmentId);
      if (found === null) return { outcome: 'not_found' };
      const { by, dates, dayOnly } = found.possible.reschedule;
      const answered = answeredBy(found.taken, read.data);
      if (answered !== null) return answered;
      if (by === 'nobody') return cannot(found.possible, 'another day');
      if (!dates.includes(date)) {
        const fix = `Choose one of ${dates.join(', ')}.`;
        return { outcome: 'invalid', pointer: '/date', reason: 'That day is not offered.', fix };
      }
      if (dayOnly && (window !== null || instructions !== null)) {
        const pointer = window === null ? '/instructions' : '/window';
        const reason = 'The carrier takes the day only.';
        return { outcome: 'invalid', pointer, reason, fix: 'Leave it out, or ask the shop.' };
      }
      const { reschedule } = found.policy.self_service;
      return order(tenant, found, read.data, { actor, by, ...or(reschedule) });
    },
    async redirect({ tenant, shipmentId }, wanted) {
      const found = await look(tenant, shipmentId);
      if (found === null) return { outcome: 'not_found' };
      const { redirect, points } = found.possible;
      const wish = redirectWish(wanted, points);
      const answered = wish && answeredBy(found.taken, wish);
      if (answered !== null) return answered;
      if (redirect.by === 'nobody') return cannot(found.possible, 'another place');
      if (wish === null) {
        const reason = 'There is no such pickup point near the destination.';
        return { outcome: 'invalid', pointer: '/point_id', reason, fix: 'Choose one of the list.' };
      }
      if (!redirect.options.some(({ kind }) => kind === wanted.kind)) {
        return {
          outcome: 'not_offered',
          reason: 'Nobody offers this kind of place for the parcel.',
        };
      }
      const { redirect: setting } = found.policy.self_service;
      return order(tenant, found, wish, { actor, by: redirect.by, ...or(setting) });
    },
    addPhotos: ({ tenant, shipmentId }, photos) =>
      addPhotos(deps, tenant, shipmentId, { actor }, photos),
    async confirmAddress({ tenant, shipmentId }, wanted) {
      const corrected = wanted.kind === 'correct' ? wishedAddress.safeParse(wanted.address) : null;
      if (corrected !== null && !corrected.success) {
        return invalid(corrected.error.issues[0], '/address');
      }
      const view = await viewShipment(tracking, tenant, shipmentId);
      if (view === null) return { outcome: 'not_found' };
      const worked = await withTenant(tracking.db.app, tenant, (tx) => loadWorked(tx, shipmentId));
      if (!worked.cases.some(({ is }) => is.kind === 'address' && is.state === 'open')) {
        return isUnderWay(view)
          ? { outcome: 'not_offered', reason: 'Nobody asks about the address of this parcel.' }
          : tooLate();
      }
      if (!isUnderWay(view)) return tooLate();
      const { policy } = await ownPolicy(deps, tenant);
      const wish: Wish = { kind: 'address', address: corrected?.data ?? null };
      const how = { actor, by: 'merchant' as const, otherwiseMerchant: true };
      return told(await makeWish(deps, tenant, { view, policy, wish, ...how }));
    },
  });
  return { ...as('recipient'), as };
}

function or(setting: 'merchant' | 'off') {
  return { otherwiseMerchant: setting === 'merchant' };
}

function redirectWish(
  wanted: Parameters<SelfService['redirect']>[1],
  points: SelfServiceOffers['points'],
): Wish | null {
  if (wanted.kind === 'hold_at_facility') return { kind: 'hold_at_facility' };
  const point = points.find(({ id }) => id === wanted.pointId);
  if (point === undefined) return null;
  const { name, address } = point;
  return {
    kind: 'pickup_point',
    point_id: point.id,
    point: { name, street: address.street, city: address.city },
  };
}

function told(outcome: WishOutcome): SelfServiceOutcome {
  switch (outcome.kind) {
    case 'accepted':
      return { outcome: 'accepted', by: outcome.by };
    case 'refused':
      return { outcome: 'refused', reason: outcome.reason };
    case 'not_by_carrier':
      return { outcome: 'not_offered', reason: 'The carrier cannot be asked for this.' };
    case 'taken_before':
      return {
        outcome: 'wish_stands',
        reason: 'The carrier has agreed to another wish for this parcel already.',
      };
    case 'later':
      return { outcome: 'unavailable', retryAfterS: outcome.retryAfterS };
    case 'not_found':
      return { outcome: 'not_found' };
  }
}

function cannot({ view }: Possible, what: string): SelfServiceOutcome {
  if (!isUnderWay(view)) return tooLate();
  return {
    outcome: 'not_offered',
    reason: `Neither the carrier nor the shop offers ${what} for this parcel now.`,
  };
}

function tooLate(): SelfServiceOutcome {
  return { outcome: 'too_late', reason: 'The parcel has moved on; nothing can be changed now.' };
}

function invalid(
  issue: { readonly path: readonly PropertyKey[]; readonly message: string } | undefined,
  below = '',
): SelfServiceOutcome {
  const pointer = `${below}/${(issue?.path ?? []).map(String).join('/')}`.replace(/\/$/, '');
  const reason = issue?.message ?? 'It cannot be read.';
  return { outcome: 'invalid', pointer, reason, fix: 'Mend it and send it again.' };
}

/** What there is to say of the address: only while somebody asks about it, or has answered. */
function addressOf({ view }: Possible, worked: Worked): SelfServiceOffers['address'] {
  const is = worked.cases.findLast(({ is }) => is.kind === 'address')?.is;
  if (is === undefined || !isUnderWay(view)) return null;
  const wish = worked.wishes.find(({ kind, caseId }) => kind === 'address' && caseId === is.id);
  const current = view.personal.destination;
  if (wish?.state === 'open' || wish?.state === 'asking') {
    return { current, state: 'waiting_for_approval' };
  }
  if (wish?.state === 'done') return { current, state: 'approved' };
  return is.state === 'open' ? { current, state: 'asked' } : null;
}

/** What the carrier agreed to and has yet to do, if anything. */
function takenWish(deps: ExceptionsDeps, { view }: Possible, { wishes }: Worked): WishRow | null {
  if (!isUnderWay(view)) return null;
  const attempts = attemptsOf(seenOf(view).events);
  const nowMs = deps.tracking.clock.nowMs();
  const stands = (row: WishRow) =>
    row.kind !== 'address' && takenStands(row, openWish(deps, row), attempts, nowMs);
  return wishes.find(stands) ?? null;
}

function standingWish(deps: ExceptionsDeps, row: WishRow): StandingWish[] {
  if (row.state === 'replaced') return [];
  const wish = openWish(deps, row);
  if (wish === null) return [];
  return [
    {
      kind: row.kind,
      state: row.state,
      date: wish.kind === 'reschedule' ? wish.date : null,
      window: wish.kind === 'reschedule' ? wish.window : null,
      pointId: wish.kind === 'pickup_point' ? wish.point_id : null,
      pointName: wish.kind === 'pickup_point' ? (wish.point?.name ?? null) : null,
      atMs: row.createdAtMs,
    },
  ];
}
