import { h } from 'preact';
import { isDemo } from '../../../kernel/tenant.ts';
import { type MerchantRow, OPERATORS, visibleMerchants } from '../../../merchants/index.ts';
import { casesByMerchant, type MerchantCases } from '../../../reactions/exceptions/index.ts';
import { type AddedParcels, addedParcels, iso } from '../../../tracking/ports/shipments.ts';
import type { Route } from '../../kit/route.ts';
import { Find, findIn } from '../kit/choices.tsx';
import { deskPage } from '../kit/desk-route.ts';
import { useMerchantNames, useMessages, useNumbers } from '../kit/language.ts';
import { DeskLayout, PageHead } from '../kit/layout.tsx';
import { Empty, Instant, ModeName, ShowAll, Table } from '../kit/pieces.tsx';
import type { DeskDeps, DeskPageProps } from '../kit/visit.ts';
import { casesPath, SwitchTo } from '../kit/whose.tsx';
import { WithCommand } from './command.tsx';

const AT = '/console/hub/merchants';
/** More than anybody reads; the field finds the others. */
const MERCHANTS_SHOWN = 100;
const COUNTED_MS = 30 * 86_400_000;
/** Counting more would keep the database from other work. */
const COUNTED_MAX = 10_000;

/** Who uses the hub, and how much. */
export function merchantsRoute(deps: DeskDeps): Route {
  const { db, clock } = deps.parts;
  return deskPage(deps, 'readMerchants', async (call) => {
    const { matches } = findIn(call.query);
    const all = (await visibleMerchants(db.pipeline)).filter(
      ({ slug, name }) => slug !== OPERATORS.slug && matches(`${name} ${slug}`),
    );
    const merchants = all.slice(0, MERCHANTS_SHOWN);
    const ids = merchants.map(({ id }) => id);
    const nowMs = clock.nowMs();
    const [added, cases] = await Promise.all([
      addedParcels(db.pipeline, ids, nowMs - COUNTED_MS, COUNTED_MAX),
      casesByMerchant(db.pipeline, nowMs, all.length * 2, null),
    ]);
    return h(MerchantsPage, { deps, call, merchants, added, cases, found: all.length });
  });
}

interface Props extends DeskPageProps {
  readonly merchants: readonly MerchantRow[];
  readonly added: readonly AddedParcels[];
  readonly cases: readonly MerchantCases[];
  /** How many there are. */
  readonly found: number;
}

function MerchantsPage({ deps, call, merchants, added, cases, found }: Props) {
  const words = useMessages().console.merchants;
  const nowMs = deps.parts.clock.nowMs();
  const nameOf = useMerchantNames();
  const written = useNumbers();
  const rows = merchants.flatMap(({ id, ...merchant }) => {
    const used = added.filter(({ merchantId }) => merchantId === id);
    const unused = { merchantId: id, mode: 'live', newestAtMs: null, count: 0 } as const;
    return (used.length === 0 ? [unused] : used).map((parcels) => ({ ...merchant, ...parcels }));
  });
  return (
    <DeskLayout
      deps={deps}
      visitor={call.visitor}
      title={words.title}
      at={AT}
      scope={{ hasDemo: true }}
    >
      <PageHead title={words.title}>
        <Find {...{ at: AT, label: words.find, fields: {} }} />
      </PageHead>
      {rows.length === 0 ? (
        <Empty says={words.none} action={<ShowAll href={AT} />} />
      ) : (
        <Table label={words.title} head={[...Object.values(words.head), '']} stacks>
          {rows.map((row) => {
            const { merchantId, mode } = row;
            const open = cases.find((each) => each.merchantId === merchantId && each.mode === mode);
            return (
              <tr key={`${merchantId} ${mode}`} class={isDemo(row) ? 'soft' : undefined}>
                <th scope="row">
                  {nameOf(row.name)} <span class="soft">· </span>
                  <ModeName mode={mode} />
                </th>
                <td>
                  <code>{row.slug}</code>
                </td>
                <td class="number">
                  {written(row.count)}
                  {row.count === COUNTED_MAX && '+'}
                </td>
                <td>
                  <Instant at={iso(row.newestAtMs)} nowMs={nowMs} />
                </td>
                <td class="number">
                  {open && !isDemo(row) ? (
                    <a href={casesPath(row, 'open')}>{written(open.open)}</a>
                  ) : (
                    <span class="soft">{written(open?.open ?? 0)}</span>
                  )}
                </td>
                <td class="actions">
                  <SwitchTo
                    tenant={{ merchantId, mode }}
                    label={words.show}
                    next="/console/shipments"
                  />
                </td>
              </tr>
            );
          })}
        </Table>
      )}
      {found > merchants.length && (
        <p class="soft">{words.more({ count: found - merchants.length })}</p>
      )}
      <section aria-labelledby="create">
        <h2 id="create">{words.create}</h2>
        <p class="lead">
          <WithCommand says={words.createLead} command="npx waybill keys create --merchant NAME" />
        </p>
      </section>
    </DeskLayout>
  );
}
