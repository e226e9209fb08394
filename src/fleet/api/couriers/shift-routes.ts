import { z } from 'zod';
import { listPage } from '../../../http/kit/paged.ts';
import { resource } from '../../../http/kit/resource.ts';
import { invalidMember } from '../../../http/kit/validation.ts';
import { type ErrorText, Problem } from '../../../kernel/errors.ts';
import { givenInstant, instant } from '../../../kernel/time/time-kinds.ts';
import { uuidOfWireId, wireId } from '../../../kernel/wire/wire-ids.ts';
import type { Clock } from '../../../platform/clock.ts';
import { iso } from '../../../tracking/ports/shipments.ts';
import type { Couriers, PlanFault, PlannedShift, PlanOutcome } from '../../couriers/index.ts';
import { noSuchCourier } from './routes.ts';

const newShift = z
  .strictObject({ starts_at: givenInstant, ends_at: givenInstant })
  .meta({ id: 'NewPlannedShift' });

const shift = z
  .strictObject({
    id: z.string().meta({ example: 'shf_0190b0a15e0b7c3e8f0b1d5a2c4e6f80' }),
    starts_at: instant,
    ends_at: instant,
  })
  .meta({ id: 'PlannedShift' });

const shiftList = listPage(shift).meta({ id: 'PlannedShiftList' });

interface CourierShiftDeps {
  readonly couriers: Couriers;
  readonly clock: Clock;
}

/** The shifts that a courier is to work: each starts and ends by itself. */
export const courierShifts = resource(
  { noun: 'courier', tag: 'Couriers', ids: 'courier' },
  {
    list: {
      id: 'listCourierShifts',
      method: 'GET',
      path: '/couriers/:id/shifts',
      summary: "List a courier's planned shifts",
      description: 'Those that are not over, in order of their start.',
      scope: 'couriers:read',
      answers: { 200: { description: 'The shifts.', schema: shiftList } },
    },
    plan: {
      id: 'planCourierShift',
      method: 'POST',
      path: '/couriers/:id/shifts',
      summary: 'Plan a shift',
      description: 'It starts and ends by itself, within a minute.',
      scope: 'couriers:write',
      body: newShift,
      answers: { 201: { description: 'Planned.', schema: shift } },
      errors: ['conflict'],
      example: { starts_at: '2026-03-11T08:00:00+01:00', ends_at: '2026-03-11T16:00:00+01:00' },
    },
    cancel: {
      id: 'cancelCourierShift',
      method: 'DELETE',
      path: '/couriers/:id/shifts/:shift_id',
      summary: 'Cancel a planned shift',
      description: 'A shift that has started goes on.',
      scope: 'couriers:write',
      params: { shift_id: 'The planned shift.' },
      answers: { 204: { description: 'Cancelled.' } },
    },
  },
  ({ couriers, clock }: CourierShiftDeps) => ({
    list: async ({ tenant, id, found }) => {
      found(await couriers.find(tenant, id));
      const all = await couriers.plannedShifts(tenant, { courierId: id, fromMs: clock.nowMs() });
      return { status: 200, body: { data: all.map(shiftJson), next_cursor: null } };
    },
    plan: async ({ tenant, id, body }) => {
      const span = { startsAtMs: Date.parse(body.starts_at), endsAtMs: Date.parse(body.ends_at) };
      const [made] = shiftsOrThrow(await couriers.planShifts(tenant, id, [span]));
      return { status: 201, body: made && shiftJson(made) };
    },
    cancel: async ({ tenant, id, param }) => {
      const shiftId = uuidOfWireId('shift', param('shift_id'));
      if (shiftId !== null && (await couriers.cancelShift(tenant, id, shiftId))) {
        return { status: 204 };
      }
      throw new Problem('not_found', 'couriers.noSuchShift');
    },
  }),
);

function shiftJson({ id, startsAtMs, endsAtMs }: PlannedShift) {
  return { id: wireId('shift', id), starts_at: iso(startsAtMs), ends_at: iso(endsAtMs) };
}

const FAULTS = {
  ends_in_past: { reason: 'couriers.endsInPast', fix: 'couriers.chooseLaterEnd' },
  ends_before_start: { reason: 'couriers.endsBeforeStart', fix: 'couriers.chooseLaterEnd' },
  too_long: { reason: 'couriers.shiftTooLong', fix: 'couriers.chooseAnotherTime' },
  too_far: { reason: 'couriers.tooFarAhead', fix: 'couriers.chooseEarlierDay' },
} as const satisfies Readonly<
  Record<PlanFault, { readonly reason: ErrorText; readonly fix: ErrorText }>
>;

/** The shifts that were planned. Throws `Problem` if they were not. */
export function shiftsOrThrow(outcome: PlanOutcome): readonly PlannedShift[] {
  switch (outcome.kind) {
    case 'done':
      return outcome.shifts;
    case 'not_found':
      throw noSuchCourier();
    case 'overlaps':
      throw new Problem('conflict', 'couriers.shiftOverlaps', {
        fix: 'couriers.chooseAnotherTime',
      });
    case 'invalid':
      throw invalidMember('/ends_at', FAULTS[outcome.why].reason, FAULTS[outcome.why].fix);
  }
}
