import pg from 'pg';

/** Connections to a pooler, which assigns a server per transaction. */
export class TransactionPool extends pg.Pool {
  /** Connections to the server itself, for what outlives a transaction. */
  readonly sessions: pg.Pool;

  constructor(config: pg.PoolConfig, sessions: pg.Pool) {
    super(config);
    this.sessions = sessions;
  }
}

/** Returns the pool whose connections are to the server itself; it may be the given one. */
export function sessionsOf(pool: pg.Pool): pg.Pool {
  return pool instanceof TransactionPool ? pool.sessions : pool;
}
