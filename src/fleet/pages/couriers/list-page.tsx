import { Tabs } from '../../../http/console/kit/choices.tsx';
import { useDates } from '../../../http/console/kit/dates.ts';
import { Icon } from '../../../http/console/kit/icons.tsx';
import { useMessages, useSpoken } from '../../../http/console/kit/language.ts';
import {
  Action,
  Empty,
  Filled,
  Instant,
  Older,
  Scroller,
  Tag,
} from '../../../http/console/kit/pieces.tsx';
import type { DeskCall, DeskPageProps } from '../../../http/console/kit/visit.ts';
import { ofWhose, TestTag, whoseOf } from '../../../http/console/kit/whose.tsx';
import { capitalized } from '../../../kernel/capitalized.ts';
import { dayIn } from '../../../kernel/time/zoned-time.ts';
import { wireId } from '../../../kernel/wire/wire-ids.ts';
import { iso } from '../../../tracking/ports/shipments.ts';
import type { Courier, CourierCounts, PlannedShift } from '../../couriers/index.ts';
import { CourierState, stateOf } from '../courier-state.tsx';
import { AddCourier, DeliveriesPage } from '../deliveries-page.tsx';
import { ShiftButtons } from './shift-now.tsx';

export const AT = '/console/deliveries/couriers';

/** The tabs of the list, with the couriers that each shows. */
export const TABS = {
  all: {},
  on: { onShift: true },
  off: { onShift: false },
  phoneless: { hasPhone: false },
} as const satisfies Readonly<Record<string, Wanted>>;
export type Tab = keyof typeof TABS;

interface Wanted {
  readonly onShift?: boolean;
  readonly hasPhone?: boolean;
}

interface ListProps extends DeskPageProps {
  readonly tab: Tab;
  readonly couriers: readonly Courier[];
  readonly counts: CourierCounts;
  /** The next planned shifts by courier. */
  readonly next: ReadonlyMap<string, PlannedShift>;
  /** Since when the phones of couriers on shift have sent nothing, epoch ms by courier. */
  readonly silent: ReadonlyMap<string, number>;
  /** The merchants' slugs by merchant id. */
  readonly merchants: ReadonlyMap<string, string>;
  readonly nextCursor: string | null;
}

export const CouriersPage = (props: ListProps) => <Page {...props} />;

function Page(props: ListProps) {
  const { deps, call, tab, couriers, counts, nextCursor } = props;
  const { console: hub, couriers: own } = useMessages();
  const words = { ...hub.couriers, ...own.list };
  const at = (query: Readonly<Record<string, string>>) =>
    `${AT}?${new URLSearchParams({ show: tab, ...query, ...ofWhose(call) })}`;
  const countOf: Readonly<Record<Tab, number>> = {
    all: counts.everybody,
    on: counts.onShift,
    off: counts.everybody - counts.onShift,
    phoneless: counts.withoutPhone,
  };
  return (
    <DeliveriesPage
      {...{ deps, call, title: words.title, at: AT }}
      mainAction={counts.everybody === 0 ? null : <AddCourier isMain />}
      zones={couriers.map(({ timeZone }) => timeZone)}
    >
      {counts.everybody === 0 ? (
        <Nobody mayAdd={call.may('dispatch:decide')} />
      ) : (
        <>
          <Tabs
            label={words.title}
            tabs={Object.keys(TABS).map((name) => ({
              href: at({ show: name }),
              name: words.tabs[name as Tab],
              count: countOf[name as Tab],
              isCurrent: name === tab,
              isUrgent: false,
            }))}
          />
          {couriers.length === 0 ? <Empty>{words.noneHere}</Empty> : <Rows {...props} />}
        </>
      )}
      {nextCursor !== null && <Older href={at({ cursor: nextCursor })} />}
    </DeliveriesPage>
  );
}

function Nobody({ mayAdd }: { readonly mayAdd: boolean }) {
  const words = useMessages().couriers.list;
  return (
    <div class="success">
      <Icon name="person" />
      <h2>{words.nobody}</h2>
      <p class="soft">{words.emptyLead}</p>
      {mayAdd && (
        <p>
          <AddCourier isMain />
        </p>
      )}
    </div>
  );
}

function Rows({ deps, call, couriers, merchants, next, silent }: ListProps) {
  const { layout, console: hub, couriers: own } = useMessages();
  const words = { ...hub.couriers, ...own.list };
  const isOfAll =
    whoseOf(call) === null && new Set(couriers.map(({ merchantId }) => merchantId)).size > 1;
  const mayDecide = call.may('dispatch:decide');
  const head = [
    words.courier,
    ...(isOfAll ? [words.merchant] : []),
    hub.courierMap.state,
    words.parcels,
    words.phone,
    words.next,
  ];
  return (
    <Scroller label={words.title}>
      <table class="rows couriers">
        <thead>
          <tr>
            {head.map((name) => (
              <th key={name} scope="col">
                {name}
              </th>
            ))}
            <th scope="col" class="wider">
              {words.vehicle}
            </th>
            {mayDecide && (
              <th scope="col">
                <span class="unseen">{layout.pieces.actions}</span>
              </th>
            )}
          </tr>
        </thead>
        <tbody>
          {workingFirst(couriers).map((courier) => (
            <Row
              key={courier.id}
              {...{ call, courier, mayDecide, nowMs: deps.parts.clock.nowMs() }}
              silentSinceMs={silent.get(courier.id)}
              next={next.get(courier.id)}
              merchant={isOfAll ? (merchants.get(courier.merchantId) ?? '') : null}
            />
          ))}
        </tbody>
      </table>
    </Scroller>
  );
}

const ORDER = ['busy', 'free', 'paused', 'off'] as const;

/** Those who work come first. Pure. */
export function workingFirst(couriers: readonly Courier[]): readonly Courier[] {
  const placeOf = (courier: Courier) => ORDER.indexOf(stateOf(courier));
  return couriers.toSorted((a, b) => placeOf(a) - placeOf(b));
}

interface RowProps {
  readonly call: DeskCall;
  readonly courier: Courier;
  /** Null: all rows are of one merchant. */
  readonly merchant: string | null;
  readonly mayDecide: boolean;
  readonly nowMs: number;
  readonly silentSinceMs: number | undefined;
  readonly next: PlannedShift | undefined;
}

function Row({ call, courier, merchant, mayDecide, nowMs, silentSinceMs, next }: RowProps) {
  const { clock, within } = useDates(nowMs);
  const { timeZone } = useSpoken();
  const { console: all, couriers } = useMessages();
  return (
    <tr data-row={courier.id}>
      <td class="main">
        <a href={pathOf(courier)}>
          <b>{shownName(call, courier)}</b>
        </a>{' '}
        <TestTag mode={courier.mode} isMixed={whoseOf(call) === null} />
      </td>
      {merchant !== null && <td data-col="merchant">{merchant}</td>}
      <td data-col="shift">
        <CourierState {...{ courier, nowMs }} />
      </td>
      <td data-col="load" class={courier.assigned === 0 ? 'soft' : undefined}>
        {all.courierMap.load({
          carried: courier.holds,
          toLoad: courier.assigned - courier.holds,
        })}
      </td>
      <td data-col="phone">
        <Phone {...{ courier, nowMs, silentSinceMs }} /> <CallLink {...{ call, courier }} />
      </td>
      <td
        data-col="planned"
        class={next === undefined ? 'none' : undefined}
        data-label={couriers.list.next}
      >
        {next === undefined ? (
          <span class="soft">–</span>
        ) : (
          `${capitalized(within(dayIn(timeZone, next.startsAtMs)))}, ${clock(iso(next.startsAtMs))}`
        )}
      </td>
      <td data-col="vehicle" class="soft sentence wider">
        {capitalized(all.couriers.vehicles[courier.vehicle])}
      </td>
      {mayDecide && (
        <td class="actions">
          {courier.device === null && (
            <Action
              to={`${pathOf(courier)}/enrolment`}
              label={couriers.list.invite}
              about={shownName(call, courier)}
            />
          )}
          <ShiftButtons courier={courier} path={pathOf(courier)} about={shownName(call, courier)} />
        </td>
      )}
    </tr>
  );
}

/** When a phone was used; on shift, a warning if there is none or if it sends nothing. */
function Phone({
  courier,
  nowMs,
  silentSinceMs,
}: Pick<RowProps, 'courier' | 'nowMs' | 'silentSinceMs'>) {
  const { couriers, console: hub } = useMessages();
  const words = couriers.list;
  const { clock } = useDates(nowMs);
  if (courier.device === null) {
    if (courier.onShift) return <Tag tone="bad">{words.noPhone}</Tag>;
    return <span class="soft">{words.noPhone}</span>;
  }
  if (silentSinceMs !== undefined) {
    const time = clock(iso(silentSinceMs), courier.timeZone);
    return <Tag tone="bad">{hub.courierMap.silentSince({ time })}</Tag>;
  }
  const { lastSeenMs } = courier.device;
  if (lastSeenMs === null) return <>{words.neverUsed}</>;
  return (
    <Filled
      text={words.usedAgo({ ago: '{ago}' })}
      parts={{ ago: <Instant at={iso(lastSeenMs)} nowMs={nowMs} /> }}
    />
  );
}

interface CallLinkProps extends Pick<RowProps, 'call' | 'courier'> {
  readonly isButton?: boolean;
}

/** Calls a courier, if the number is known and the reader may know people. */
export function CallLink({ call, courier, isButton = false }: CallLinkProps) {
  const { phone } = courier;
  if (phone === null || !call.may('people:see')) return null;
  return (
    <a class={isButton ? 'button' : undefined} href={`tel:${phone.replaceAll(/[^\d+]/g, '')}`}>
      {useMessages().couriers.list.call}
      <span class="unseen">{` ${shownName(call, courier)}`}</span>
    </a>
  );
}

/** The path of a courier's page. */
export function pathOf({ id }: Pick<Courier, 'id'>): string {
  return `${AT}/${wireId('courier', id)}`;
}

/** What the page shows as a courier's name: viewers see an id, because names are personal data. */
export function shownName({ may }: DeskCall, { id, name }: Courier): string {
  return may('people:see') ? name : wireId('courier', id);
}
