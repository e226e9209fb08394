import { execFile } from 'node:child_process';
import { chmod, mkdir, mkdtemp, rename, rm, symlink, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { loadAdapters } from '../../adapters/index.ts';
import { compileMapping } from '../mapping/mapping.ts';
import type { MappedCarrier, Mapping } from '../mapping/rule.ts';
import { readFact } from '../read-fact.ts';
import { contentOf, mappingFrom } from './mapping-content.ts';
import { type MappingFiles, openMappingFiles } from './mapping-files.ts';
import { readMappingText } from './mapping-files-text.ts';

describe('mapping content', () => {
  const ACME: MappedCarrier = {
    name: 'acme',
    matchKeys: ['event', 'exception'],
    matchOrder: [['event', 'exception'], ['event']],
    // The longer key first: a JSON store would reorder them.
    corrections: [{ match: { exception: '1', event: 'UN' } }],
    returnCancelled: [{ event: 'RC' }],
  };

  const TEXT = `carrier: acme
rules:
  - { match: { exception: "03", event: "DE" }, status: exception, reason: lost, text: gone }
  - { match: { event: "DE" }, status: exception, reviewed: false, logical: true }
  - { match: { event: "N" }, status: none, hidden: true, milestone: noted }
tests:
  - { given: { event: "DE" }, then: { status: exception } }
`;

  function compiled(text = TEXT, base?: Mapping): Mapping {
    const outcome = compileMapping(text, 'acme.yaml', ACME, base);
    if (!outcome.ok) throw new Error(JSON.stringify(outcome.problems));
    return outcome.mapping;
  }

  /** Through JSON with the members of each object in another order, as jsonb gives them back. */
  function stored(mapping: Mapping): unknown {
    return JSON.parse(JSON.stringify(contentOf(mapping)), (_, value: unknown) =>
      typeof value === 'object' && value !== null && !Array.isArray(value)
        ? Object.fromEntries(Object.entries(value).reverse())
        : value,
    );
  }

  describe('the content of a mapping', () => {
    it('restores the same mapping, with its version and the places of its rules', () => {
      const mapping = compiled();
      expect(mappingFrom(stored(mapping))).toEqual(mapping);
    });

    it('records the file of each rule when there is an overlay', () => {
      const text = 'carrier: acme\nrules:\n  - { match: { event: "DE" }, status: in_transit }\n';
      const outcome = compileMapping(text, 'own.yaml', ACME, compiled());
      if (!outcome.ok) throw new Error(JSON.stringify(outcome.problems));
      const back = mappingFrom(stored(outcome.mapping));
      expect(back).toEqual(outcome.mapping);
      expect(new Set(back?.rules.map(({ file }) => file))).toEqual(
        new Set(['acme.yaml', 'own.yaml']),
      );
    });

    it('restores corrections and called-off returns as they were, whatever the adapter says today', () => {
      const back = mappingFrom(stored(compiled()));
      const codes = { event: 'UN', exception: '1' };
      expect(back && readFact(back, { codes, logical: false }).correction).toBe(true);
    });

    it.each([
      ['nothing', null],
      ['a text', 'acme'],
      ['another format', { ...contentOf(compiled()), format: 2 }],
      [
        'an unknown status',
        JSON.parse(JSON.stringify(contentOf(compiled())).replace('none', 'nun')),
      ],
      ['rules cut off', { ...contentOf(compiled()), rules: undefined }],
    ])('is nothing when it is %s', (_, value) => {
      expect(mappingFrom(value)).toBeNull();
    });

    it('restores every mapping that ships', async () => {
      const files = await openMappingFiles({
        folder: new URL('../../../config/carrier-mappings', import.meta.url).pathname,
        carriers: (await loadAdapters()).list().map(({ manifest }) => manifest),
        watch: 'off',
      });
      expect(files.all().length).toBeGreaterThan(3);
      for (const mapping of files.all()) {
        const back = mappingFrom(stored(mapping));
        expect([back?.carrier.name, back?.version]).toEqual([
          mapping.carrier.name,
          mapping.version,
        ]);
      }
    });
  });
});

describe('mapping files text', () => {
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
      expect(files.problems()).toMatchObject([
        { file, found: 'The file cannot be read (EACCES).' },
      ]);
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
});
