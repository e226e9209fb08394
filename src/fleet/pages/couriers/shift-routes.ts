import { deskForm, deskPage } from '../../../http/console/kit/desk-route.ts';
import type { PageAnswer } from '../../../http/console/kit/page-answer.ts';
import { timeZoneFor } from '../../../http/console/kit/spoken.tsx';
import type { DeskCall, DeskDeps, DeskFormCall } from '../../../http/console/kit/visit.ts';
import { ofWhose, whoseOf } from '../../../http/console/kit/whose.tsx';
import type { Route } from '../../../http/kit/route.ts';
import { invalidMember, invalidMembers } from '../../../http/kit/validation.ts';
import { Problem } from '../../../kernel/errors.ts';
import { dayIn } from '../../../kernel/time/zoned-time.ts';
import { uuidOfWireId } from '../../../kernel/wire/wire-ids.ts';
import { courierOrThrow } from '../../api/couriers/routes.ts';
import { shiftsOrThrow } from '../../api/couriers/shift-routes.ts';
import type { FleetParts } from '../../api/fleet-parts.ts';
import type { Courier } from '../../couriers/index.ts';
import { sharedZone } from '../deliveries-page.tsx';
import { DELIVERIES_DESK } from '../table.ts';
import { backTo, courierOf, recordAction, tenantOf } from './courier-of.ts';
import { pathOf } from './list-page.tsx';
import { type RefusedPlan, WEEKS_MAX } from './planned.tsx';
import { PAUSE_MINUTES, SHIFT_ACTS, type ShiftAct } from './shift-now.tsx';
import {
  type DayAndTimes,
  daysFrom,
  nextAt,
  sameHoursAsLast,
  weeklyShifts,
} from './shift-times.ts';
import { SHIFTS_AT, ShiftsPage } from './shifts-page.tsx';

/** Maximum of couriers in the overview of a week. */
const COURIERS_MAX = 500;
/** How long ago the shift may be whose hours the form proposes. */
const LAST_SHIFT_MS = 28 * 86_400_000;

/**
 * Shifts: the one that runs, those that are planned, and a week of all couriers.
 * @param onePage the courier's page, with a rejected plan.
 */
export function shiftRoutes(
  deps: DeskDeps,
  parts: FleetParts,
  onePage: (call: DeskCall, courier: Courier, refused: RefusedPlan) => Promise<PageAnswer>,
): readonly Route[] {
  const { couriers } = parts;
  return [
    deskForm(deps, DELIVERIES_DESK.changeShiftOfCourier, async (call) => {
      const courier = await courierOf(parts, call);
      const asked = SHIFT_ACTS.find((each) => each === call.form.get('do'));
      if (asked === undefined)
        throw invalidMember('/do', 'values.unusable', 'dispatch.chooseFromList');
      await changeShift(deps, parts, { call, courier, asked });
      await recordAction(deps, call, courier, `changed a shift: ${asked}`);
      return { seeOther: `${backTo(call, courier)}?done=shift_${DONE[asked]}` };
    }),
    deskForm(deps, DELIVERIES_DESK.planShiftOfCourier, async (call) => {
      const { form } = call;
      const courier = await courierOf(parts, call, form.get('courier') ?? '');
      const isOfCourier = call.query.get('back') === 'courier';
      try {
        const text = (name: string) => (form.get(name) ?? '').trim();
        const weeks = Math.min(Math.max(1, Math.trunc(Number(text('weeks'))) || 1), WEEKS_MAX);
        const day = { date: text('date'), from: text('from'), to: text('to') };
        const spans = weeklyShifts(day, weeks, zoneOf(call, courier));
        if (spans === null) {
          const error = { reason: 'couriers.invalidTimes', fix: 'couriers.enterTimes' } as const;
          throw invalidMembers([{ pointer: '/starts_at', ...error }]);
        }
        shiftsOrThrow(await couriers.planShifts(tenantOf(courier), courier.id, spans));
      } catch (problem) {
        if (!(problem instanceof Problem)) throw problem;
        const refused = { form, problem };
        const page = isOfCourier
          ? await onePage(call, courier, refused)
          : await weekPage(deps, parts, call, { courier, date: form.get('date'), refused });
        return 'type' in page ? { invalid: page } : page;
      }
      await recordAction(deps, call, courier, 'planned shifts');
      if (isOfCourier) return { seeOther: `${pathOf(courier)}?done=shift_planned#planned` };
      const week = { week: form.get('date') ?? '', ...ofWhose(call) };
      return {
        seeOther: `${SHIFTS_AT}?${new URLSearchParams({ ...week, done: 'shift_planned' })}`,
      };
    }),
    deskForm(deps, DELIVERIES_DESK.cancelShiftOfCourier, async (call) => {
      const courier = await courierOf(parts, call);
      const id = uuidOfWireId('shift', call.form.get('shift') ?? '');
      const isGone = id !== null && (await couriers.cancelShift(tenantOf(courier), courier.id, id));
      if (!isGone) throw new Problem('not_found', 'couriers.noSuchShift');
      await recordAction(deps, call, courier, 'cancelled a planned shift');
      return { seeOther: `${pathOf(courier)}?done=shift_cancelled#planned` };
    }),
    deskPage(deps, DELIVERIES_DESK.readShifts, async (call) => {
      const { query } = call;
      const asked = query.get('courier');
      const courier = asked === null ? null : await courierOf(parts, call, asked);
      return weekPage(deps, parts, call, {
        ...{ courier, date: query.get('week'), day: query.get('day') },
        ...{ plans: query.has('plan'), refused: null },
      });
    }),
  ];
}

interface OpenForm {
  /** Whose shift is planned; null: the first courier's, if any. */
  readonly courier: Courier | null;
  /** A day that is shown; null: today. */
  readonly date: string | null;
  /** The day that the form proposes; absent: the one that is shown. */
  readonly day?: string | null;
  /** Whether the form is open. */
  readonly plans?: boolean;
  readonly refused: RefusedPlan | null;
}

/** The week of all couriers, with the form to plan a shift if it is open. */
async function weekPage(
  deps: DeskDeps,
  { couriers }: FleetParts,
  call: DeskCall,
  { courier, date, day = null, plans = true, refused }: OpenForm,
): Promise<PageAnswer> {
  const whose = whoseOf(call);
  const nowMs = deps.parts.clock.nowMs();
  const page = { after: null, limit: COURIERS_MAX };
  const everybody = { onShift: null, externalId: null };
  const people = await (whose === null
    ? couriers.listAll(page)
    : couriers.list(whose, everybody, page));
  const shared = sharedZone(people.map((each) => zoneOf(call, each)));
  const zone = shared ?? timeZoneFor(call.request);
  const week = daysFrom(date, zone, nowMs);
  const span = { fromMs: week.days[0]?.fromMs ?? 0, toMs: week.days.at(-1)?.toMs ?? 0 };
  const shifts = await couriers.plannedShifts(whose, span);
  const chosen = courier ?? people[0];
  const plan = plans &&
    chosen !== undefined &&
    call.may('dispatch:decide') && {
      courier: chosen,
      proposal: await proposedShift(deps, couriers, call, {
        ...{ courier: chosen, date: day ?? date },
      }),
      zone: shared,
      refused,
    };
  return ShiftsPage({
    ...{ deps, call, couriers: people, shifts },
    week: { ...week, zone },
    plan: plan || null,
  });
}

/**
 * Proposes the hours of the courier's latest shift, planned ones included, on the given day or today,
 * whichever is later.
 */
export async function proposedShift(
  { parts }: DeskDeps,
  couriers: FleetParts['couriers'],
  call: DeskCall,
  { courier, date }: { readonly courier: Courier; readonly date: string | null },
): Promise<DayAndTimes> {
  const nowMs = parts.clock.nowMs();
  const zone = zoneOf(call, courier);
  const today = dayIn(zone, nowMs);
  const of = { courierId: courier.id, fromMs: nowMs - LAST_SHIFT_MS };
  const shifts = await couriers.plannedShifts(tenantOf(courier), of);
  return sameHoursAsLast(shifts, date !== null && date > today ? date : today, zone);
}

const DONE = { start: 'started', end: 'ended', pause: 'paused', resume: 'resumed' } as const;

/** The zone of a courier's shifts: the courier's own, else the reader's. */
export function zoneOf({ request }: DeskCall, { timeZone }: Courier): string {
  return timeZone ?? timeZoneFor(request);
}

/** Starts, ends, pauses or resumes the shift. Throws `Problem` if the courier was removed. */
async function changeShift(
  deps: DeskDeps,
  { couriers }: FleetParts,
  {
    call,
    courier,
    asked,
  }: { readonly call: DeskFormCall; readonly courier: Courier; readonly asked: ShiftAct },
): Promise<void> {
  const { form } = call;
  const tenant = tenantOf(courier);
  const nowMs = deps.parts.clock.nowMs();
  if (asked === 'start' || asked === 'end') {
    const on = asked === 'start';
    const endsAtMs = on ? nextAt(form.get('ends') ?? '', zoneOf(call, courier), nowMs) : null;
    courierOrThrow(await couriers.change(tenant, courier.id, {}, { on, endsAtMs }));
    return;
  }
  const minutes = PAUSE_MINUTES.find((each) => String(each) === form.get('minutes'));
  const endsAtMs = minutes === undefined ? null : nowMs + minutes * 60_000;
  const pause = asked === 'pause' ? { endsAtMs } : null;
  courierOrThrow(await couriers.change(tenant, courier.id, {}, { pause }));
}
