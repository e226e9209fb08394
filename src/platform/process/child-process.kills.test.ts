import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, describe, expect, it, onTestFinished } from 'vitest';
import { runInChildProcess } from './child-process.ts';

const folder = mkdtempSync(join(tmpdir(), 'waybill-child-'));
afterAll(() => rmSync(folder, { recursive: true }));
const ANSWER = new URL('child-process.ts', import.meta.url).href;

function fileOf(name: string, work: string): URL {
  const path = join(folder, `${name}.mts`);
  writeFileSync(path, `import { answerParent } from '${ANSWER}';\n${work}`);
  return pathToFileURL(path);
}

describe('work in a process of its own', () => {
  it('is TypeScript, is given its task and answers', async () => {
    const file = fileOf(
      'double',
      'await answerParent<{ n: number }>(({ n }: { n: number }) => new Float64Array([2 * n]));',
    );
    expect(await runInChildProcess(file, { n: 21 })).toEqual(new Float64Array([42]));
  });

  it.runIf(process.platform === 'linux')('is of the lowest priority, with all it has', async () => {
    const file = fileOf(
      'nice',
      `import { readdirSync } from 'node:fs';
       import { getPriority } from 'node:os';
       await answerParent(() => readdirSync('/proc/self/task').map((id) => getPriority(Number(id))));`,
    );
    expect(new Set((await runInChildProcess(file, null)) as number[])).toEqual(new Set([19]));
  });

  it('rejects with the error, or because there was no answer', async () => {
    const bad = fileOf('bad', `await answerParent(() => { throw new RangeError('no'); });`);
    await expect(runInChildProcess(bad, {})).rejects.toThrow('no');
    await expect(runInChildProcess(fileOf('mute', ''), {})).rejects.toThrow(
      'exited with 0 and no message',
    );
    const killed = fileOf('killed', `process.kill(process.pid, 'SIGKILL');`);
    await expect(runInChildProcess(killed, {})).rejects.toThrow(
      'exited with SIGKILL and no message',
    );
  });

  it('is ended at once in the middle of its arithmetic', async () => {
    const pidFile = join(folder, 'busy.pid');
    const file = fileOf(
      'busy',
      `import { writeFileSync } from 'node:fs';
       await answerParent((path: string) => {
         writeFileSync(path, String(process.pid));
         for (;;);
       });`,
    );
    const stopping = new AbortController();
    const running = runInChildProcess(file, pidFile, { signal: stopping.signal });
    running.catch(() => {});
    const pid = await firstNumberIn(pidFile);
    stopping.abort(new Error('stopping'));
    await expect(running).rejects.toThrow('stopping');
    await hasEnded(pid);
    await expect(runInChildProcess(file, pidFile, { signal: stopping.signal })).rejects.toThrow(
      'stopping',
    );
  });

  it('ends in the middle of its computation when its parent was killed', async () => {
    const pidFile = join(folder, 'orphan.pid');
    const orphan = fileOf(
      'orphan',
      `import { writeFileSync } from 'node:fs';
       await answerParent((path: string, stillWanted: () => void) => {
         writeFileSync(path, String(process.pid));
         for (;;) stillWanted();
       });`,
    );
    const starter = fileOf(
      'starter',
      `import { runInChildProcess } from '${new URL('child-process.ts', import.meta.url).href}';
       await answerParent(({ file, path }: { file: string; path: string }) =>
         runInChildProcess(new URL(file), path));`,
    );
    const stopping = new AbortController();
    const task = { file: orphan.href, path: pidFile };
    const running = runInChildProcess(starter, task, { signal: stopping.signal });
    running.catch(() => {});
    const pid = await firstNumberIn(pidFile);
    onTestFinished(() => endIfAlive(pid));
    stopping.abort(new Error('stopping'));
    await expect(running).rejects.toThrow('stopping');
    await hasEnded(pid);
  });
});

async function firstNumberIn(path: string): Promise<number> {
  const written = () => Number(readFileSync(path, 'utf8'));
  await expect.poll(written).toBeGreaterThan(0);
  return written();
}

async function hasEnded(pid: number): Promise<void> {
  await expect.poll(() => isAlive(pid), { interval: 20 }).toBe(false);
}

/** Ends the process if the promise was broken; nothing else would. */
function endIfAlive(pid: number): void {
  if (isAlive(pid)) process.kill(pid, 'SIGKILL');
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
