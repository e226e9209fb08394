import type { BridgedParcel } from '../contract/bridge.ts';
import type { CarrierAnswer, CarrierCall, Credentials } from '../contract/pull.ts';
import type { FunctionName } from './describe.ts';

/** What runs packages: for `forkContained`. It gets a `PackageRequest` and sends a `PackageReply`. */
export const RUN_PACKAGES = new URL('./run-packages.ts', import.meta.url);

/** What the process of packages is asked to do. */
export type PackageWork =
  /** Loads the package and describes it. The thread adds the script. */
  | { readonly kind: 'load'; readonly script: string }
  | { readonly kind: 'call'; readonly name: FunctionName; readonly args: readonly unknown[] }
  /** Calls a function that gets a session, and goes on until it waits for an answer. */
  | {
      readonly kind: 'begin';
      readonly name: FunctionName;
      readonly args: readonly unknown[];
      readonly session: {
        readonly credentials: Credentials;
        readonly nowMs: number;
        /** What `parcelOf` answers; absent: nothing. */
        readonly parcels?: readonly BridgedParcel[];
      };
    }
  /** Goes on with the answers to the calls of its last step, in their order. */
  | {
      readonly kind: 'resume';
      readonly run: number;
      readonly answers: readonly CarrierAnswer[];
      readonly nowMs: number;
    };

export type SessionStep =
  | { readonly kind: 'done'; readonly value: unknown }
  | { readonly kind: 'waits'; readonly run: number; readonly calls: readonly CarrierCall[] };

export interface PackageRequest {
  readonly id: number;
  /** The package's module. */
  readonly entry: string;
  readonly work: PackageWork;
  /** How long it may take, once its process has started. */
  readonly timeoutMs: number;
}

export type PackageReply = { readonly id: number } & (
  | { readonly outcome: 'value'; readonly value: unknown }
  | { readonly outcome: 'threw'; readonly message: string }
  /** The process of packages ended, or was ended because it took too long. */
  | { readonly outcome: 'ended'; readonly message: string }
);

/** What the thread beside the hub's main thread gets at its start. */
export interface PackageThreadTask {
  readonly port: import('node:worker_threads').MessagePort;
  /** One 32-bit counter of replies, by which the main thread waits for the next. */
  readonly replies: SharedArrayBuffer;
  /** Folders that the process may read. */
  readonly readable: readonly string[];
}

/** A package that could not do its work; the message is the reason. */
export class PackageFailure extends Error {}

/** Performs work of a package; throws `PackageFailure`. */
export type CallPackage = (entry: string, work: PackageWork) => unknown;
