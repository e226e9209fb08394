import { STATUSES } from '../../../kernel/status.ts';
import type { Tenant } from '../../../kernel/tenant.ts';
import type { DeskView } from '../../../merchants/index.ts';
import { ARCHIVED_TAG } from '../../../tracking/ports/shipments.ts';
import { DemoNotice } from '../demo/demo-notice.tsx';
import { useCarrierNames } from '../kit/carrier-name.ts';
import { Faults, type FormFault, FormRefused, useFaultAt } from '../kit/faults.tsx';
import { PostForm } from '../kit/fields.tsx';
import { useMessages } from '../kit/language.ts';
import { DeskLayout } from '../kit/layout.tsx';
import { Empty, Table } from '../kit/pieces.tsx';
import type { DeskCall, DeskDeps } from '../kit/visit.ts';
import { SETUP_AT } from '../setup/steps.tsx';
import type { BulkRefusal } from './bulk.ts';
import {
  AT,
  COLUMNS,
  ORDERS,
  queryOf,
  ROWS_SHOWN,
  type ShownShipment,
  type Wanted,
} from './listing.ts';
import { Cell, rowVersion, watchedTenant } from './live-rows.tsx';
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
  /** Number of open setup steps. */
  readonly toSetUp: number;
  /** The rejected action on the selected rows. */
  readonly refusal?: BulkRefusal;
}

/** A wrapper, because texts are available only during rendering. */
export const ShipmentsPage = (props: Props) => <Page {...props} />;

function Page(props: Props) {
  const words = useMessages().desk.shipments;
  const { deps, call, wanted, shipments, nextCursor, notice, views, toSetUp } = props;
  const { visitor } = call;
  const liveAt =
    deps.liveParcels && shipments.length > 0 ? liveUrl(call.tenant, shipments, wanted) : undefined;
  const query = queryOf(wanted);
  const next = new URLSearchParams(query);
  if (nextCursor !== null) next.set('cursor', nextCursor);
  return (
    <DeskLayout {...{ deps, visitor, notice }} title={words.title} at={AT}>
      <h1>{words.title}</h1>
      {toSetUp > 0 && (
        <p class="notice">
          {words.stepsOpen({ count: toSetUp })} <a href={SETUP_AT}>{words.goOn}</a>
        </p>
      )}
      <Search deps={deps} call={call} wanted={wanted} />
      <Views call={call} wanted={wanted} views={views} />
      {shipments.length === 0 ? (
        <Empty>
          {nextCursor !== null ? (
            words.noneSoFar
          ) : query.size === 0 ? (
            <>
              {words.none[call.tenant.mode]} <a href="/console/import">{words.importFile}</a>{' '}
              {words.orByApi}
            </>
          ) : (
            words.noMatch
          )}
        </Empty>
      ) : (
        <Rows {...props} />
      )}
      <DemoNotice visitor={visitor} />
      {shipments.length > 0 && shipments.length < ROWS_SHOWN && nextCursor !== null && (
        <p class="soft">{words.fewMatch}</p>
      )}
      <p
        id="news"
        class="unseen"
        role="status"
        data-live={liveAt}
        data-changed={words.changed({ n: '{n}' })}
        data-gone={words.gone({ number: '{number}' })}
      />
      <p class="row">
        {wanted.cursor !== undefined && <a href={`${AT}?${query}`}>{words.firstPage}</a>}{' '}
        {nextCursor !== null && (
          <a href={`${AT}?${next}`} rel="next">
            {words.nextPage}
          </a>
        )}{' '}
        {wanted.tag !== ARCHIVED_TAG && <a href={`${AT}?tag=${ARCHIVED_TAG}`}>{words.archived}</a>}
      </p>
      {call.may('shipments:export') && (shipments.length > 0 || nextCursor !== null) && (
        <p class="soft">
          {words.allFound} <a href={`/console/export?${query}`}>CSV</a>{' '}
          <a href={`/console/export?${withFormat(query)}`}>JSON</a>
        </p>
      )}
    </DeskLayout>
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

function withFormat(query: URLSearchParams): URLSearchParams {
  return new URLSearchParams([...query, ['format', 'json']]);
}

function Search({ deps, call, wanted }: Pick<Props, 'deps' | 'call' | 'wanted'>) {
  const words = useMessages().desk.shipments;
  const statuses = useMessages().status.short;
  const { q, carrier, tag, sort, columns } = wanted;
  const carrierOf = useCarrierNames(deps);
  const carriers = deps.parts.adapters
    .list()
    .map(({ manifest: { name } }) => [name, carrierOf(name)] as const);
  return (
    <search>
      <form method="get" action={AT} class="stack">
        <div class="find">
          <label for="q">{words.find}</label>
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
            {words.find}
          </button>
        </div>
        <p id="q-hint" class="soft">
          {call.may('people:see') ? words.findPeopleHint : words.findHint}
        </p>
        <details open={wanted.statuses.length > 0 || carrier !== '' || tag !== ''}>
          <summary>{words.filters}</summary>
          <div class="desk-filters">
            <Choice id="carrier" name={words.carrier} options={carriers} chosen={carrier} />
            <label for="tag">{words.tagInFull}</label>
            <input id="tag" name="tag" type="text" value={tag} maxLength={64} autocomplete="off" />
            <label for="sort">{words.order}</label>
            <select id="sort" name="sort">
              {ORDERS.map((each) => (
                <option key={each} value={each} selected={each === sort}>
                  {words.orders[each]}
                </option>
              ))}
            </select>
          </div>
          <fieldset>
            <legend>{words.status}</legend>
            {STATUSES.map((each) => (
              <label key={each} class="check">
                <input
                  type="checkbox"
                  name="status"
                  value={each}
                  checked={wanted.statuses.includes(each)}
                />{' '}
                {statuses[each]}
              </label>
            ))}
          </fieldset>
          <fieldset>
            <legend>{words.columns}</legend>
            {COLUMNS.map((each) => (
              <label key={each} class="check">
                <input type="checkbox" name="col" value={each} checked={columns.includes(each)} />{' '}
                {words.columnNames[each]}
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
  readonly options: readonly (readonly [value: string, name: string])[];
  readonly chosen: string | null;
}

function Choice({ id, name, options, chosen }: ChoiceProps) {
  const words = useMessages().desk.shipments;
  return (
    <>
      <label for={id}>{name}</label>
      <select id={id} name={id}>
        <option value="">{words.any}</option>
        {options.map(([value, text]) => (
          <option key={value} value={value} selected={value === chosen}>
            {text}
          </option>
        ))}
      </select>
    </>
  );
}

function Rows({ deps, call, wanted, shipments, refusal }: Props) {
  const words = useMessages().desk.shipments;
  const { title: write } = useMessages().desk.compose;
  const { columns } = wanted;
  const changes = call.may('shipments:change');
  const head = [
    ...(changes ? [words.choose] : []),
    words.number,
    ...columns.map((each) => words.columnNames[each]),
  ];
  const table = (
    <Table label={words.title} head={head} stacks>
      {shipments.map((each) => (
        <tr key={each.id} data-row={each.id} data-version={rowVersion(each)}>
          {changes && (
            <td class="choose">
              <label class="check">
                <input
                  type="checkbox"
                  name="id"
                  value={each.id}
                  checked={refusal?.chosen.includes(each.id) ?? false}
                />
                <span class="unseen">{words.chooseOne({ number: each.tracking_number })}</span>
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
              <Cell {...{ deps, column, each }} />
            </td>
          ))}
        </tr>
      ))}
    </Table>
  );
  if (!changes) return table;
  const back = queryOf(wanted);
  if (wanted.cursor !== undefined) back.set('cursor', wanted.cursor);
  const fault: FormFault | null = refusal
    ? { problem: refusal.problem, fields: { '/tag': { name: words.tag, control: 'new-tag' } } }
    : null;
  return (
    <PostForm to={AT}>
      {fault && <Faults {...fault} />}
      <input type="hidden" name="back" value={back.toString()} />
      {table}
      <div class="row">
        <button type="submit" name="do" value="refresh">
          {words.refresh}
        </button>
        <FormRefused value={fault}>
          <TagField value={refusal?.tag ?? ''} />
        </FormRefused>
        <button type="submit" name="do" value="tag">
          {words.addTag}
        </button>
        <button type="submit" name="do" value="untag">
          {words.removeTag}
        </button>
        <button type="submit" name="do" value="message">
          {write}
        </button>
        {wanted.tag === ARCHIVED_TAG ? (
          <button type="submit" name="do" value="unarchive">
            {words.unarchive}
          </button>
        ) : (
          <button type="submit" name="do" value="archive">
            {words.archive}
          </button>
        )}
      </div>
    </PostForm>
  );
}

function TagField({ value }: { readonly value: string }) {
  const words = useMessages().desk.shipments;
  const fault = useFaultAt('new-tag');
  return (
    <>
      <label for="new-tag">{words.tag}</label>
      {fault.said}
      <input
        id="new-tag"
        name="tag"
        type="text"
        value={value}
        maxLength={64}
        autocomplete="off"
        {...fault.marks}
      />
    </>
  );
}
