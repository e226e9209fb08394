/** The one job there is: "look at this key, it was wanted at that time". */
export interface WakeData {
  readonly key: string;
  /** Epoch milliseconds. */
  readonly atMs: number;
}

/** The part of BullMQ's queue that we use, on any backend. */
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

/** One store of jobs: Redis or PostgreSQL. */
export interface JobBackend {
  readonly kind: 'redis' | 'postgres';
  /** More at once than this in one process brings nothing, or harm. */
  readonly concurrencyMax: number;
  readonly queue: JobQueue;
  /** Runs `work` while no other process runs one for the same key, or after a few seconds' wait. */
  exclusive<T>(key: string, work: () => Promise<T>): Promise<T>;
  makeWorker(work: Work, settings: WorkerSettings): JobWorker;
  /** After the queue and all workers are closed. */
  close(): Promise<void>;
}
