import type { DriverFile } from './wire.ts';

/**
 * What the module needs of the phone. It imports nothing of a browser, of Node.js or of React Native:
 * whatever it runs on hands these in.
 */
export interface DriverPorts {
  readonly storage: DriverStorage;
  readonly transport: Transport;
  /** On which the hub tells of changes at once; absent: it is asked once a minute. */
  readonly stream?: StreamTransport;
  /** Epoch milliseconds, by the phone's own clock. */
  readonly now: () => number;
  /** A new UUID, by which the hub recognizes what it has had already. */
  readonly newId: () => string;
  /** From 0 to 1: spreads retries of many phones that come out of one tunnel. */
  readonly random: () => number;
  readonly timer: Timer;
  /**
   * Runs one `work` of a name at a time, in every tab or process that shares the storage. Absent: in
   * this one alone. In a browser: `(name, work) => navigator.locks.request(name, work)`.
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
 * Keys in order, with values that a structured clone can copy. `write` is the promise everything
 * rests on: all of it or nothing, and when it resolves it survives the end of the process.
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
  /** Of a lower-case name; null: not there. */
  readonly header: (name: string) => string | null;
  readonly text: string;
}

/** Rejects when no answer came: no network, a name that is not found, an answer cut off. */
export type Transport = (request: TransportRequest) => Promise<TransportAnswer>;

export interface StreamRequest {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  /** Ends the request. */
  readonly signal: AbortSignal;
}

/**
 * Asks for a stream of events and hands on its text as it comes. Resolves when the stream has ended, or
 * with the answer that was none; rejects when it broke.
 */
export type StreamTransport = (
  request: StreamRequest,
  onText: (text: string) => void,
) => Promise<TransportAnswer>;
