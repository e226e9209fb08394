import type { BridgedParcel } from '../contract/bridge.ts';
import type { CarrierAnswer, CarrierCall, Credentials } from '../contract/pull.ts';
import type { FunctionName } from './describe.ts';

/** The module that `forkContained` runs: it answers each `PackageRequest` with a `PackageReply`. */
export const RUN_PACKAGES = new URL('./run-packages.ts', import.meta.url);

/** The kinds of work of the packages' process. */
export type PackageWork =
  /** Loads the package and describes it. The thread adds the script. */
  | { readonly kind: 'load'; readonly script: string }
  | { readonly kind: 'call'; readonly name: FunctionName; readonly args: readonly unknown[] }
  /** Calls a function with a session, and runs it until it waits for an answer. */
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
  /** Continues with the answers to the calls of the last step, in the same order. */
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
  /** Time limit, counted from when the process has started. */
  readonly timeoutMs: number;
}

export type PackageReply = {
  readonly id: number;
  /** Time of the work itself, without the start of a process; absent if it was not finished. */
  readonly ms?: number;
} & (
  | { readonly outcome: 'value'; readonly value: unknown }
  | { readonly outcome: 'threw'; readonly message: string }
  /** The process of packages ended, or was ended because it took too long. */
  | { readonly outcome: 'ended'; readonly message: string }
);

/** What package-thread.ts gets at its start. */
export interface PackageThreadTask {
  readonly port: import('node:worker_threads').MessagePort;
  /** A 32-bit counter of replies: the main thread waits until it changes. */
  readonly replies: SharedArrayBuffer;
  /** Folders that the process may read. */
  readonly readable: readonly string[];
}

/** A package that could not do its work; the message is the reason. */
export class PackageFailure extends Error {}

/** Performs work of a package; throws `PackageFailure`. */
export type CallPackage = (entry: string, work: PackageWork) => unknown;
