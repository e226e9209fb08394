import { cpSync, mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { assertNotCopiedWhileRunning, noteWhereItRuns } from './embedded-postgres.ts';

let home: string;
const clusterAt = (name: string) => {
  const folder = path.join(home, name);
  return { folder, dataFolder: path.join(folder, 'cluster'), password: '' };
};
const pidFile = (name: string) => path.join(clusterAt(name).dataFolder, 'postmaster.pid');

/** A cluster on which a server was started and not shut down properly. */
beforeEach(() => {
  home = mkdtempSync(path.join(os.tmpdir(), 'waybill-copied-'));
  mkdirSync(clusterAt('original').dataFolder, { recursive: true });
  writeFileSync(path.join(clusterAt('original').dataFolder, 'PG_VERSION'), '18\n');
  noteWhereItRuns(clusterAt('original'));
  writeFileSync(pidFile('original'), '1\n');
});
afterEach(() => rmSync(home, { recursive: true }));

const copy = (from: string, to: string) =>
  cpSync(clusterAt(from).folder, clusterAt(to).folder, { recursive: true });

it('a server that was killed may be started again, also after its folder was moved', () => {
  assertNotCopiedWhileRunning(clusterAt('original'));
  renameSync(clusterAt('original').folder, clusterAt('moved').folder);
  assertNotCopiedWhileRunning(clusterAt('moved'));
});

it('a copy of a running server is refused, also where the original was', () => {
  copy('original', 'copy');
  expect(() => assertNotCopiedWhileRunning(clusterAt('copy'))).toThrow('waybill backup');
  rmSync(clusterAt('original').folder, { recursive: true });
  renameSync(clusterAt('copy').folder, clusterAt('original').folder);
  expect(() => assertNotCopiedWhileRunning(clusterAt('original'))).toThrow(
    'while its hub was running',
  );
});

it('a note that a crash left empty causes no rejection, and is rewritten', () => {
  writeFileSync(path.join(clusterAt('original').folder, 'runs-in'), '');
  assertNotCopiedWhileRunning(clusterAt('original'));
  noteWhereItRuns(clusterAt('original'));
  copy('original', 'copy');
  expect(() => assertNotCopiedWhileRunning(clusterAt('copy'))).toThrow('waybill backup');
});

it('a copy of a server that was stopped is accepted, and so is one that the operator vouches for', () => {
  copy('original', 'rescued');
  rmSync(path.join(clusterAt('rescued').folder, 'runs-in'));
  assertNotCopiedWhileRunning(clusterAt('rescued'));

  rmSync(pidFile('original'));
  copy('original', 'stopped');
  assertNotCopiedWhileRunning(clusterAt('stopped'));
});
