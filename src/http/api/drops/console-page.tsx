import { DROP_STATES, type DropState, type OperatorsDrop } from '../../../intake/index.ts';
import { iso } from '../../../tracking/index.ts';
import { Filter } from '../../console/kit/choices.tsx';
import { Empty, Instant, Share, Table, Tag, type Tone } from '../../console/kit/pieces.tsx';
import { Layout } from '../../console/operators/layout.tsx';
import type { ConsoleDeps, PageCall } from '../../console/operators/visit.ts';

const AT = '/ops/drops';

interface PageProps {
  readonly deps: ConsoleDeps;
  readonly call: PageCall;
  readonly drops: readonly OperatorsDrop[];
  /** The state to filter by; null: all states. */
  readonly state: DropState | null;
  readonly nextCursor: string | null;
}

/** Scan files of all merchants, newest first, with progress. */
export function DropsPage({ deps, call, drops, state, nextCursor }: PageProps) {
  const nowMs = deps.parts.clock.nowMs();
  const filtered = state === null ? '' : `state=${state}&`;
  return (
    <Layout assets={deps.assets} visitor={call.visitor} title="Scan files" at={AT}>
      <h1>Scan files</h1>
      <p class="lead">
        CSV files of scans from merchants’ own scanners. The rejected rows of a file are listed in a
        second file next to it, each with its line number and the reason.
      </p>
      <ul class="filters" aria-label="State">
        <Filter href={AT} name="all" current={state === null} />
        {DROP_STATES.map((each) => (
          <Filter key={each} href={`${AT}?state=${each}`} name={each} current={state === each} />
        ))}
      </ul>
      {drops.length === 0 ? (
        <Empty>
          {state === null
            ? 'No files. Set WAYBILL_DROPS or WAYBILL_DROPS_S3 to say where the hub looks for them.'
            : 'No files in this state.'}
        </Empty>
      ) : (
        <Table
          label="Scan files"
          head={['Found', 'File', 'Merchant', 'State', 'Progress', 'Rows', 'Rejected', 'Remarks']}
          stacks
        >
          {drops.map((drop) => (
            <tr key={drop.id}>
              <td>
                <Instant at={iso(drop.observedAtMs)} nowMs={nowMs} />
              </td>
              <td class="wrap" title={drop.id}>
                {drop.name}
              </td>
              <td>
                {drop.merchant} <span class="soft">{drop.tenant.mode}</span>
              </td>
              <td>
                <Tag tone={toneOf(drop)}>{drop.state}</Tag>
              </td>
              <td>
                <Share of={shareOf(drop)} label={`Read of ${drop.name}`} />
              </td>
              <td>{drop.rows}</td>
              <td>
                <Rejected drop={drop} />
              </td>
              <td class="wrap">{remarksOf(drop)}</td>
            </tr>
          ))}
        </Table>
      )}
      {nextCursor !== null && (
        <a class="more" href={`${AT}?${filtered}cursor=${nextCursor}`}>
          Older
        </a>
      )}
    </Layout>
  );
}

/** Links the rejected rows once they are stored beside the file. */
function Rejected({ drop }: { readonly drop: OperatorsDrop }) {
  if (drop.rejected === 0 || drop.filedAs === null) return <>{drop.rejected}</>;
  const label = `Rejected rows of ${drop.name}: ${drop.rejected}`;
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

function remarksOf({ problem, sameAs, filedAs, ignoredColumns }: OperatorsDrop): string {
  const remarks = [
    problem,
    sameAs === null ? null : 'Identical to an earlier file, so nothing was imported.',
    ignoredColumns.length === 0 ? null : `Columns ignored: ${ignoredColumns.join(', ')}.`,
    filedAs === null ? null : `Moved to ${filedAs}.`,
  ];
  return remarks.filter((each) => each !== null).join(' ');
}
