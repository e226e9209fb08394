import type { DriverFile } from './wire.ts';

/**
 * What the module needs from the phone. It imports nothing from a browser, Node.js or React
 * Native; its host passes these in.
 */
export interface DriverPorts {
  readonly storage: DriverStorage;
  readonly transport: Transport;
  /** Receives changes from the hub immediately; absent: polls once a minute. */
  readonly stream?: StreamTransport;
  /** Epoch milliseconds, by the phone's own clock. */
  readonly now: () => number;
  /** A new UUID; the hub uses it to detect duplicates. */
  readonly newId: () => string;
  /** From 0 to 1: spreads the retries of many phones that leave a tunnel at once. */
  readonly random: () => number;
  readonly timer: Timer;
  /**
   * Runs one `work` of a name at a time, in every tab or process that shares the storage. Absent:
   * only within this process. In a browser: `(name, work) => navigator.locks.request(name, work)`.
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
 * Keys in order, with values that can be structured-cloned. Everything relies on `write`: it is
 * atomic, and once it resolves, the data survives the end of the process.
 */
export interface DriverStorage {
  get(key: string): Promise<unknown>;
  /** Every pair whose key begins with `prefix`, by key. */
  list(prefix: string): Promise<readonly (readonly [key: string, value: unknown])[]>;
  /** A value of `undefined` deletes the key. */
  write(changes: readonly Change[]): Promise<void>;
}

export type Change = readonly [key: string, value: unknown];

export type FormPart =
  | { readonly name: string; readonly text: string }
  /** Text as a file. */
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
  /** By lower-case name; null: absent. */
  readonly header: (name: string) => string | null;
  readonly text: string;
}

/**
 * Rejects if there was no complete answer: no network, a name that does not resolve, a truncated
 * answer.
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
