import type { Tenant } from '../../../kernel/tenant.ts';
import { withTenant } from '../../../platform/database/database.ts';
import { viewShipment } from '../../../tracking/index.ts';
import type { ExceptionsDeps } from '../deps.ts';
import type { Wish } from '../requests/request.ts';
import { openWish } from '../requests/request-rows.ts';
import type { WishRow } from '../requests/requests.sql.ts';
import type { DayWindow } from '../requests/self-service.ts';
import type { Claim } from './case.ts';
import { loadWorked } from './history.ts';

/** Which of a shipment's wishes are meant: one, or those of a case. */
export interface DetailsOf {
  readonly caseId: string | null;
  readonly wishId: string | null;
}

/**
 * What the log keeps to itself because it is personal, for a message to the recipient or a ticket
 * for the people who work on the case. Read when that is written, so it is what holds by then.
 */
export interface CaseDetails {
  readonly contact: {
    readonly name: string | null;
    readonly email: string | null;
    readonly phone: string | null;
  };
  /** Newest first; what another wish took the place of is left out. */
  readonly wishes: readonly WishDetails[];
  /** The case's newest. */
  readonly claim: Pick<
    Claim,
    'state' | 'amountMinor' | 'grantedMinor' | 'currency' | 'reference'
  > | null;
}

export interface WishDetails {
  readonly kind: WishRow['kind'];
  readonly state: Exclude<WishRow['state'], 'replaced'>;
  /** `YYYY-MM-DD`, of a reschedule. */
  readonly date: string | null;
  readonly window: DayWindow | null;
  readonly instructions: string | null;
  /** The pickup point, with street and city where the carrier names them. */
  readonly place: string | null;
  /** What an address was corrected to; null: it is right as it is, or nothing about an address. */
  readonly address: readonly string[] | null;
}

/** Null when the tenant has no such shipment any more. */
export async function caseDetails(
  deps: Pick<ExceptionsDeps, 'tracking'>,
  tenant: Tenant,
  shipmentId: string,
  { caseId, wishId }: DetailsOf,
): Promise<CaseDetails | null> {
  const { tracking } = deps;
  const view = await viewShipment(tracking, tenant, shipmentId);
  if (view === null) return null;
  const { wishes, claims } = await withTenant(tracking.db.app, tenant, (tx) =>
    loadWorked(tx, shipmentId),
  );
  const meant = wishes.filter((row) =>
    wishId === null ? caseId !== null && row.caseId === caseId : row.id === wishId,
  );
  const { recipient } = view.personal;
  return {
    contact: {
      name: textOf(recipient?.['name']),
      email: textOf(recipient?.['email']),
      phone: textOf(recipient?.['phone']),
    },
    wishes: meant.flatMap((row) => {
      const wish = openWish(deps, row);
      const { kind, state } = row;
      return wish === null || state === 'replaced' ? [] : [{ kind, state, ...wishSays(wish) }];
    }),
    claim: claims.findLast((claim) => claim.caseId === caseId) ?? null,
  };
}

/** What a wish says, member by member. Pure. */
export function wishSays(wish: Wish): Omit<WishDetails, 'kind' | 'state'> {
  const nothing = { date: null, window: null, instructions: null, place: null, address: null };
  switch (wish.kind) {
    case 'reschedule': {
      const { date, window, instructions } = wish;
      return { ...nothing, date, window, instructions };
    }
    case 'pickup_point': {
      const { name, street, city } = wish.point ?? {
        name: wish.point_id,
        street: null,
        city: null,
      };
      const place = [name, street, city].filter((part) => part !== null && part !== '').join(', ');
      return { ...nothing, place };
    }
    case 'hold_at_facility':
      return nothing;
    case 'address':
      return { ...nothing, address: wish.address && lines(wish.address) };
  }
}

function lines(address: Readonly<Record<string, string | undefined>>): readonly string[] {
  return Object.values(address).filter((line) => line !== undefined);
}

function textOf(value: unknown): string | null {
  return typeof value === 'string' && value.trim() !== '' ? value : null;
}
