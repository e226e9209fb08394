import type { Drop } from '../../../intake/index.ts';
import { iso } from '../../../tracking/ports/shipments.ts';
import { useMessages } from '../kit/language.ts';
import { Moment, Tag } from '../kit/pieces.tsx';

export interface OrderFilesProps {
  /** Where files can be dropped; empty: nowhere. */
  readonly places: readonly {
    readonly folder: string;
    /** Null: not for this reader. */
    readonly place: string | null;
  }[];
  /** The required ones first. */
  readonly columns: readonly string[];
  /** The newest file; null: there is none. */
  readonly latest: Drop | null;
  readonly nowMs: number;
}

/** Where a shop writes files of orders, in which form, and what became of the newest one. */
export function OrderFiles({ places, columns, latest, nowMs }: OrderFilesProps) {
  const words = useMessages().desk.shops.files;
  return (
    <section class="card text" aria-labelledby="order-files">
      <h2 id="order-files">{words.title}</h2>
      {places.length === 0 ? (
        <p>{words.none}</p>
      ) : (
        <>
          <p>{words.lead}</p>
          {places.map(({ folder, place }) => (
            <p key={folder} class="wrap">
              <code>{folder}</code> {place !== null && <span class="soft">({place})</span>}
            </p>
          ))}
          <p>{words.names}</p>
          <p class="wrap">
            <code>{columns.join(', ')}</code>
          </p>
          <p>
            <a href="/docs/shops#orders-as-csv-files" hreflang="en">
              {words.more}
            </a>
          </p>
          <h3>{words.last}</h3>
          {latest === null ? <p class="soft">{words.no_file}</p> : <File {...{ latest, nowMs }} />}
        </>
      )}
    </section>
  );
}

function File({ latest, nowMs }: { readonly latest: Drop; readonly nowMs: number }) {
  const words = useMessages().desk.shops.files;
  const { states, same, moved } = useMessages().console.drops;
  const { name, state, rows, accepted, rejected, problem, filedAs, sameAs } = latest;
  const isClean = rejected === 0 && problem === null;
  return (
    <>
      <p class="wrap">
        <code>{name.slice(name.lastIndexOf('/') + 1)}</code>{' '}
        <Tag tone={!isClean ? 'warn' : state === 'done' ? 'good' : 'plain'}>{states[state]}</Tag>{' '}
        <Moment at={iso(latest.finishedAtMs ?? latest.observedAtMs)} nowMs={nowMs} />
      </p>
      <p>{sameAs === null ? words.rows({ rows, accepted, rejected }) : same}</p>
      {problem !== null && <p lang="en">{problem}</p>}
      {filedAs !== null && (
        <p class="soft wrap">
          {moved({ place: filedAs })} {rejected > 0 && words.beside}
        </p>
      )}
    </>
  );
}
