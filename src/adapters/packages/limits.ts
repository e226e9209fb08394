/** Memory of the packages together, in MiB: a payload of 1 MiB takes a tenth of it. */
export const MEMORY_MIB_MAX = 256;
/** Time of one call: parsing the largest payload takes a hundredth of it. */
export const CALL_MS_MAX = 2_000;
/** What a call that takes longer blocks of a process of the hub is counted. */
export const SLOW_MS = 250;
/** Time that slow calls of a package may take within a minute, before it is suspended. */
export const SLOW_MS_PER_MINUTE_MAX = 5_000;
/** Time for a package's modules to load. */
export const LOAD_MS_MAX = 10_000;
/** Time for the process to start, on a busy machine. */
export const START_MS_MAX = 20_000;
/** Ended processes of a package within a minute, before it is suspended. */
export const FAILURES_PER_MINUTE_MAX = 3;
/** Limit of one result, in characters of JSON: the largest payload becomes a tenth of it. */
export const RESULT_CHARACTERS_MAX = 16 * 2 ** 20;
/** Limit of an error message; it is stored with the dead letter. */
export const MESSAGE_CHARACTERS_MAX = 1_000;
/** Steps of one piece of work with a session; the largest batches need a few dozen. */
export const STEPS_MAX = 500;
