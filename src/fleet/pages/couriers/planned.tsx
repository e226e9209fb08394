import { dayIn, useDates } from '../../../http/console/kit/dates.ts';
import { useMessages, useSpoken } from '../../../http/console/kit/language.ts';
import { Action } from '../../../http/console/kit/pieces.tsx';
import { wireId } from '../../../kernel/wire/wire-ids.ts';
import type { PlannedShift } from '../../couriers/index.ts';
import { PlanForm, type PlanProps } from './plan-form.tsx';
import { useUntil } from './shift-now.tsx';

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
              {mayDecide && (
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

/** Writes a shift's start and end as times of day. */
export function useSpan() {
  const { clock } = useDates(0);
  const at = (ms: number) => clock(new Date(ms).toISOString());
  return ({ startsAtMs, endsAtMs }: Pick<PlannedShift, 'startsAtMs' | 'endsAtMs'>) =>
    `${at(startsAtMs)} – ${at(endsAtMs)}`;
}
