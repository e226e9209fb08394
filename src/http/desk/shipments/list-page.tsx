import { STATUSES } from '../../../kernel/status.ts';
import type { Tenant } from '../../../kernel/tenant.ts';
import type { DeskView } from '../../../merchants/index.ts';
import { Empty, Table } from '../../console/parts/pieces.tsx';
import { DeskLayout } from '../parts/layout.tsx';
import { SETUP_AT } from '../setup/steps.ts';
import type { DeskCall, DeskDeps } from '../visit.ts';
import { cellOf } from './cells.tsx';
import { KeysHelp } from './keys-help.tsx';
import {
  AT,
  COLUMNS,
  type Column,
  ORDERS,
  queryOf,
  type ShownShipment,
  type Wanted,
} from './listing.ts';
import { rowVersion, watchedTenant } from './live-rows.tsx';
import { Views } from './views.tsx';

export const shipmentPathOf = (id: string): string => `${AT}/${id}`;

interface Props {
  readonly deps: DeskDeps;
  readonly call: DeskCall;
  readonly wanted: Wanted;
  readonly shipments: readonly ShownShipment[];
  readonly nextCursor: string | null;
  readonly notice: string | null;
  readonly views: readonly DeskView[];
  /** Steps of the setup that are open. */
  readonly toSetUp: number;
}

const NAMES: Readonly<Record<Column, string>> = {
  carrier: 'Carrier',
  status: 'Status',
  orders: 'Orders',
  tags: 'Tags',
  expected: 'Expected',
  last: 'Last event',
  made: 'Registered',
};

const ORDER_NAMES: Readonly<Record<(typeof ORDERS)[number], string>> = {
  '-updated_at': 'last changed first',
  updated_at: 'longest unchanged first',
  '-created_at': 'newest first',
  created_at: 'oldest first',
};

export function ShipmentsPage(props: Props) {
  const { deps, call, wanted, shipments, nextCursor, notice, views, toSetUp } = props;
  const { visitor } = call;
  const script = deps.assets.deskScriptUrl;
  const liveAt =
    deps.liveParcels && shipments.length > 0 ? liveUrl(call.tenant, shipments, wanted) : undefined;
  const query = queryOf(wanted);
  const next = new URLSearchParams(query);
  if (nextCursor !== null) next.set('cursor', nextCursor);
  return (
    <DeskLayout {...{ deps, visitor, notice, script }} title="Shipments" at={AT}>
      <h1>Shipments</h1>
      {toSetUp > 0 && (
        <p class="notice">
          {toSetUp === 1 ? 'One step' : `${toSetUp} steps`} of the setup{' '}
          {toSetUp === 1 ? 'is' : 'are'} open. <a href={SETUP_AT}>Go on with the setup</a>
        </p>
      )}
      <Search deps={deps} call={call} wanted={wanted} />
      <Views call={call} wanted={wanted} views={views} />
      {shipments.length === 0 ? (
        <Empty>
          {query.size === 0 ? (
            <>
              There are no {call.tenant.mode} parcels yet.{' '}
              <a href="/console/import">Import a file</a>, or register them by the API.
            </>
          ) : (
            'No parcel matches. Check the mode at the top, and write names, phone numbers and mail addresses in full.'
          )}
        </Empty>
      ) : (
        <Rows call={call} wanted={wanted} shipments={shipments} nowMs={deps.parts.clock.nowMs()} />
      )}
      {shipments.length > 0 && <KeysHelp />}
      <p id="news" class="unseen" role="status" data-live={liveAt} />
      <p class="row">
        {wanted.cursor !== undefined && <a href={`${AT}?${query}`}>First page</a>}{' '}
        {nextCursor !== null && (
          <a href={`${AT}?${next}`} rel="next">
            Next page
          </a>
        )}
      </p>
      {call.may('shipments:export') && shipments.length > 0 && (
        <p class="soft">
          All that was found: <a href={`/console/export?${query}`}>CSV</a>{' '}
          <a href={`/console/export?${withFormat(query)}`}>JSON</a>
        </p>
      )}
    </DeskLayout>
  );
}

/** Where news of these rows come from. */
function liveUrl(tenant: Tenant, shipments: readonly ShownShipment[], { columns }: Wanted): string {
  const query = new URLSearchParams();
  for (const { id } of shipments) query.append('id', id);
  for (const each of columns) query.append('col', each);
  query.append('of', watchedTenant(tenant));
  return `/console/live?${query}`;
}

function withFormat(query: URLSearchParams): URLSearchParams {
  return new URLSearchParams([...query, ['format', 'json']]);
}

function Search({ deps, call, wanted }: Pick<Props, 'deps' | 'call' | 'wanted'>) {
  const { q, status, carrier, tag, sort, columns } = wanted;
  const carriers = deps.parts.adapters.list().map(({ manifest }) => manifest.name);
  const people = call.may('people:see') ? ', or the recipient’s whole mail, phone or name' : '';
  return (
    <search>
      <form method="get" action={AT} class="stack">
        <div class="row">
          <label for="q">Find</label>
          <input
            id="q"
            name="q"
            type="search"
            value={q}
            maxLength={128}
            autocomplete="off"
            spellcheck={false}
            aria-describedby="q-hint"
          />
          <button type="submit" class="primary">
            Find
          </button>
        </div>
        <p id="q-hint" class="soft">
          The beginning of a number, order, reference or tag{people}.
        </p>
        <details open={status !== null || carrier !== '' || tag !== ''}>
          <summary>Filters and columns</summary>
          <div class="desk-filters">
            <Choice id="status" name="Status" options={STATUSES} chosen={status} />
            <Choice id="carrier" name="Carrier" options={carriers} chosen={carrier} />
            <label for="tag">Tag, in full</label>
            <input id="tag" name="tag" type="text" value={tag} maxLength={64} autocomplete="off" />
            <label for="sort">Order</label>
            <select id="sort" name="sort">
              {ORDERS.map((each) => (
                <option key={each} value={each} selected={each === sort}>
                  {ORDER_NAMES[each]}
                </option>
              ))}
            </select>
          </div>
          <fieldset>
            <legend>Columns</legend>
            {COLUMNS.map((each) => (
              <label key={each} class="check">
                <input type="checkbox" name="col" value={each} checked={columns.includes(each)} />{' '}
                {NAMES[each]}
              </label>
            ))}
          </fieldset>
        </details>
      </form>
    </search>
  );
}

interface ChoiceProps {
  readonly id: string;
  readonly name: string;
  readonly options: readonly string[];
  readonly chosen: string | null;
}

function Choice({ id, name, options, chosen }: ChoiceProps) {
  return (
    <>
      <label for={id}>{name}</label>
      <select id={id} name={id}>
        <option value="">any</option>
        {options.map((each) => (
          <option key={each} value={each} selected={each === chosen}>
            {each.replaceAll('_', ' ')}
          </option>
        ))}
      </select>
    </>
  );
}

interface RowsProps {
  readonly call: DeskCall;
  readonly wanted: Wanted;
  readonly shipments: readonly ShownShipment[];
  readonly nowMs: number;
}

function Rows({ call, wanted, shipments, nowMs }: RowsProps) {
  const { columns } = wanted;
  const changes = call.may('shipments:change');
  const head = [...(changes ? ['Choose'] : []), 'Number', ...columns.map((each) => NAMES[each])];
  const table = (
    <Table label="Shipments" head={head} stacks>
      {shipments.map((each) => (
        <tr key={each.id} data-row={each.id} data-version={rowVersion(each)}>
          {changes && (
            <td>
              <label class="check">
                <input type="checkbox" name="id" value={each.id} />
                <span class="unseen">Choose {each.tracking_number}</span>
              </label>
            </td>
          )}
          <td class="wrap">
            <a href={shipmentPathOf(each.id)}>
              <code>{each.tracking_number}</code>
            </a>
          </td>
          {columns.map((column) => (
            <td key={column} class="wrap" data-col={column}>
              {cellOf(column, each, nowMs)}
            </td>
          ))}
        </tr>
      ))}
    </Table>
  );
  if (!changes) return table;
  return (
    <form method="post" action={AT}>
      <input type="hidden" name="csrf" value={call.visitor.csrf} />
      <input type="hidden" name="back" value={queryOf(wanted).toString()} />
      {table}
      <div class="row">
        <button type="submit" name="do" value="refresh">
          Refresh the chosen
        </button>
        <label for="new-tag">Tag</label>
        <input id="new-tag" name="tag" type="text" maxLength={64} autocomplete="off" />
        <button type="submit" name="do" value="tag">
          Add the tag
        </button>
        <button type="submit" name="do" value="untag">
          Remove the tag
        </button>
      </div>
    </form>
  );
}
