import type { DriverFile } from './wire.ts';

/**
 * The parts of the phone that the module needs. The host passes them in, because the module imports
 * nothing from a browser, Node.js or React Native.
 */
export interface DriverPorts {
  readonly storage: DriverStorage;
  readonly transport: Transport;
  /** Receives changes from the hub immediately; absent: polls once a minute. */
  readonly stream?: StreamTransport;
  /** The time of the phone's own clock, epoch milliseconds. */
  readonly now: () => number;
  /** Returns a new UUID. The hub uses it to detect duplicates. */
  readonly newId: () => string;
  /**
   * Returns a random number from 0 to 1, which spreads the retries of many phones that leave a
   * tunnel at once.
   */
  readonly random: () => number;
  readonly timer: Timer;
  /**
   * Makes sure that, of work with the same name, only one runs at a time, in every tab or process
   * that shares the storage. Absent: only within this process. In a browser: `(name, work) =>
   * navigator.locks.request(name, work)`.
   */
  readonly lock?: Lock;
}

export type Lock = <T>(name: string, work: () => Promise<T>) => Promise<T>;

export interface Timer {
  /** Calls `work` after `ms`, once. */
  set(work: () => void, ms: number): unknown;
  clear(handle: unknown): void;
}

/**
 * A store of values that can be structured-cloned, with keys in order. Everything relies on
 * `write`: it is atomic, and once it resolves, the data survives the end of the process.
 */
export interface DriverStorage {
  get(key: string): Promise<unknown>;
  /** Returns every pair whose key begins with `prefix`, in order of keys. */
  list(prefix: string): Promise<readonly (readonly [key: string, value: unknown])[]>;
  /** Writes all changes or none. A value of `undefined` deletes the key. */
  write(changes: readonly Change[]): Promise<void>;
}

export type Change = readonly [key: string, value: unknown];

export type FormPart =
  | { readonly name: string; readonly text: string }
  /** A text that is sent as a file. */
  | { readonly name: string; readonly json: string; readonly filename: string }
  | { readonly name: string; readonly file: DriverFile; readonly filename: string };

export interface TransportRequest {
  readonly method: 'GET' | 'POST';
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly json?: unknown;
  readonly form?: readonly FormPart[];
}

export interface TransportAnswer {
  readonly status: number;
  /** Returns a header by its lower-case name; null: absent. */
  readonly header: (name: string) => string | null;
  readonly text: string;
}

/**
 * Sends a request. Rejects if there was no complete answer: no network, a name that does not
 * resolve, or a truncated answer.
 */
export type Transport = (request: TransportRequest) => Promise<TransportAnswer>;

export interface StreamRequest {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  /** Aborts the request. */
  readonly signal: AbortSignal;
}

/**
 * Requests a stream of events and passes on its text as it arrives. Resolves when the stream has
 * ended, or with an answer that is not a stream; rejects when it broke.
 */
export type StreamTransport = (
  request: StreamRequest,
  onText: (text: string) => void,
) => Promise<TransportAnswer>;
