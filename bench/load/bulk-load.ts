import { once } from 'node:events';
import type { Writable } from 'node:stream';
import pg from 'pg';
import { from as copyFrom } from 'pg-copy-streams';
import { uuidV7 } from '../../src/kernel/ids.ts';
import { systemRandom } from '../../src/platform/clock.ts';
import { shardOf } from '../../src/tracking/ports/public-tracks.ts';
import { parcelNumber } from '../../test/support/fedex-push.ts';

/**
 * Fills a hub's own database faster than its API could, with rows as registration would write them.
 */
export const CARRIER = 'fedex';

const REGISTERED_AT = '2026-01-01T00:00:00Z';

/** Connects to a hub's database for fast loading. */
export async function connect(url: string): Promise<pg.Client> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  // Loading needs neither foreign-key checks nor one sync for each statement.
  await client.query('set session_replication_role = replica; set synchronous_commit = off');
  return client;
}

/** The carrier of the parcels, and their n-th number. */
interface Numbered {
  readonly carrier: string;
  readonly numberOf: (n: number) => string;
}

/** Registers the parcels `from` … count−1 for the hub's first merchant, in test mode. */
export async function loadShipments(
  client: pg.Client,
  count: number,
  from = 0,
  { carrier, numberOf }: Numbered = { carrier: CARRIER, numberOf: parcelNumber },
): Promise<void> {
  const { rows } = await client.query<{ id: string }>('select id from merchants limit 1');
  const merchant = rows[0]?.id;
  if (merchant === undefined) throw new Error('the hub has no merchant yet');
  await copy(
    client,
    `shipments (id, merchant_id, mode, shard, carrier, tracking_number, facts_from, created_at,
                updated_at, indexed)`,
    count - from,
    (row) => {
      const n = from + row;
      const number = numberOf(n);
      const id = uuidV7(Date.parse(REGISTERED_AT) + n, systemRandom(10));
      return `${id}\t${merchant}\ttest\t${shardOf(carrier, number)}\t${carrier}\t${number}\t1970-01-01T00:00:00Z\t${REGISTERED_AT}\t${REGISTERED_AT}\tt\n`;
    },
  );
}

/** Writes `count` rows by COPY in PostgreSQL's text format. */
export async function copy(
  client: pg.Client,
  target: string,
  count: number,
  row: (n: number) => string,
): Promise<void> {
  const stream: Writable = client.query(copyFrom(`copy ${target} from stdin`));
  const failed = once(stream, 'error').then(([error]) => Promise.reject(error));
  const ended = once(stream, 'finish');
  for (let n = 0; n < count; ) {
    let chunk = '';
    for (const end = Math.min(count, n + ROWS_A_CHUNK); n < end; n += 1) chunk += row(n);
    if (!stream.write(chunk)) await Promise.race([once(stream, 'drain'), failed]);
  }
  stream.end();
  await Promise.race([ended, failed]);
}

const ROWS_A_CHUNK = 200;
