/** The only kind of job: "check this key, which was due at that time". */
export interface WakeData {
  readonly key: string;
  /** The time in epoch milliseconds. */
  readonly atMs: number;
}

/** The part of BullMQ's queue that we use, with any backend. */
export interface JobQueue {
  add(name: string, data: WakeData, options: JobOptions): Promise<unknown>;
  getJob(id: string): Promise<StoredJob | undefined>;
  getJobCounts(...states: ('active' | 'waiting' | 'delayed')[]): Promise<Record<string, number>>;
  on(event: 'error', hear: (error: Error) => void): unknown;
  close(): Promise<void>;
}

interface JobOptions {
  readonly jobId: string;
  readonly delay: number;
  readonly removeOnComplete: true;
  readonly removeOnFail: true;
}

interface StoredJob {
  readonly data: WakeData;
  getState(): Promise<string>;
  remove(): Promise<void>;
}

/** The part of BullMQ's worker that we use. */
export interface JobWorker {
  run(): Promise<void>;
  waitUntilReady(): Promise<unknown>;
  on(event: 'error', hear: (error: Error) => void): unknown;
  close(force?: boolean): Promise<void>;
}

export interface WorkerSettings {
  readonly concurrency: number;
  readonly lockDuration: number;
  readonly stalledInterval: number;
  readonly maxStalledCount: number;
  readonly drainDelay: number;
  readonly autorun: false;
}

export type Work = (job: { readonly data: WakeData }) => Promise<void>;

/** A store of jobs: Redis or PostgreSQL. */
export interface JobBackend {
  readonly kind: 'redis' | 'postgres';
  /** The most useful number of handlers in one process; more bring nothing, or cause deadlocks. */
  readonly concurrencyMax: number;
  readonly queue: JobQueue;
  /**
   * Runs `work` while no other process runs any for the same key, or after waiting for a few
   * seconds.
   */
  exclusive<T>(key: string, work: () => Promise<T>): Promise<T>;
  makeWorker(work: Work, settings: WorkerSettings): JobWorker;
  /** Closes the backend; call it after the queue and all workers are closed. */
  close(): Promise<void>;
}
