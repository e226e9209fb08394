import { useDates } from '../../../http/console/kit/dates.ts';
import { Icon } from '../../../http/console/kit/icons.tsx';
import { useMessages, useSpoken } from '../../../http/console/kit/language.ts';
import { Scroller } from '../../../http/console/kit/pieces.tsx';
import type { DeskPageProps } from '../../../http/console/kit/visit.ts';
import { ofWhose, TestTag, whoseOf } from '../../../http/console/kit/whose.tsx';
import { capitalized } from '../../../kernel/capitalized.ts';
import { dayIn } from '../../../kernel/time/zoned-time.ts';
import { wireId } from '../../../kernel/wire/wire-ids.ts';
import type { Courier, PlannedShift } from '../../couriers/index.ts';
import { CourierState, stateOf } from '../courier-state.tsx';
import { DeliveriesPage, NoCouriers } from '../deliveries-page.tsx';
import { lengthOf } from '../dispatch-board/age.ts';
import { pathOf, shownName, workingFirst } from './list-page.tsx';
import { PlanForm, type PlanProps, useSpan } from './planned.tsx';
import type { daysFrom } from './shift-times.ts';

/** The path of the page, and of the form to plan a shift. */
export const SHIFTS_AT = '/console/deliveries/shifts';

interface Props extends DeskPageProps {
  /** Seven days by the clock of the zone, in which the page shows all times. */
  readonly week: ReturnType<typeof daysFrom> & { readonly zone: string };
  readonly couriers: readonly Courier[];
  readonly shifts: readonly PlannedShift[];
  /** The form to plan a shift; null: it is closed. */
  readonly plan: Pick<PlanProps, 'courier' | 'proposal' | 'zone' | 'refused'> | null;
}

type WeekDay = Props['week']['days'][number];

/** The planned shifts of all couriers in seven days. */
export const ShiftsPage = (props: Props) => <Page {...props} />;

function Page(props: Props) {
  const { deps, call, week, couriers, shifts } = props;
  const { shifts: words, list } = useMessages().couriers;
  const nowMs = deps.parts.clock.nowMs();
  const { day, within } = useDates(nowMs);
  const today = dayIn(week.zone, nowMs);
  const mayDecide = call.may('dispatch:decide');
  const at = (date: string, more: Readonly<Record<string, string>> = {}) =>
    `${SHIFTS_AT}?${new URLSearchParams({ week: date, ...more, ...ofWhose(call) })}`;
  const [first, last] = [week.days[0]?.date ?? '', week.days.at(-1)?.date ?? ''];
  const cellOf = ({ date }: WeekDay) => ({
    class: date === today ? 'today' : undefined,
    'data-label': capitalized(within(date)),
  });
  const title = words.week({ from: day(first), to: day(last) });
  return (
    <DeliveriesPage
      {...{ deps, call, title: words.title, at: SHIFTS_AT }}
      zones={[week.zone]}
      mainAction={
        couriers.length > 0 && (
          <a class="button primary" href={`${at(first, { plan: '' })}#plan`}>
            <Icon name="plan" />
            <span>{words.plan}</span>
          </a>
        )
      }
      acts={
        <nav class="acts" aria-label={title} data-in-place>
          <span class="soft">{title}</span>
          <span class="steps">
            <a class="button" href={at(week.before)} aria-label={words.before} title={words.before}>
              ←
            </a>
            <a class="button" href={at(today)} aria-current={first === today ? 'date' : undefined}>
              {words.fromToday}
            </a>
            <a class="button" href={at(week.after)} aria-label={words.after} title={words.after}>
              →
            </a>
          </span>
        </nav>
      }
    >
      <OpenForm {...props} />
      {couriers.length === 0 ? (
        <NoCouriers mayAdd={mayDecide} />
      ) : (
        <Scroller label={title}>
          <table class="week">
            <thead>
              <tr>
                <th scope="col">{list.courier}</th>
                {week.days.map((each) => (
                  <th key={each.date} scope="col" class={cellOf(each).class}>
                    {capitalized(within(each.date))}
                  </th>
                ))}
              </tr>
            </thead>
            <tbody>
              {workingFirst(couriers).map((courier) => (
                <tr key={courier.id}>
                  <th scope="row">
                    <a href={`${pathOf(courier)}#planned`}>{shownName(call, courier)}</a>{' '}
                    <TestTag mode={courier.mode} isMixed={whoseOf(call) === null} />
                    <Total {...{ courier, shifts }} />
                  </th>
                  {week.days.map((each) => (
                    <td key={each.date} {...cellOf(each)}>
                      <Day
                        shifts={shifts.filter((shift) => startsOn(shift, courier, each))}
                        working={each.date === today && courier.onShift ? courier : null}
                        nowMs={nowMs}
                        toCourier={`${pathOf(courier)}#planned`}
                        toPlan={
                          each.date < today || !mayDecide
                            ? null
                            : `${at(first, { plan: '', courier: wireId('courier', courier.id), day: each.date })}#plan`
                        }
                        about={`${shownName(call, courier)}, ${day(each.date)}`}
                      />
                    </td>
                  ))}
                </tr>
              ))}
            </tbody>
            <Headcount {...{ ...props, today, cellOf }} />
          </table>
        </Scroller>
      )}
    </DeliveriesPage>
  );
}

interface HeadcountProps extends Pick<Props, 'week' | 'couriers' | 'shifts'> {
  readonly today: string;
  readonly cellOf: (day: WeekDay) => object;
}

/** How many couriers work on each day. */
function Headcount({ week, couriers, shifts, today, cellOf }: HeadcountProps) {
  const words = useMessages().console.courierMap;
  const worksOn = (courier: Courier, each: WeekDay) =>
    (each.date === today && courier.onShift) ||
    shifts.some((shift) => startsOn(shift, courier, each));
  return (
    <tfoot>
      <tr>
        <th scope="row">{words.couriers}</th>
        {week.days.map((each) => (
          <td key={each.date} {...cellOf(each)}>
            {couriers.filter((courier) => worksOn(courier, each)).length}
          </td>
        ))}
      </tr>
    </tfoot>
  );
}

function OpenForm({ call, couriers, plan }: Props) {
  const words = useMessages().couriers.shifts;
  if (plan === null) return null;
  return (
    <section class="card" id="plan">
      <h2>{words.plan}</h2>
      <PlanForm
        {...plan}
        to={`${SHIFTS_AT}?${new URLSearchParams(ofWhose(call))}`}
        choices={couriers.map((courier) => ({ courier, name: shownName(call, courier) }))}
      />
    </section>
  );
}

/** Whether it is the courier's shift and shown on that day, which is the one on which it starts. */
function startsOn(
  { courierId, startsAtMs }: PlannedShift,
  { id }: Courier,
  { fromMs, toMs }: WeekDay,
): boolean {
  return courierId === id && startsAtMs >= fromMs && startsAtMs < toMs;
}

interface DayProps {
  readonly shifts: readonly PlannedShift[];
  /** The courier, while on shift on this day; else null. */
  readonly working: Courier | null;
  readonly nowMs: number;
  /** The courier's planned shifts. */
  readonly toCourier: string;
  /** The form for this courier and day; null: the day is over, or the reader may not plan. */
  readonly toPlan: string | null;
  /** Whose day it is. */
  readonly about: string;
}

function Day({ shifts, working, nowMs, toCourier, toPlan, about }: DayProps) {
  const span = useSpan();
  const words = useMessages().couriers.shifts;
  const running = shifts.find(
    ({ startsAtMs, endsAtMs }) => startsAtMs <= nowMs && nowMs < endsAtMs,
  );
  if (shifts.length === 0 && working === null) {
    if (toPlan === null) return null;
    return (
      <a class="add" href={toPlan} aria-label={`${words.plan}: ${about}`}>
        +
      </a>
    );
  }
  return (
    <>
      {working && running === undefined && <CourierState courier={working} nowMs={nowMs} />}
      {shifts.map((shift) => {
        const state = shift === running && working ? stateOf(working) : null;
        return (
          <a key={shift.id} class={state ? `span ${state}` : 'span'} href={toCourier}>
            {span(shift)}
            {state && <small>{capitalized(words.states[state])}</small>}
          </a>
        );
      })}
    </>
  );
}

/** How long a courier's shifts of these days are together. */
function Total({ courier: { id }, shifts }: Pick<Props, 'shifts'> & { readonly courier: Courier }) {
  const { locale } = useSpoken();
  const totalMs = shifts
    .filter(({ courierId }) => courierId === id)
    .reduce((sum, { startsAtMs, endsAtMs }) => sum + endsAtMs - startsAtMs, 0);
  return totalMs > 0 && <span class="soft total">{lengthOf(locale, totalMs / 1_000)}</span>;
}
