import { useDates } from '../../../http/console/kit/dates.ts';
import {
  Faults,
  type FormFault,
  FormRefused,
  useFaultAt,
} from '../../../http/console/kit/faults.tsx';
import { PostForm } from '../../../http/console/kit/fields.tsx';
import { useMessages, useSpoken } from '../../../http/console/kit/language.ts';
import { Action } from '../../../http/console/kit/pieces.tsx';
import type { Problem } from '../../../kernel/errors.ts';
import { dayIn } from '../../../kernel/time/zoned-time.ts';
import { wireId } from '../../../kernel/wire/wire-ids.ts';
import type { Courier, PlannedShift } from '../../couriers/index.ts';
import { useUntil } from '../courier-state.tsx';
import type { DayAndTimes } from './shift-times.ts';

/** Maximum of weeks in which a shift is repeated. */
export const WEEKS_MAX = 12;

/** A rejected plan with its values. */
export interface RefusedPlan {
  readonly form: URLSearchParams;
  readonly problem: Problem;
}

export interface PlanProps {
  /** Where the form is sent to. */
  readonly to: string;
  readonly courier: Courier;
  /** A choice of couriers by their names as shown; absent: only this one. */
  readonly choices?: readonly { readonly courier: Courier; readonly name: string }[];
  /** What the form proposes. */
  readonly proposal: DayAndTimes;
  /** The zone in which a dispatcher plans; null: each courier's own. */
  readonly zone: string | null;
  readonly refused: RefusedPlan | null;
}

interface Props extends PlanProps {
  readonly shifts: readonly PlannedShift[];
  /** The path of the courier's page. */
  readonly path: string;
  readonly nowMs: number;
  readonly mayDecide: boolean;
}

/** A courier's planned shifts, and a form for more. */
export function Planned(props: Props) {
  const { shifts, path, nowMs, mayDecide, refused } = props;
  const words = useMessages().couriers.shifts;
  const until = useUntil(nowMs);
  const span = useSpan();
  const { heading } = useDates(nowMs);
  const { timeZone } = useSpoken();
  return (
    <section class="card" id="planned">
      <h2>{words.planned}</h2>
      {shifts.length === 0 ? (
        <p class="soft">{words.nonePlanned}</p>
      ) : (
        <ul class="planned">
          {shifts.map((shift) => (
            <li key={shift.id}>
              <span>
                {heading(dayIn(timeZone, shift.startsAtMs))} <span class="soft">{span(shift)}</span>
              </span>
              {mayDecide && shift.startsAtMs > nowMs && (
                <Action
                  to={`${path}/shifts/cancel`}
                  label={words.cancel}
                  about={until(shift.startsAtMs)}
                  fields={{ shift: wireId('shift', shift.id) }}
                />
              )}
            </li>
          ))}
        </ul>
      )}
      {mayDecide && (
        <details open={refused !== null}>
          <summary>{words.plan}</summary>
          <PlanForm {...props} />
        </details>
      )}
    </section>
  );
}

/** Writes a shift's start and end as times of day, `8 AM–5:30 PM`. */
export function useSpan() {
  const { clock } = useDates(0);
  // Beside “AM”, a whole hour needs no minutes.
  const at = (ms: number) => clock(new Date(ms).toISOString()).replace(/:00(?=\s[AP]M)/, '');
  return ({ startsAtMs, endsAtMs }: Pick<PlannedShift, 'startsAtMs' | 'endsAtMs'>) =>
    `${at(startsAtMs)}–${at(endsAtMs)}`;
}

/** Plans a shift of a courier, also for several weeks in a row. */
export function PlanForm({ to, courier, choices, proposal, zone, refused }: PlanProps) {
  const { shifts: words, list } = useMessages().couriers;
  const fields = {
    '/starts_at': { name: words.from, control: 'plan-from' },
    '/ends_at': { name: words.to, control: 'plan-to' },
  };
  const fault: FormFault | null = refused && { problem: refused.problem, fields };
  const value = (name: string, first: string) => refused?.form.get(name) ?? first;
  const ownId = wireId('courier', courier.id);
  return (
    <>
      {fault && <Faults {...fault} />}
      <FormRefused value={fault}>
        <PostForm to={to} class="plan">
          {choices === undefined ? (
            <input type="hidden" name="courier" value={ownId} />
          ) : (
            <p>
              <label for="plan-courier">{list.courier}</label>
              <select id="plan-courier" name="courier">
                {choices.map(({ courier: { id }, name }) => (
                  <option key={id} value={wireId('courier', id)} selected={id === courier.id}>
                    {name}
                  </option>
                ))}
              </select>
            </p>
          )}
          <p>
            <label for="plan-date">{words.day}</label>
            <input
              {...{ id: 'plan-date', name: 'date', type: 'date', required: true }}
              value={value('date', proposal.date)}
            />
          </p>
          <Time
            id="plan-from"
            name="from"
            label={words.from}
            value={value('from', proposal.from)}
          />
          <Time id="plan-to" name="to" label={words.to} value={value('to', proposal.to)} />
          <p>
            <label for="plan-weeks">{words.weeks}</label>
            <input
              {...{ id: 'plan-weeks', name: 'weeks', type: 'number', min: 1, max: WEEKS_MAX }}
              value={value('weeks', '1')}
            />
          </p>
          <p class="soft">
            {zone === null ? words.ownZones : words.zone({ zone: zone.replaceAll('_', ' ') })}
          </p>
          <button type="submit" class="primary">
            {words.plan}
          </button>
        </PostForm>
      </FormRefused>
    </>
  );
}

interface TimeProps {
  readonly id: string;
  readonly name: string;
  readonly label: string;
  readonly value: string;
}

function Time({ id, name, label, value }: TimeProps) {
  const { marks, said } = useFaultAt(id);
  return (
    <p>
      <label for={id}>{label}</label>
      {said}
      <input {...{ id, name, type: 'time', value, required: true, ...marks }} />
    </p>
  );
}
