import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, rmSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from '../docs/blocks.ts';

/**
 * Copies examples/adapter-package into a folder and builds it, as its `prepack` does where Waybill
 * is installed as a development dependency. Throws with the compiler's complaint.
 */
export function buildExamplePackage(folder: string): void {
  cpSync(join(ROOT, 'examples', 'adapter-package'), folder, { recursive: true });
  const modules = join(folder, 'node_modules');
  mkdirSync(modules, { recursive: true });
  symlinkSync(ROOT, join(modules, 'waybill'));
  symlinkSync(join(ROOT, 'node_modules', '@types'), join(modules, '@types'));
  const { status, stdout } = compilePackage(folder);
  if (status !== 0) throw new Error(stdout);
  rmSync(modules, { recursive: true });
}

/**
 * Runs `tsc` in a folder whose `node_modules/waybill` is this checkout. Its types are those of the
 * sources, which are compiled only for the npm package.
 */
export function compilePackage(folder: string): { status: number | null; stdout: string } {
  const tsc = join(ROOT, 'node_modules', 'typescript', 'bin', 'tsc');
  const args = [tsc, '-p', folder, '--customConditions', 'waybill-source'];
  const { status, stdout } = spawnSync(process.execPath, args, { encoding: 'utf8' });
  return { status, stdout };
}
