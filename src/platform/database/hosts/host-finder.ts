import pg from 'pg';
import { unheldTimers } from '../../work/timers.ts';
import { bestHost, type FoundHost, type HostList, isFit, nameOf, type Probe } from './host-list.ts';

/** A connection to one of the servers, which is closed when another takes over. */
interface HostSubscriber {
  readonly host: FoundHost | null;
  /** Breaks the connection as a network failure would. */
  drop(why: Error): void;
}

const PROBE_MS_MAX = 3_000;
/** When one was found, the others get this long to show that they are the newer primary. */
const OTHERS_MS_MAX = 1_000;
/**
 * How often the servers are checked: a primary that stops answering, or is replaced while it still
 * answers, is noticed within this time.
 */
const WATCH_MS = 5_000;

const PROBE = `
  select not pg_is_in_recovery() and current_setting('transaction_read_only') = 'off' as writes,
         case when pg_is_in_recovery() then 0
              else ('x' || left(pg_walfile_name(pg_current_wal_lsn()), 8))::bit(32)::int
         end as timeline`;

/**
 * None of the servers is suitable: the same error as node-postgres raises for an unreachable
 * server.
 */
class NoHostFound extends Error {
  override readonly name = 'NoHostFound';
  readonly code = '57P03';
}

/**
 * Finds which of several servers to use, and notices when that changes: when connections to it
 * break, and by polling all of them every few seconds while there are connections. Connections to
 * any other server are closed, so that nothing waits for a server that no longer responds.
 */
export class HostFinder {
  readonly #list: HostList;
  readonly #subscribers = new Set<HostSubscriber>();
  readonly #moveListeners = new Set<(to: FoundHost) => void>();
  #current: FoundHost | null = null;
  #last: FoundHost | null = null;
  /**
   * The timeline of the newest primary that was used: a primary with an earlier one has been
   * replaced.
   */
  #timeline = 0;
  #finding: Promise<FoundHost> | null = null;
  #watch: (() => void) | null = null;

  constructor(list: HostList) {
    this.#list = list;
  }

  /** Returns the server to use. Rejects with `NoHostFound` after 3 s at most. */
  async find(): Promise<FoundHost> {
    return this.#current ?? this.#check();
  }

  /** Reports that a connection to the server broke or was refused, or that it was unsuitable. */
  doubt(host: FoundHost): void {
    if (this.#current?.url === host.url) this.#current = null;
  }

  subscribe(subscriber: HostSubscriber): () => void {
    this.#subscribers.add(subscriber);
    // The next caller that needs a connection receives the reason.
    this.#watch ??= unheldTimers.every(WATCH_MS, () => void this.#check().catch(() => {}));
    return () => {
      this.#subscribers.delete(subscriber);
      if (this.#subscribers.size > 0 || this.#watch === null) return;
      this.#watch();
      this.#watch = null;
    };
  }

  /**
   * Subscribes to changes.
   *
   * @param listener is called whenever a different server has been found.
   */
  onMove(listener: (to: FoundHost) => void): () => void {
    this.#moveListeners.add(listener);
    return () => void this.#moveListeners.delete(listener);
  }

  /** Whether a server in this state is suitable; for new connections. */
  accepts({ isStandby }: { readonly isStandby: boolean | null }): boolean {
    if (isStandby === null) return true;
    return !['read-write', 'primary'].includes(this.#list.wants) || !isStandby;
  }

  #check(): Promise<FoundHost> {
    this.#finding ??= probeAndChoose(this.#list, this.#timeline)
      .then((host) => {
        this.#timeline = Math.max(this.#timeline, host.timeline);
        this.#settle(host);
        return host;
      })
      .finally(() => {
        this.#finding = null;
      });
    return this.#finding;
  }

  #settle(host: FoundHost): void {
    this.#current = host;
    const isMove = this.#last !== null && this.#last.url !== host.url;
    this.#last = host;
    if (!isMove) return;
    for (const listener of this.#moveListeners) listener(host);
    const why = new Error(`Connection terminated: the database is now ${host.name}`);
    for (const subscriber of [...this.#subscribers]) {
      if (subscriber.host !== null && subscriber.host.url !== host.url) subscriber.drop(why);
    }
  }
}

/**
 * Probes all servers at once, and returns the best of those that answer in time. Rejects with
 * `NoHostFound`, which says what each answered.
 */
async function probeAndChoose({ urls, wants }: HostList, sinceTimeline: number): Promise<Probe> {
  const found: Probe[] = [];
  const troubles: string[] = [];
  let enough = (): void => {};
  const isEnough = new Promise<void>((resolve) => {
    enough = resolve;
  });
  let timer: NodeJS.Timeout | undefined;
  const probes = urls.map(async (url) => {
    try {
      const probe = await probeHost(url);
      found.push(probe);
      if (isFit(probe, { wants, sinceTimeline })) timer ??= setTimeout(enough, OTHERS_MS_MAX);
    } catch (error) {
      const why = error instanceof Error ? error.message || error.name : String(error);
      troubles.push(`${nameOf(url)}: ${why}`);
    }
  });
  await Promise.race([Promise.all(probes), isEnough]);
  clearTimeout(timer);
  const best = bestHost(found, { wants, urls, sinceTimeline });
  if (best !== null) return best;
  const others = found.map(({ name, writes }) => `${name}: ${writes ? 'a primary' : 'a standby'}`);
  throw new NoHostFound(`no server is ${wants}: ${[...troubles, ...others].join('; ')}`);
}

/** Asks a server for its role and timeline. */
async function probeHost(url: string): Promise<Probe> {
  const client = new pg.Client({
    connectionString: url,
    application_name: 'waybill which server',
    connectionTimeoutMillis: PROBE_MS_MAX,
    query_timeout: PROBE_MS_MAX,
  });
  client.on('error', () => {});
  try {
    await client.connect();
    const { rows } = await client.query<Pick<Probe, 'writes' | 'timeline'>>(PROBE);
    const { writes = false, timeline = 0 } = rows[0] ?? {};
    return { url, name: nameOf(url), writes, timeline };
  } finally {
    // A server that has stopped responding does not answer this either.
    client.end().catch(() => {});
  }
}
