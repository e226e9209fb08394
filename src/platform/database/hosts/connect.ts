import type { Duplex } from 'node:stream';
import pg from 'pg';
import { takeOptions } from '../url-options.ts';
import { HostFinder } from './host-finder.ts';
import { type FoundHost, readHosts, type SessionAttrs } from './host-list.ts';

/**
 * The part of a connection's options that depends on its URL, for `pg.Pool` and for `openClient`.
 */
interface Connecting {
  readonly connectionString: string;
  /** Absent: node-postgres' own client, for the one server that the URL names. */
  readonly Client?: typeof pg.Client;
}

/** One finder per URL and process, so that all connections share what one finds out. */
const finders = new Map<string, HostFinder>();

/**
 * Returns how to connect to the database of a URL, which may name several servers (host-list.ts):
 * to the writable one, unless the URL says otherwise.
 *
 * @param fallback which of several servers to use if the URL does not say.
 */
export function connectingTo(url: string, fallback: SessionAttrs = 'read-write'): Connecting {
  const { bare } = takeOptions(url);
  const finder = finderOf(bare, fallback);
  const [connectionString = bare] = readHosts(bare, fallback).urls;
  return finder === null ? { connectionString } : { connectionString, Client: clientOf(finder) };
}

/** Creates a connection outside of any pool, not connected yet. */
export function openClient(url: string, config: Omit<pg.ClientConfig, 'connectionString'> = {}) {
  const { Client = pg.Client, connectionString } = connectingTo(url);
  return new Client({ options: takeOptions(url).options, ...config, connectionString });
}

/**
 * Returns the URL of the server to use now, for programs that connect by themselves. Rejects with
 * `NoHostFound`.
 */
export async function urlOfOneServer(url: string): Promise<string> {
  const { bare } = takeOptions(url);
  const finder = finderOf(bare, 'read-write');
  return finder === null ? bare : (await finder.find()).url;
}

/** Reports each change of the server in use; never called for a URL that names one server. */
export function onDatabaseMove(url: string, onMove: (to: FoundHost) => void): () => void {
  return finderOf(takeOptions(url).bare, 'read-write')?.onMove(onMove) ?? (() => {});
}

function finderOf(bare: string, fallback: SessionAttrs): HostFinder | null {
  const list = readHosts(bare, fallback);
  if (list.urls.length === 1 && list.wants === 'any') return null;
  const key = `${list.wants} ${bare}`;
  const finder = finders.get(key) ?? new HostFinder(list);
  finders.set(key, finder);
  return finder;
}

type Connected = (error: Error | null) => void;

/** The internals of node-postgres' client that choosing a server needs. */
interface Inside {
  host: string;
  port: number;
  readonly connectionParameters: { host: string; port: number };
  readonly connection: {
    readonly stream: Duplex;
    once(event: 'end', listener: () => void): void;
    on(
      event: 'parameterStatus',
      listener: (status: {
        readonly parameterName: string;
        readonly parameterValue: string;
      }) => void,
    ): void;
  };
}

function insideOf(client: object): Inside {
  return client as Inside;
}

const classes = new WeakMap<HostFinder, typeof pg.Client>();

/**
 * Returns a client class that finds the current server when it connects, and disconnects from it on
 * demand.
 */
function clientOf(finder: HostFinder): typeof pg.Client {
  const known = classes.get(finder);
  if (known !== undefined) return known;
  class HostClient extends pg.Client {
    #host: FoundHost | null = null;
    #isEnding = false;
    #isStandby: boolean | null = null;

    override connect(): Promise<pg.Client>;
    override connect(callback: (error: Error) => void): void;
    override connect(callback?: (error: Error) => void): Promise<pg.Client> | undefined {
      const connecting = this.#connect().then(() => this);
      if (callback === undefined) return connecting;
      const done = callback as Connected;
      connecting.then(
        () => done(null),
        (error: Error) => done(error),
      );
      return undefined;
    }

    override end(): Promise<void>;
    override end(callback: (error: Error) => void): void;
    override end(callback?: (error: Error) => void): Promise<void> | undefined {
      this.#isEnding = true;
      if (callback === undefined) return super.end();
      super.end(callback);
      return undefined;
    }

    /** Connects to the current server. Rejects if that has become a standby meanwhile. */
    async #connect(): Promise<void> {
      // A server may send its last message in one packet with its greeting, and the caller receives
      // both a few turns later. Without a listener, that error would end our process. The next
      // statement reports the failure.
      this.on('error', () => {});
      const host = await finder.find();
      const inside = insideOf(this);
      const { connection } = inside;
      // The caller has stopped waiting.
      if (connection.stream.destroyed) throw new Error('timeout expired');
      const { host: name, port } = new pg.Client({ connectionString: host.url });
      this.#host = host;
      Object.assign(inside, { host: name, port });
      Object.assign(inside.connectionParameters, { host: name, port });
      connection.on('parameterStatus', ({ parameterName, parameterValue }) => {
        if (parameterName === 'in_hot_standby') this.#isStandby = parameterValue === 'on';
      });
      const leave = finder.subscribe({
        host,
        drop: (why) => connection.stream.destroy(why),
      });
      connection.once('end', () => {
        leave();
        if (!this.#isEnding) finder.doubt(host);
      });
      try {
        await super.connect();
      } catch (error) {
        leave();
        finder.doubt(host);
        throw error;
      }
      if (finder.accepts({ isStandby: this.#isStandby })) return;
      finder.doubt(host);
      this.end().catch(() => {});
      throw new Error(`Connection terminated: ${this.#host.name} has become a standby`);
    }
  }
  classes.set(finder, HostClient);
  return HostClient;
}
