import type { Tenant } from '../../../kernel/tenant.ts';
import type { DemoState, DeskView } from '../../../merchants/index.ts';
import {
  ARCHIVED_TAG,
  type BulkJob,
  type ShipmentCount,
} from '../../../tracking/ports/shipments.ts';
import { DemoNotice } from '../demo/demo-notice.tsx';
import { Tabs } from '../kit/choices.tsx';
import { useMessages } from '../kit/language.ts';
import { DeskLayout, PageHead } from '../kit/layout.tsx';
import { Empty, Filled, Scroller } from '../kit/pieces.tsx';
import type { DeskPageProps } from '../kit/visit.ts';
import type { leftOf } from '../setup/state.ts';
import { SETUP_AT } from '../setup/steps.tsx';
import type { BulkRefusal } from './bulk.ts';
import { BulkBar, BulkForm, CountOf, JobNotice } from './bulk-bar.tsx';
import { Filters } from './filters.tsx';
import {
  AT,
  type Column,
  FIRST_ORDER,
  isFiltered,
  isStandard,
  ORDER_OF,
  queryOf,
  ROWS_SHOWN,
  type ShownShipment,
  type Wanted,
} from './listing.ts';
import { Cell, rowVersion, watchedTenant } from './live-rows.tsx';
import { TABS, type Tab } from './tabs.ts';
import { Views } from './views.tsx';

export const shipmentPathOf = (id: string): string => `${AT}/${id}`;

interface Props extends DeskPageProps {
  readonly wanted: Wanted;
  readonly shipments: readonly ShownShipment[];
  readonly nextCursor: string | null;
  readonly notice: string | null;
  /** The action on many parcels whose result is shown; null: none. */
  readonly job: BulkJob | null;
  readonly counts: Readonly<Record<Tab, ShipmentCount>>;
  /** The number of parcels that the list finds. */
  readonly total: ShipmentCount;
  readonly views: readonly DeskView[];
  /** How much of the setup is left; null: the visitor is not asked to continue it. */
  readonly toSetUp: ReturnType<typeof leftOf> | null;
  /** Null: there is no demo for the reader. */
  readonly demo: DemoState | null;
  /** The rejected action on the selected rows. */
  readonly refusal?: BulkRefusal;
}

/** A wrapper, because texts are available only during rendering. */
export const ShipmentsPage = (props: Props) => <Page {...props} />;

function Page(props: Props) {
  const { shipments: words, setup } = useMessages().desk;
  const { deps, call, wanted, shipments, nextCursor, total, job, views, toSetUp } = props;
  const notice = job === null ? props.notice : <JobNotice {...{ job, wanted }} />;
  const isShort = shipments.length < ROWS_SHOWN && nextCursor !== null;
  return (
    <DeskLayout deps={deps} visitor={call.visitor} notice={notice} title={words.title} at={AT}>
      <PageHead
        title={words.title}
        marks={
          isFiltered(wanted) &&
          (total.count > 0 || total.isExact) && (
            <span class="soft">
              <Filled
                text={words.found({ count: '{count}' })}
                parts={{ count: <CountOf of={total} /> }}
              />
            </span>
          )
        }
      />
      <ListTabs {...props} />
      <div class="chips">
        <Filters deps={deps} wanted={wanted} />
        <div class="end">
          <Views call={call} wanted={wanted} views={views} />
        </div>
      </div>
      {shipments.length === 0 ? <Nothing {...props} /> : <Rows {...props} />}
      {shipments.length > 0 && isShort && <p class="soft">{words.fewMatch}</p>}
      <LiveRegion {...props} />
      <Pages {...props} />
      <DemoNotice visitor={call.visitor} state={props.demo} />
      {toSetUp !== null && toSetUp.count > 0 && (
        <p class="soft">
          {setup.left(toSetUp)} · <a href={SETUP_AT}>{words.goOn}</a>
        </p>
      )}
    </DeskLayout>
  );
}

function ListTabs({ call, wanted, counts }: Pick<Props, 'call' | 'wanted' | 'counts'>) {
  const words = useMessages().desk.shipments;
  const isArchive = wanted.tag === ARCHIVED_TAG;
  const tag = isArchive ? '' : wanted.tag;
  // What waits for others needs attention, but nobody has to act now.
  const isUrgent: Partial<Record<Tab, boolean>> = {
    attention: call.visitor.casesForUs !== 0,
    late: true,
  };
  const tabs = Object.keys(TABS).map((name) => {
    const tab = name as Tab;
    const query = queryOf({ ...wanted, tab, tag, statuses: [], deliveredSince: '' });
    return {
      href: query.size === 0 ? AT : `${AT}?${query}`,
      name: words.tabs[tab],
      count: <CountOf of={counts[tab]} />,
      isCurrent: tab === wanted.tab && !isArchive,
      isUrgent: isUrgent[tab] === true && counts[tab].count > 0,
    };
  });
  const archive = {
    ...{ href: `${AT}?tag=${ARCHIVED_TAG}`, name: words.archived, count: null },
    ...{ isCurrent: isArchive, isUrgent: false },
  };
  return <Tabs label={words.title} tabs={[...tabs, archive]} />;
}

function Nothing({ call, wanted, nextCursor }: Props) {
  const words = useMessages().desk.shipments;
  if (nextCursor === null && wanted.tab === 'attention' && !isFiltered(wanted)) {
    return <p class="empty all-good">{words.nothingToDo}</p>;
  }
  return (
    <Empty>
      {nextCursor !== null ? (
        words.noneSoFar
      ) : queryOf(wanted).size === 0 ? (
        <>
          {words.none[call.tenant.mode]} <a href="/console/import">{words.importFile}</a>{' '}
          {words.orByApi}
        </>
      ) : (
        <>
          {words.noMatch} <a href={AT}>{words.showAll}</a>
        </>
      )}
    </Empty>
  );
}

/** Announces changed rows; its address is the stream with them. */
function LiveRegion({ deps, call, wanted, shipments }: Props) {
  const words = useMessages().desk.shipments;
  const isLive = deps.liveParcels && shipments.length > 0;
  return (
    <p
      id="news"
      class="unseen"
      role="status"
      data-live={isLive ? liveUrl(call.tenant, shipments, wanted) : undefined}
      data-changed={words.changed({ n: '{n}' })}
      data-gone={words.gone({ number: '{number}' })}
    />
  );
}

/** URL of the stream with updates of these rows. */
function liveUrl(tenant: Tenant, shipments: readonly ShownShipment[], { columns }: Wanted): string {
  const query = new URLSearchParams();
  for (const { id } of shipments) query.append('id', id);
  for (const each of columns) query.append('col', each);
  query.append('of', watchedTenant(tenant));
  return `/console/live?${query}`;
}

function Pages({ call, wanted, shipments, nextCursor, total, refusal }: Props) {
  const words = useMessages().desk.shipments;
  const query = queryOf(wanted);
  const next = new URLSearchParams(query);
  if (nextCursor !== null) next.set('cursor', nextCursor);
  return (
    <div class="pages">
      {wanted.cursor !== undefined ? (
        <a class="button" href={`${AT}?${query}`}>
          {words.firstPage}
        </a>
      ) : (
        nextCursor !== null &&
        refusal === undefined && (
          <span>
            <Filled
              text={words.range({ shown: shipments.length, total: '{total}' })}
              parts={{ total: <CountOf of={total} /> }}
            />
          </span>
        )
      )}
      {nextCursor !== null && (
        <a class="button" href={`${AT}?${next}`} rel="next">
          {words.nextPage}
        </a>
      )}
      <span class="end">
        {call.may('shipments:export') && (shipments.length > 0 || nextCursor !== null) && (
          <span>
            <Filled
              text={words.allFound({ csv: '{csv}', json: '{json}' })}
              parts={{
                csv: <a href={`/console/export?${query}`}>CSV</a>,
                json: (
                  <a
                    href={`/console/export?${new URLSearchParams([...query, ['format', 'json']])}`}
                  >
                    JSON
                  </a>
                ),
              }}
            />
          </span>
        )}
      </span>
    </div>
  );
}

function Rows(props: Props) {
  const words = useMessages().desk.shipments;
  const { deps, call, wanted, shipments, refusal } = props;
  const { columns, sort } = wanted;
  const kind = isStandard(columns) ? ` standard${sort === FIRST_ORDER ? ' newest' : ''}` : '';
  const mayChoose = call.may('shipments:change');
  const table = (
    <Scroller label={words.title}>
      <table class={`rows parcels${kind}`}>
        <thead>
          <tr>
            {mayChoose && (
              <th scope="col" class="choose">
                <input type="checkbox" aria-label={words.selectPage} />
              </th>
            )}
            <th scope="col">{words.number}</th>
            {columns.map((column) => (
              <Head key={column} {...{ column, wanted }} />
            ))}
          </tr>
        </thead>
        <tbody>
          {shipments.map((each) => (
            <tr key={each.id} data-row={each.id} data-version={rowVersion(each)}>
              {mayChoose && (
                <td class="choose">
                  <input
                    type="checkbox"
                    name="id"
                    value={each.id}
                    checked={refusal?.chosen.includes(each.id) ?? false}
                    aria-label={words.chooseOne({ number: each.tracking_number })}
                  />
                </td>
              )}
              <td class="main">
                <a href={shipmentPathOf(each.id)}>
                  <code>{each.tracking_number}</code>
                </a>
              </td>
              {columns.map((column) => (
                <td key={column} data-col={column}>
                  <Cell {...{ deps, column, each }} />
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </Scroller>
  );
  if (!mayChoose) return table;
  return (
    <BulkForm {...{ wanted, refusal }}>
      {table}
      <BulkBar {...props} />
    </BulkForm>
  );
}

/** The head of a column; sorts by it if an index has its order. */
function Head({ column, wanted }: { readonly column: Column; readonly wanted: Wanted }) {
  const name = useMessages().desk.shipments.columnNames[column];
  const order = Object.hasOwn(ORDER_OF, column) ? ORDER_OF[column as keyof typeof ORDER_OF] : null;
  if (order === null) {
    return (
      <th scope="col" data-col={column}>
        {name}
      </th>
    );
  }
  const isDown = wanted.sort === `-${order}`;
  // The day that comes first is the most urgent; of times, the newest.
  const first = order === 'due_on' ? order : (`-${order}` as const);
  const second = order === 'due_on' ? (`-${order}` as const) : order;
  const query = queryOf({ ...wanted, sort: wanted.sort === first ? second : first });
  return (
    <th
      scope="col"
      data-col={column}
      aria-sort={isDown ? 'descending' : wanted.sort === order ? 'ascending' : undefined}
      data-in-place
    >
      <a href={`${AT}?${query}`}>{name}</a>
    </th>
  );
}
