import type { Queryable } from '../../platform/database/database.ts';
import { queryRow, queryRows, type Row } from '../../platform/database/query-rows.ts';
import type { DropState } from './drop.ts';

export interface DropRow
  extends Row<
    'drops',
    | 'id'
    | 'merchantId'
    | 'mode'
    | 'place'
    | 'name'
    | 'sameAs'
    | 'facilityCode'
    | 'ignoredColumns'
    | 'problem'
    | 'unreadable'
    | 'filedName'
    | 'startedAtMs'
    | 'finishedAtMs'
  > {
  /** The merchant's slug; empty if the role sees no merchants. */
  readonly merchant: string;
  readonly state: DropState;
  readonly observedAtMs: number;
  readonly sizeBytes: number;
  readonly readBytes: number;
  readonly rows: number;
  readonly accepted: number;
  readonly duplicates: number;
  readonly rejected: number;
}

const COLUMNS = `d.id, d.merchant_id, d.mode, coalesce(m.slug, '') as merchant, d.place, d.name,
  d.state, d.size_bytes::float8 as size_bytes, d.read_bytes::float8 as read_bytes,
  d.rows::float8 as rows, d.accepted::float8 as accepted, d.duplicates::float8 as duplicates,
  d.rejected::float8 as rejected, d.same_as, d.facility_code, d.ignored_columns, d.problem,
  d.unreadable, d.filed_name, d.last_seen_at as observed_at, d.started_at, d.finished_at`;

/** Returns the drops that the current role may see, newest first. */
export async function dropRows(
  db: Queryable,
  {
    state,
    before,
    limit,
  }: { readonly state: DropState | null; readonly before: string | null; readonly limit: number },
): Promise<DropRow[]> {
  return queryRows<DropRow>(
    db,
    `select ${COLUMNS} from drops d left join merchants m on m.id = d.merchant_id
     where ($1::text is null or d.state = $1) and ($2::uuid is null or d.id < $2)
     order by d.id desc limit $3`,
    [state, before, limit],
  );
}

/** Returns a drop; null when the current role sees none with that id. */
export async function dropRow(db: Queryable, id: string): Promise<DropRow | null> {
  return queryRow<DropRow>(
    db,
    `select ${COLUMNS} from drops d left join merchants m on m.id = d.merchant_id where d.id = $1`,
    [id],
  );
}
