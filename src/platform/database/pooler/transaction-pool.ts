import pg from 'pg';

/** Connections to a pooler, which lends a server for a transaction at a time. */
export class TransactionPool extends pg.Pool {
  /** Connections to the server itself, for what outlives a transaction. */
  readonly sessions: pg.Pool;

  constructor(config: pg.PoolConfig, sessions: pg.Pool) {
    super(config);
    this.sessions = sessions;
  }
}

/** The pool whose connections are the server's own as long as they are lent: it may be this one. */
export function sessionsOf(pool: pg.Pool): pg.Pool {
  return pool instanceof TransactionPool ? pool.sessions : pool;
}
