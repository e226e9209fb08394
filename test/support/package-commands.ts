import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { ROOT } from '../docs/blocks.ts';

/** Runs a command of the hub as an operator does who has nothing but the data folder. */
export function runWaybill(
  { work, data }: { readonly work: string; readonly data: string },
  ...args: readonly string[]
) {
  const bin = join(ROOT, 'bin', 'waybill.js');
  const { status, stdout, stderr } = spawnSync(process.execPath, [bin, ...args], {
    cwd: work,
    env: { PATH: process.env['PATH'], HOME: work, WAYBILL_DATA: data },
    encoding: 'utf8',
  });
  return { status, output: stdout + stderr };
}

/** Packs a package as its author does, without its scripts, and returns the archive's path. */
export function packFolder(folder: string): string {
  const packed = spawnSync('npm', ['pack', '--ignore-scripts', '--silent'], {
    cwd: folder,
    encoding: 'utf8',
  });
  return join(folder, packed.stdout.trim());
}
