import type pg from 'pg';
import type { Database } from '../../../src/platform/database/database.ts';

/** Thrown instead of whatever a killed process would have done next. */
export class Killed extends Error {
  override readonly name = 'Killed';
}

/** How long a process has to live, counted in steps: what is before and after each thing it does. */
export interface Life {
  readonly dead: boolean;
  /** Throws when it is over, then always. */
  step(): void;
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
            life.step();
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
  return new Proxy(real, {
    get(target, name) {
      if (name === 'query') return stepped(life, (...args) => target.query(...args));
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

function stepped(life: Life, query: Query): Query {
  return async (...args) => {
    life.step();
    const result = await query(...args);
    life.step();
    return result;
  };
}
