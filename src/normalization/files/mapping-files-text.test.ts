import { execFile } from 'node:child_process';
import { chmod, mkdir, mkdtemp, rename, rm, symlink, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { MappedCarrier } from '../mapping/rule.ts';
import { readFact } from '../read-fact.ts';
import { type MappingFiles, openMappingFiles } from './mapping-files.ts';
import { readMappingText } from './mapping-files-text.ts';

const ACME: MappedCarrier = {
  name: 'acme',
  matchKeys: ['event'],
  matchOrder: [['event']],
  corrections: [],
  returnCancelled: [],
};

const BASE =
  'carrier: acme\nrules:\n  - { match: { event: OD }, status: out_for_delivery }\n' +
  'tests:\n  - { given: { event: DL }, then: { status: in_transit } }\n';
const OVERLAY = 'carrier: acme\nrules:\n  - { match: { event: OD }, status: at_facility }\n';

let root: string;
let base: string;
let overlay: string;
let file: string;
let files: MappingFiles | undefined;

beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'mapping-text-'));
  [base, overlay] = [join(root, 'base'), join(root, 'overlay')];
  file = join(overlay, 'acme.yaml');
  await mkdir(base);
  await mkdir(overlay);
  await writeFile(join(base, 'acme.yaml'), BASE);
  await writeFile(file, OVERLAY);
});

afterEach(async () => {
  files?.close();
  await rm(root, { recursive: true, force: true });
});

function statusOf(opened: MappingFiles): string {
  const mapping = opened.current('acme');
  if (mapping === undefined) throw new Error('no mapping');
  return readFact(mapping, { codes: { event: 'OD' }, logical: false }).status;
}

describe('an unreadable file', () => {
  it.each([
    ['a folder', () => mkdir(file), 'This is not a regular file.'],
    ['a pipe', () => promisify(execFile)('mkfifo', [file]), 'This is not a regular file.'],
    ['a dead link', () => symlink(join(root, 'gone'), file), 'The link is broken.'],
    ['a link in a circle', () => symlink(file, file), 'The file cannot be read (ELOOP).'],
    ['a device', () => symlink('/dev/zero', file), 'This is not a regular file.'],
    ['a disk error', () => symlink('/proc/self/mem', file), 'The file cannot be read (EIO).'],
    [
      '100 MB',
      async () => {
        await writeFile(file, OVERLAY);
        await truncate(file, 100_000_000);
      },
      'The file has 100000000 bytes; the limit is 4194304.',
    ],
  ])('removes no rules: %s', async (_what, put, found) => {
    files = await openMappingFiles({ folder: base, overlay, carriers: [ACME], watch: 'off' });
    expect(statusOf(files)).toBe('at_facility');
    await rm(file);
    await put();
    await files.reload();
    expect(statusOf(files)).toBe('at_facility');
    expect(files.problems()).toMatchObject([{ file, severity: 'error', found }]);

    // Once it is corrected all is well, although the text is the one from before.
    await rm(file, { recursive: true });
    await writeFile(file, OVERLAY);
    await files.reload();
    expect(files.problems()).toEqual([]);
    await rm(file);
    await files.reload();
    expect(statusOf(files)).toBe('out_for_delivery');
  });

  // The superuser may read everything.
  it.skipIf(process.getuid?.() === 0)('removes no rules: no permission', async () => {
    files = await openMappingFiles({ folder: base, overlay, carriers: [ACME], watch: 'off' });
    await chmod(file, 0);
    await files.reload();
    expect(statusOf(files)).toBe('at_facility');
    expect(files.problems()).toMatchObject([{ file, found: 'The file cannot be read (EACCES).' }]);
  });

  it('removes no rules when its whole folder is gone', async () => {
    files = await openMappingFiles({ folder: base, overlay, carriers: [ACME], watch: 'off' });
    await rename(overlay, `${overlay}.gone`);
    await files.reload();
    expect(statusOf(files)).toBe('at_facility');
    expect(files.problems()).toContainEqual(
      expect.objectContaining({ file, found: 'The folder of this file no longer exists.' }),
    );
    await rename(`${overlay}.gone`, overlay);
    await files.reload();
    expect(files.problems()).toEqual([]);
  });

  it('does not let a package’s mapping replace the folder’s own', async () => {
    const packaged = new Map([['acme', join(root, 'packaged.yaml')]]);
    await writeFile(join(root, 'packaged.yaml'), BASE.replace('out_for_delivery', 'exception'));
    files = await openMappingFiles({ folder: base, packaged, carriers: [ACME], watch: 'off' });
    const own = join(base, 'acme.yaml');
    await rm(own);
    await mkdir(own);
    await files.reload();
    expect(statusOf(files)).toBe('out_for_delivery');
    expect(files.problems()).toMatchObject([{ file: own, found: 'This is not a regular file.' }]);
  });
});

describe('the text of a mapping file', () => {
  it('has no byte order mark', async () => {
    await writeFile(file, `\ufeff${OVERLAY}`);
    expect(await readMappingText(file)).toEqual({ kind: 'text', text: OVERLAY });
  });

  it.each([
    ['Latin-1', Buffer.from(`${OVERLAY}# caf\u00e9\n`, 'latin1'), 4],
    ['UTF-16', Buffer.from(`\ufeff${OVERLAY}`, 'utf16le'), 1],
  ])('is not guessed at in %s: the line is named', async (_encoding, bytes, line) => {
    await writeFile(file, bytes);
    expect(await readMappingText(file)).toMatchObject({
      kind: 'unreadable',
      problem: { file, line, column: 1, fix: 'Save it as UTF-8.' },
    });
  });

  it('is absent where there is no file, nor a folder for it', async () => {
    expect(await readMappingText(join(root, 'none.yaml'))).toEqual({ kind: 'absent' });
    expect(await readMappingText(join(root, 'none', 'none.yaml'))).toEqual({ kind: 'absent' });
  });
});
