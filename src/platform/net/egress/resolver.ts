import { lookup, Resolver } from 'node:dns/promises';
import { LRUCache } from 'lru-cache';
import { type Clock, systemWait, type Wait } from '../../clock.ts';

/** Returns all addresses of a host name, of both families; rejects if there are none. */
export type Resolve = (host: string) => Promise<readonly string[]>;

interface ResolverOptions {
  readonly clock?: Clock;
  readonly wait?: Wait;
  /** Name servers instead of the system's: `127.0.0.1:5353`. */
  readonly servers?: readonly string[];
  /** The system's resolver, which includes the hosts file, for names that DNS does not know. */
  readonly system?: Resolve;
}

const QUERY_MS = 2_000;
const TRIES = 2;
/**
 * Some name servers never answer about IPv6: once there are IPv4 addresses, the resolver waits no
 * longer than this.
 */
const OTHER_FAMILY_MS = 100;
/** How many of Node's four threads for files, keys and `lookup` slow names may use. */
const LOOKUPS_MAX = 2;
/** A burst of connections to one host sends one query; a change of DNS takes effect soon. */
const REMEMBERED_MS = 10_000;
const REMEMBERED_MAX = 2_000;

/**
 * Resolves by DNS queries, which occupy no thread, however long a name server is silent; the system
 * resolver is used only for names that DNS does not know and for names without a dot.
 */
export function createResolver(options: ResolverOptions = {}): Resolve {
  const { clock = MONOTONIC, wait = systemWait } = options;
  const resolver = new Resolver({ timeout: QUERY_MS, tries: TRIES });
  if (options.servers !== undefined) resolver.setServers(options.servers);
  const system = withConcurrencyLimit(LOOKUPS_MAX, options.system ?? askSystem);
  const remembered = new LRUCache<string, { addresses: readonly string[]; untilMs: number }>({
    max: REMEMBERED_MAX,
  });
  const underway = new Map<string, Promise<readonly string[]>>();

  async function ask(host: string): Promise<readonly string[]> {
    const found = host.includes('.') ? await query(resolver, host, wait) : null;
    const addresses = found ?? (await system(host));
    remembered.set(host, { addresses, untilMs: clock.nowMs() + REMEMBERED_MS });
    return addresses;
  }

  return async (host) => {
    const known = remembered.get(host);
    if (known !== undefined && known.untilMs > clock.nowMs()) return known.addresses;
    const running = underway.get(host);
    if (running !== undefined) return running;
    const resolving = ask(host).finally(() => underway.delete(host));
    underway.set(host, resolving);
    return resolving;
  };
}

const MONOTONIC: Clock = { nowMs: () => performance.now() };

async function askSystem(host: string): Promise<readonly string[]> {
  return (await lookup(host, { all: true })).map(({ address }) => address);
}

/** The result for one address family. */
interface Resolved {
  readonly addresses: readonly string[];
  /** `ENODATA`, `ENOTFOUND`, `ETIMEOUT`, …; empty if there are addresses. */
  readonly code: string;
}

/** Queries DNS; null if it does not know the name, or there is no name server at all. */
async function query(
  resolver: Resolver,
  host: string,
  wait: Wait,
): Promise<readonly string[] | null> {
  const both = [settled(resolver.resolve4(host)), settled(resolver.resolve6(host))];
  const first = await Promise.race(both);
  const patient = first.addresses.length === 0 ? [] : [wait(OTHER_FAMILY_MS).then(() => [first])];
  const answers = await Promise.race([Promise.all(both), ...patient]);
  const addresses = answers.flatMap((answer) => answer.addresses);
  if (addresses.length > 0) return addresses;
  // A silent name server will not answer the system's resolver either, which would occupy a thread.
  if (answers.every(({ code }) => code === 'ETIMEOUT')) {
    throw new Error('the name server does not answer');
  }
  return null;
}

function settled(resolving: Promise<string[]>): Promise<Resolved> {
  return resolving.then(
    (addresses) => ({ addresses, code: '' }),
    (error: unknown) => ({ addresses: [], code: codeOf(error) }),
  );
}

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : '';
}

/** Limits how many look-ups run at the same time; the others wait. */
function withConcurrencyLimit(atOnceMax: number, work: Resolve): Resolve {
  const waiting: (() => void)[] = [];
  let running = 0;
  return async (host) => {
    // A finished call hands its slot to the next waiting caller, so that no new caller can take it
    // first.
    if (running >= atOnceMax) await new Promise<void>((resolve) => waiting.push(resolve));
    else running += 1;
    try {
      return await work(host);
    } finally {
      const next = waiting.shift();
      if (next === undefined) running -= 1;
      else next();
    }
  };
}
