import { uuidV7 } from '../../../kernel/ids.ts';
import type { Tenant } from '../../../kernel/tenant.ts';
import { withTenant } from '../../../platform/database/database.ts';
import type { CourierMachines } from '../deps.ts';
import { lockCourier } from './couriers.sql.ts';
import {
  deleteShift,
  insertShift,
  nextShifts,
  type PlannedShift,
  shiftsBetween,
} from './planned-shifts.sql.ts';

const HOUR_MS = 3_600_000;
/** Nobody drives longer, so an end on a wrong day is found. */
const SHIFT_HOURS_MAX = 24;
/** How far ahead shifts are planned, in days. */
const AHEAD_DAYS_MAX = 366;

export interface ShiftSpan {
  readonly startsAtMs: number;
  readonly endsAtMs: number;
}

/** Why a shift cannot be planned. */
export type PlanFault = 'ends_in_past' | 'ends_before_start' | 'too_long' | 'too_far';

export type PlanOutcome =
  | { readonly kind: 'done'; readonly shifts: readonly PlannedShift[] }
  | { readonly kind: 'not_found' }
  | { readonly kind: 'invalid'; readonly why: PlanFault }
  /** The courier has another planned shift at the time of this one. */
  | { readonly kind: 'overlaps'; readonly span: ShiftSpan };

/** Shifts that start and end by themselves. */
export interface PlannedShifts {
  /** Plans all of these shifts of a courier, or none. */
  planShifts(tenant: Tenant, courierId: string, spans: readonly ShiftSpan[]): Promise<PlanOutcome>;
  /** The planned shifts that are not over by then, in order; null: of all merchants' couriers. */
  plannedShifts(
    tenant: Tenant | null,
    of: {
      readonly courierId?: string;
      readonly fromMs: number;
      readonly toMs?: number;
    },
  ): Promise<PlannedShift[]>;
  /** The next planned shift, not over yet, of each of these couriers that has one; for operators. */
  nextShifts(courierIds: readonly string[]): Promise<ReadonlyMap<string, PlannedShift>>;
  /** Deletes a planned shift; returns false if there is none. A shift that runs goes on. */
  cancelShift(tenant: Tenant, courierId: string, shiftId: string): Promise<boolean>;
}

/** Why a shift cannot be planned; null: it can. Pure. */
export function planFault({ startsAtMs, endsAtMs }: ShiftSpan, nowMs: number): PlanFault | null {
  if (endsAtMs <= nowMs) return 'ends_in_past';
  if (endsAtMs <= startsAtMs) return 'ends_before_start';
  if (endsAtMs - startsAtMs > SHIFT_HOURS_MAX * HOUR_MS) return 'too_long';
  return startsAtMs - nowMs > AHEAD_DAYS_MAX * 24 * HOUR_MS ? 'too_far' : null;
}

/** Rolls back the shifts that were planned before the one that overlaps. */
class Overlap extends Error {
  override readonly name = 'Overlap';
  readonly span: ShiftSpan;

  constructor(span: ShiftSpan) {
    super('a shift overlaps another');
    this.span = span;
  }
}

/** Creates the operations on planned shifts. */
export function createPlannedShifts({ db, clock, randomBytes }: CourierMachines): PlannedShifts {
  return {
    async planShifts(tenant, courierId, spans) {
      const nowMs = clock.nowMs();
      for (const span of spans) {
        const why = planFault(span, nowMs);
        if (why !== null) return { kind: 'invalid', why };
      }
      return withTenant<PlanOutcome>(db.app, tenant, async (tx) => {
        if (!(await lockCourier(tx, courierId))) return { kind: 'not_found' };
        const shifts: PlannedShift[] = [];
        for (const span of spans) {
          const shift = { id: uuidV7(nowMs, randomBytes(10)), courierId, ...span };
          if (!(await insertShift(tx, tenant, shift))) throw new Overlap(span);
          shifts.push({ ...shift, started: false });
        }
        return { kind: 'done', shifts };
      }).catch((error: unknown) => {
        if (error instanceof Overlap) return { kind: 'overlaps', span: error.span };
        throw error;
      });
    },
    plannedShifts(tenant, { courierId = null, fromMs, toMs = null }) {
      const of = { courierId, fromMs, toMs };
      if (tenant === null) return shiftsBetween(db.pipeline, of);
      return withTenant(db.app, tenant, (tx) => shiftsBetween(tx, of));
    },
    async nextShifts(courierIds) {
      const found = await nextShifts(db.pipeline, courierIds, clock.nowMs());
      return new Map(found.map((shift) => [shift.courierId, shift]));
    },
    cancelShift: (tenant, courierId, shiftId) =>
      withTenant(db.app, tenant, (tx) => deleteShift(tx, courierId, shiftId)),
  };
}
