import { DROP_STATES, type DropState, type OperatorsDrop } from '../../../intake/index.ts';
import { iso } from '../../../tracking/ports/shipments.ts';
import { Tabs } from '../../console/kit/choices.tsx';
import { useMessages } from '../../console/kit/language.ts';
import { DeskLayout, PageHead } from '../../console/kit/layout.tsx';
import {
  Empty,
  Filled,
  Instant,
  Older,
  Share,
  ShowAll,
  Table,
  Tag,
  type Tone,
} from '../../console/kit/pieces.tsx';
import type { DeskPageProps } from '../../console/kit/visit.ts';
import { MerchantName } from '../../console/kit/whose.tsx';

const AT = '/console/hub/drops';

interface PageProps extends DeskPageProps {
  readonly drops: readonly OperatorsDrop[];
  /** The state to filter by; null: all states. */
  readonly state: DropState | null;
  /** Of all merchants, by state. */
  readonly counts: ReadonlyMap<DropState, number>;
  readonly nextCursor: string | null;
}

/** Scan files of all merchants, newest first, with progress. */
export function DropsPage({ deps, call, drops, state, counts, nextCursor }: PageProps) {
  const nowMs = deps.parts.clock.nowMs();
  const words = useMessages().console.drops;
  const filtered = state === null ? '' : `state=${state}&`;
  return (
    <DeskLayout deps={deps} visitor={call.visitor} title={words.title} at={AT}>
      <PageHead title={words.title} lead={words.lead} />
      <StateTabs counts={counts} state={state} />
      {drops.length === 0 ? (
        <NoDrops isConfigured={deps.parts.drops.isConfigured} state={state} />
      ) : (
        <Table label={words.title} head={Object.values(words.head)} stacks>
          {drops.map((drop) => (
            <tr key={drop.id}>
              <td>
                <Instant at={iso(drop.observedAtMs)} nowMs={nowMs} />
              </td>
              <td class="wrap" title={drop.id}>
                {drop.name}
              </td>
              <td>
                <MerchantName call={call} slug={drop.merchant} mode={drop.tenant.mode} />
              </td>
              <td>
                <Tag tone={toneOf(drop)}>{words.states[drop.state]}</Tag>
              </td>
              <td>
                <Share of={shareOf(drop)} label={words.readOf({ name: drop.name })} />
              </td>
              <td class="number">{drop.rows}</td>
              <td class="number">
                <Rejected drop={drop} />
              </td>
              <td class="wrap">
                <Remarks drop={drop} />
              </td>
            </tr>
          ))}
        </Table>
      )}
      {nextCursor !== null && <Older href={`${AT}?${filtered}cursor=${nextCursor}`} />}
    </DeskLayout>
  );
}

/** The states that there are files in; none while there are no files. */
function StateTabs({ counts, state }: Pick<PageProps, 'counts' | 'state'>) {
  const words = useMessages().console.drops;
  const total = [...counts.values()].reduce((sum, count) => sum + count, 0);
  if (total === 0 && state === null) return null;
  const shown = DROP_STATES.filter((each) => each === state || counts.has(each));
  return (
    <Tabs
      label={words.state}
      tabs={[
        { href: AT, name: words.all, count: total, isCurrent: state === null },
        ...shown.map((each) => ({
          href: `${AT}?state=${each}`,
          name: words.states[each],
          count: counts.get(each) ?? 0,
          isCurrent: state === each,
          isUrgent: each === 'quarantined',
        })),
      ]}
    />
  );
}

interface NoDropsProps extends Pick<PageProps, 'state'> {
  readonly isConfigured: boolean;
}

/** Says what is missing: a file, or the folder in which the hub would find it. */
function NoDrops({ isConfigured, state }: NoDropsProps) {
  const words = useMessages().console.drops;
  const guide = (
    <a class="button" href="/docs/guides/fleet#csv-drops" hreflang="en">
      {words.setUp.guide}
    </a>
  );
  if (isConfigured || state !== null) {
    return <Empty says={words.empty} action={state === null ? guide : <ShowAll href={AT} />} />;
  }
  return (
    <Empty title={words.setUp.title} action={guide}>
      <Filled
        text={words.setUp.text({ folder: '{folder}', bucket: '{bucket}' })}
        parts={{ folder: <code>WAYBILL_DROPS</code>, bucket: <code>WAYBILL_DROPS_S3</code> }}
      />
    </Empty>
  );
}

/** Links the rejected rows once they are stored beside the file. */
function Rejected({ drop }: { readonly drop: OperatorsDrop }) {
  const { rejectedOf } = useMessages().console.drops;
  if (drop.rejected === 0 || drop.filedAs === null) return <>{drop.rejected}</>;
  const label = rejectedOf({ name: drop.name, count: drop.rejected });
  return (
    <a href={`${AT}/${drop.id}/rejected`} aria-label={label} download>
      {drop.rejected}
    </a>
  );
}

function shareOf({ state, sizeBytes, readBytes }: OperatorsDrop): number | null {
  if (state === 'done') return 1;
  return sizeBytes === 0 ? null : readBytes / sizeBytes;
}

function toneOf({ state, rejected, problem }: OperatorsDrop): Tone {
  if (state === 'quarantined') return 'bad';
  if (state === 'vanished' || problem !== null || rejected > 0) return 'warn';
  return state === 'done' ? 'good' : 'plain';
}

function Remarks({ drop }: { readonly drop: OperatorsDrop }) {
  const words = useMessages().console.drops;
  const { problem, sameAs, filedAs, ignoredColumns } = drop;
  const remarks = [
    sameAs === null ? null : words.same,
    ignoredColumns.length === 0 ? null : words.ignored({ columns: ignoredColumns.join(', ') }),
    filedAs === null ? null : words.moved({ place: filedAs }),
  ];
  return (
    <>
      {problem !== null && <span lang="en">{problem}</span>}{' '}
      {remarks.filter((each) => each !== null).join(' ')}
    </>
  );
}
