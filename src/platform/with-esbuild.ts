/** Builds in progress in this thread. */
let building = 0;

/**
 * Runs builds with esbuild. Its service is a child process, which would otherwise run for as long
 * as this process, so it is stopped after the last build: if it were stopped earlier, the other
 * builds would never settle.
 */
export async function withEsbuild<T>(
  run: (build: typeof import('esbuild').build) => Promise<T>,
): Promise<T> {
  const { build, stop } = await import('esbuild');
  building += 1;
  try {
    return await run(build);
  } finally {
    building -= 1;
    if (building === 0) await stop();
  }
}
