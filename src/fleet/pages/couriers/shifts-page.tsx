import { dayIn, useDates } from '../../../http/console/kit/dates.ts';
import { useMessages, useSpoken } from '../../../http/console/kit/language.ts';
import { Empty, Scroller } from '../../../http/console/kit/pieces.tsx';
import type { DeskCall, DeskDeps } from '../../../http/console/kit/visit.ts';
import { ofWhose, TestTag, whoseOf } from '../../../http/console/kit/whose.tsx';
import type { Courier, PlannedShift } from '../../couriers/index.ts';
import { DeliveriesPage } from '../deliveries-page.tsx';
import { AT as COURIERS_AT, pathOf, shownName } from './list-page.tsx';
import { useSpan } from './planned.tsx';
import { ShiftTag } from './shift-now.tsx';
import type { weekOf } from './shift-times.ts';

const SHIFTS_AT = '/console/deliveries/shifts';

interface Props {
  readonly deps: DeskDeps;
  readonly call: DeskCall;
  readonly week: ReturnType<typeof weekOf>;
  readonly couriers: readonly Courier[];
  readonly shifts: readonly PlannedShift[];
}

/** The planned shifts of all couriers in a week. */
export const ShiftsPage = (props: Props) => <Page {...props} />;

function Page({ deps, call, week, couriers, shifts }: Props) {
  const { shifts: words, list } = useMessages().couriers;
  const nowMs = deps.parts.clock.nowMs();
  const { day } = useDates(nowMs);
  const { timeZone } = useSpoken();
  const today = dayIn(timeZone, nowMs);
  const at = (date: string) =>
    `${SHIFTS_AT}?${new URLSearchParams({ week: date, ...ofWhose(call) })}`;
  const [first, last] = [week.days[0]?.date ?? '', week.days.at(-1)?.date ?? ''];
  const hasToday = first <= today && today <= last;
  const classOf = (date: string) => {
    if (date === today) return 'today';
    return hasToday && date < today ? 'past' : undefined;
  };
  const title = words.week({ from: day(first), to: day(last) });
  return (
    <DeliveriesPage
      {...{ deps, call, title: words.title, at: SHIFTS_AT }}
      acts={
        <nav class="acts" aria-label={title} data-in-place>
          <span class="soft">{title}</span>
          <span class="steps">
            <a class="button" href={at(week.before)} aria-label={words.before} title={words.before}>
              ←
            </a>
            <a class="button" href={at(today)}>
              {words.thisWeek}
            </a>
            <a class="button" href={at(week.after)} aria-label={words.after} title={words.after}>
              →
            </a>
          </span>
        </nav>
      }
    >
      {couriers.length === 0 ? (
        <Empty>
          {list.emptyTitle}: <a href={COURIERS_AT}>{list.title}</a>
        </Empty>
      ) : (
        <Scroller label={title}>
          <table class="week">
            <thead>
              <tr>
                <th scope="col">{list.courier}</th>
                {week.days.map(({ date }) => (
                  <th key={date} scope="col" class={classOf(date)}>
                    {day(date)}
                  </th>
                ))}
              </tr>
            </thead>
            <tbody>
              {couriers.map((courier) => (
                <tr key={courier.id}>
                  <th scope="row">
                    <a href={`${pathOf(courier)}#planned`}>{shownName(call, courier)}</a>{' '}
                    <TestTag mode={courier.mode} isMixed={whoseOf(call) === null} />
                  </th>
                  {week.days.map((each) => (
                    <td key={each.date} class={classOf(each.date)}>
                      {each.date === today && courier.onShift && (
                        <ShiftTag courier={courier} nowMs={nowMs} />
                      )}
                      <Day
                        shifts={shifts.filter((shift) => isOn(shift, courier, each))}
                        isFree={!(each.date === today && courier.onShift)}
                      />
                    </td>
                  ))}
                </tr>
              ))}
            </tbody>
          </table>
        </Scroller>
      )}
    </DeliveriesPage>
  );
}

/** A shift stands on the day on which it starts. */
function isOn(
  { courierId, startsAtMs }: PlannedShift,
  { id }: Courier,
  { fromMs, toMs }: Props['week']['days'][number],
): boolean {
  return courierId === id && startsAtMs >= fromMs && startsAtMs < toMs;
}

interface DayProps {
  readonly shifts: readonly PlannedShift[];
  /** Whether nothing else stands on that day. */
  readonly isFree: boolean;
}

function Day({ shifts, isFree }: DayProps) {
  const span = useSpan();
  if (shifts.length === 0) return isFree ? <span class="soft">–</span> : null;
  return (
    <>
      {shifts.map((shift) => (
        <span key={shift.id} class="span">
          {span(shift)}
        </span>
      ))}
    </>
  );
}
