/** Memory of the packages together, in MiB: a payload of 1 MiB takes a tenth of it. */
export const MEMORY_MIB_MAX = 256;
/** Time of one call: parsing the largest payload takes a hundredth of it. */
export const CALL_MS_MAX = 2_000;
/** A call that took longer counts as a failure, because it has blocked a process of the hub. */
export const SLOW_MS = 1_500;
/** Time for a package's modules to load. */
export const LOAD_MS_MAX = 10_000;
/** Time for the process to start, on a busy machine. */
export const START_MS_MAX = 20_000;
/** Ended processes and slow calls of a package within a minute, before it is suspended. */
export const FAILURES_PER_MINUTE_MAX = 3;
/** Steps of one piece of work with a session; the largest batches need a few dozen. */
export const STEPS_MAX = 500;
