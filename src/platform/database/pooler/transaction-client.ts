import type pg from 'pg';

/** Settings of connections to a pooler that assigns a server per transaction. */
interface TransactionSettings {
  /**
   * `set local …`, separated by semicolons: the settings that a direct connection would start with.
   */
  readonly settings: string;
  /**
   * Whether a statement prepared in one transaction exists in the next, whichever server runs it.
   */
  readonly keepsNames: boolean;
}

type Callback = (error: Error | null, result?: pg.QueryResult) => void;
/** A query object of node-postgres, which defines how it is sent. */
type Sent = pg.QueryConfig | pg.Submittable;

/**
 * Returns a client class for connections on which each transaction may run on another server
 * process, so no session setting outlives one. Each transaction therefore begins with the settings,
 * a single statement becomes a transaction of its own, and names of prepared statements are omitted
 * where they would mean another statement. Accepts `begin …`, `commit` and `rollback` only as
 * separate messages.
 *
 * All three parts of a single statement are sent together. If BEGIN fails, the rest runs as the
 * login role, which can read nothing (`examinePooler`); if a setting fails, PostgreSQL rejects the
 * rest.
 */
export function transactionClient(
  Base: typeof pg.Client,
  { settings, keepsNames }: TransactionSettings,
): typeof pg.Client {
  return class TransactionClient extends Base {
    /** Whether BEGIN has been sent, but not yet the end of the transaction. */
    #isOpen = false;
    /** Whether the end of a transaction has been sent but not yet answered. */
    #isEnding = false;
    /** Statements issued meanwhile: the next transaction may run on another server. */
    readonly #waiting: (() => void)[] = [];

    override query(...args: unknown[]): never {
      const [what, ...rest] = args;
      const callback = rest.find((each): each is Callback => typeof each === 'function');
      const values = rest.find((each): each is unknown[] => Array.isArray(each));
      if (isSubmittable(what)) {
        if (!keepsNames) Object.assign(what, { name: undefined });
        this.#enqueue(() => void this.#send(what).catch(() => {}));
        return what as never;
      }
      const given = typeof what === 'string' ? { text: what } : (what as pg.QueryConfig);
      const { name, ...unnamed } = given;
      const config = keepsNames ? given : unnamed;
      const answer = new Promise<pg.QueryResult>((resolve, reject) => {
        this.#enqueue(() => {
          this.#send(values === undefined ? config : { ...config, values }).then(resolve, reject);
        });
      });
      if (callback === undefined) return answer as never;
      answer.then(
        (result) => callback(null, result),
        (error: Error) => callback(error),
      );
      return undefined as never;
    }

    #enqueue(send: () => void): void {
      if (this.#isEnding || this.#waiting.length > 0) this.#waiting.push(send);
      else send();
    }

    #send(what: Sent): Promise<pg.QueryResult> {
      if (isSubmittable(what)) {
        return this.#isOpen ? this.#submit(what) : this.#inOwnTransaction(() => this.#submit(what));
      }
      if (!this.#isOpen) {
        if (END.test(what.text)) return this.#end(what.text);
        if (!BEGIN.test(what.text))
          return this.#inOwnTransaction(() => noteFailure(this, what, super.query(what)));
        this.#isOpen = true;
        return super.query(withSettings(what.text, settings));
      }
      if (!END.test(what.text)) return noteFailure(this, what, super.query(what));
      return this.#end(what.text);
    }

    /** Submits a query object, which receives the answer itself. */
    #submit(what: pg.Submittable): Promise<pg.QueryResult> {
      super.query(what);
      return Promise.resolve(NOTHING);
    }

    async #inOwnTransaction(ask: () => Promise<pg.QueryResult>): Promise<pg.QueryResult> {
      this.#isOpen = true;
      const begun = super.query(withSettings('begin', settings));
      const query = ask();
      const outcomes = await Promise.allSettled([begun, query, this.#end('commit')]);
      for (const outcome of outcomes) {
        if (outcome.status === 'rejected') throw outcome.reason;
      }
      return query;
    }

    /**
     * Ends the transaction, then sends the statements that waited for its end, up to the next such
     * end.
     */
    #end(text: string): Promise<pg.QueryResult> {
      this.#isOpen = false;
      this.#isEnding = true;
      const ended = super.query(text);
      const next = (): void => {
        this.#isEnding = false;
        while (!this.#isEnding) {
          const send = this.#waiting.shift();
          if (send === undefined) return;
          send();
        }
      };
      ended.then(next, next);
      return ended;
    }
  };
}

/** The connections on which a named statement has failed. */
const spoiled = new WeakSet<object>();

/**
 * Whether a connection must be closed instead of being reused. The driver forgets the name of a
 * statement that PostgreSQL refused to prepare, as it does for all in a failed transaction, but a
 * pooler may retain it: it would break the connection when the name is used again.
 */
export function isSpoiled(client: object): boolean {
  return spoiled.has(client);
}

function noteFailure<T>(client: object, { name }: pg.QueryConfig, answer: Promise<T>): Promise<T> {
  if (name !== undefined) answer.catch(() => void spoiled.add(client));
  return answer;
}

const BEGIN = /^\s*begin\b/i;
const END = /^\s*(?:commit|rollback)[\s;]*$/i;
const NOTHING: pg.QueryResult = { command: '', rowCount: null, oid: 0, fields: [], rows: [] };

/**
 * Inserts the settings after BEGIN and its options, and before the settings sent with it, which
 * take precedence.
 */
function withSettings(begin: string, settings: string): string {
  const cut = begin.indexOf(';');
  return cut < 0
    ? `${begin}; ${settings}`
    : `${begin.slice(0, cut)}; ${settings}${begin.slice(cut)}`;
}

function isSubmittable(what: unknown): what is pg.Submittable {
  return typeof what === 'object' && what !== null && 'submit' in what;
}
