import { createHash } from 'node:crypto';
import type pg from 'pg';
import type { Database } from '../../../src/platform/database/database.ts';

/** Thrown in place of everything a killed process would have done next. */
export class Killed extends Error {
  override readonly name = 'Killed';
}

/** A process's remaining life in steps: before and after each thing it does. */
export interface Life {
  readonly dead: boolean;
  /**
   * Throws when it is over, from then on always.
   *
   * @param point what is about to be done, or has been; absent: unnamed
   */
  step(point?: string): void;
  /** Resolves when it is over. */
  readonly over: Promise<void>;
}

export function lifeOf(steps: number): Life {
  let left = steps;
  let end: () => void = () => {};
  const over = new Promise<void>((resolve) => {
    end = resolve;
  });
  return {
    over,
    get dead() {
      return left <= 0;
    },
    step() {
      left -= 1;
      if (left > 0) return;
      end();
      throw new Killed('killed');
    },
  };
}

/**
 * A database as a process sees it that may be killed before or after any statement: from then on it
 * reaches nothing, also not to roll back, and its connections break. A statement before which it was
 * killed was not made; one after which it was has taken effect, and the process does not know.
 */
export function mortalDatabase(db: Database, life: Life): Database {
  const pool = (real: pg.Pool): pg.Pool =>
    new Proxy(real, {
      get(target, name) {
        if (name === 'query') return stepped(life, (...args) => target.query(...args));
        if (name === 'connect') {
          return async () => {
            life.step('before connecting');
            return mortalClient(await target.connect(), life);
          };
        }
        const value: unknown = Reflect.get(target, name);
        return typeof value === 'function' ? value.bind(target) : value;
      },
    });
  return {
    pipeline: pool(db.pipeline),
    app: pool(db.app),
    publicRead: db.publicRead,
    replica: db.replica,
    owner: db.owner,
    end: () => db.end(),
  };
}

function mortalClient(real: pg.PoolClient, life: Life): pg.PoolClient {
  const query = stepped(life, (...args) => real.query(...args));
  return new Proxy(real, {
    get(target, name) {
      if (name === 'query') return query;
      if (name === 'release') {
        // A dead process keeps no connection: the server rolls back what was open on it.
        return (broken?: Error | boolean) => target.release(life.dead ? true : broken);
      }
      const value: unknown = Reflect.get(target, name);
      return typeof value === 'function' ? value.bind(target) : value;
    },
  });
}

type Query = (...args: [string, unknown[]?]) => Promise<unknown>;

/** Queries on one connection, in sequence: a COMMIT is named after what it commits. */
function stepped(life: Life, query: Query): Query {
  let last = '';
  return async (...args) => {
    const what = nameOf(args[0]);
    const point = last === '' ? what : `${last} | ${what}`;
    last = what;
    life.step(`before ${point}`);
    const result = await query(...args);
    life.step(`after ${point}`);
    return result;
  };
}

const TOUCHED =
  /\b(?:(insert|merge) into|(update)|(delete) from|from|join) (?!unnest|lateral|excluded|generate_series)([a-z_]{4,})\b/g;

/** What a statement does to which tables, and six digits that tell it from others that do. */
function nameOf(point: unknown): string {
  const given = typeof point === 'object' && point !== null && 'text' in point ? point.text : point;
  if (typeof given !== 'string') return 'a stream';
  const text = given.replace(/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}/g, 'ID');
  const verb = /[a-z]+/i.exec(text)?.[0].toLowerCase() ?? '';
  const tables = [...text.matchAll(TOUCHED)].map(([, insert, update, deleted, table]) =>
    [insert ?? update ?? deleted, table]
      .filter((word) => word !== undefined && word !== verb)
      .join(' '),
  );
  const digits = createHash('sha256').update(text).digest('hex').slice(0, 6);
  return [verb, [...new Set(tables)].join(', '), digits].filter((word) => word !== '').join(' ');
}
