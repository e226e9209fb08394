/**
 * The processor time that this process spends on some work, in ms: what else the machine does, which a
 * clock on the wall would count, is not in it.
 */
export function cpuMsOf(work: () => void): number {
  const before = process.cpuUsage();
  work();
  return cpuMsSince(before);
}

/** The same from a moment on, `process.cpuUsage()` then. */
export function cpuMsSince(before: NodeJS.CpuUsage): number {
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1_000;
}
