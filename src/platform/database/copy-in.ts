import { once } from 'node:events';
import type pg from 'pg';
import { from as copyFrom } from 'pg-copy-streams';
import { openPool, poolConfig } from './pool.ts';

/** A connection for COPY alone, besides the pipeline's pool: a stream of rows cannot share one. */
export interface CopyIn {
  /**
   * Writes rows in PostgreSQL's binary format, all or none.
   *
   * @param target the table with its columns, as COPY names them
   */
  copy(target: string, chunks: readonly Uint8Array[]): Promise<void>;
  end(): Promise<void>;
}

/** The header of the format: `PGCOPY`, no flags, no extension. */
const HEAD = Buffer.from('5047434f50590aff0d0a000000000000000000', 'hex');
const TAIL = Buffer.from('ffff', 'hex');

/** Opens the connection, with the pipeline's role. */
export function openCopyIn(url: string, onLost: (error: Error) => void): CopyIn {
  const { pipeline: _, ...config } = poolConfig(url, 'waybill_pipeline') as pg.PoolConfig & {
    readonly pipeline?: boolean;
  };
  const pool = openPool({ ...config, max: 1, application_name: 'waybill copy' }, onLost);
  return {
    async copy(target, chunks) {
      const client = await pool.connect();
      let broken: Error | undefined;
      try {
        const stream = client.query(copyFrom(`copy ${target} from stdin (format binary)`));
        const ended = once(stream, 'finish');
        stream.write(HEAD);
        for (const chunk of chunks) stream.write(chunk);
        stream.end(TAIL);
        await ended;
      } catch (error) {
        broken = error instanceof Error ? error : new Error(String(error));
        throw broken;
      } finally {
        client.release(broken);
      }
    },
    end: () => pool.end(),
  };
}
