import { mkdir, mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { below, seededRandom } from '../../kernel/seeded-random.ts';
import type { MappedCarrier } from '../mapping/rule.ts';
import { readFact } from '../read-fact.ts';
import { type MappingFiles, openMappingFiles } from './mapping-files.ts';

const ACME: MappedCarrier = {
  name: 'acme',
  matchKeys: ['event'],
  matchOrder: [['event']],
  corrections: [],
  returnCancelled: [],
};

function yaml(status: string, carrier = 'acme'): string {
  return (
    `carrier: ${carrier}\nrules:\n  - { match: { event: OD }, status: ${status} }\n` +
    `tests:\n  - { given: { event: OD }, then: { status: ${status} } }\n`
  );
}

const LAUGHS = `l0: &l0 [ha, ha]\n${Array.from({ length: 30 }, (_, index) => `l${index + 1}: &l${index + 1} [*l${index}, *l${index}]\n`).join('')}`;

/** Returns bytes that look random and are the same in every run. */
function randomBytesOf(length: number): Buffer {
  const random = seededRandom(35);
  return Buffer.from(Array.from({ length }, () => below(random, 256)));
}

let root: string;
let folder: string;
let overlay: string;
let file: string;
let files: MappingFiles | undefined;

beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'mappings-'));
  folder = join(root, 'base');
  overlay = join(root, 'overlay');
  file = join(folder, 'acme.yaml');
  await mkdir(folder);
  await mkdir(overlay);
  await writeFile(file, yaml('out_for_delivery'));
});

afterEach(async () => {
  delaysMs.clear();
  files?.close();
  await rm(root, { recursive: true, force: true });
});

async function open(watch: 'events' | 'polling' | 'off' = 'off'): Promise<MappingFiles> {
  files = await openMappingFiles({
    folder,
    overlay,
    carriers: [ACME],
    watch,
    timers: { setTimeout: timerFor(watch), clearTimeout },
  });
  return files;
}

/** The waits it requested, each distinct delay once. */
const delaysMs = new Set<number>();

/** With events, polling never fires, so a swap proves that the events work. */
function timerFor(watch: string) {
  return (run: () => void, delayMs: number) => {
    delaysMs.add(delayMs);
    return setTimeout(run, watch === 'events' && delayMs === 500 ? 1_000_000 : delayMs);
  };
}

function statusOf(opened: MappingFiles): string {
  const mapping = opened.current('acme');
  if (mapping === undefined) throw new Error('no mapping');
  return readFact(mapping, { codes: { event: 'OD' }, logical: false }).status;
}

/** Resolves when the change is active. */
async function swapAfter(opened: MappingFiles, change: () => Promise<void>): Promise<void> {
  const swapped = new Promise<void>((resolve) => {
    const stop = opened.onChange(() => {
      stop();
      resolve();
    });
  });
  await change();
  await swapped;
}

describe('mapping files', () => {
  it('reject a folder that does not exist', async () => {
    await expect(openMappingFiles({ folder: join(root, 'no'), carriers: [ACME] })).rejects.toThrow(
      'ENOENT',
    );
  });

  it('start without a mapping when the only file is broken, and report why', async () => {
    await writeFile(file, 'carrier: acme\nrules: [');
    const opened = await open();
    expect(opened.current('acme')).toBeUndefined();
    expect(opened.all()).toEqual([]);
    expect(opened.problems()).toMatchObject([{ file, line: 2, severity: 'error' }]);
    expect(opened.current('other')).toBeUndefined();
  });

  it('keep the last good mapping whatever happens to the file', async () => {
    const opened = await open();
    const good = opened.current('acme');
    const whole = yaml('at_facility');
    const broken = [
      '',
      whole.slice(0, whole.indexOf('tests')),
      whole.slice(0, -20),
      whole.replace('{ status: at_facility }', '{ status: delivered }'),
      `${whole}surplus: 1\n`,
      '\u0000'.repeat(whole.length),
    ];
    for (const text of broken) {
      await writeFile(file, text);
      await opened.reload();
      expect(opened.current('acme'), text).toBe(good);
      expect(opened.problems().length, text).toBeGreaterThan(0);
    }
    await writeFile(file, whole);
    await opened.reload();
    expect(statusOf(opened)).toBe('at_facility');
    expect(opened.problems()).toEqual([]);
  });

  it.each([
    ['random bytes', () => randomBytesOf(4_096)],
    ['a compressed file', () => gzipSync(yaml('at_facility'))],
    ['an image', () => Buffer.from('89504e470d0a1a0a0000000d49484452', 'hex')],
    ['aliases of aliases, a billion together', () => Buffer.from(LAUGHS)],
    [
      'aliases behind a mapping that is right',
      () => Buffer.from(`${yaml('at_facility')}${LAUGHS}`),
    ],
    ['a merge key', () => Buffer.from(yaml('at_facility').replace('{ event', '{ <<: x, event'))],
    ['a code tag', () => Buffer.from(yaml('at_facility').replace('OD', '!!js/function OD'))],
    ['a prototype', () => Buffer.from(`__proto__: { rules: [] }\n${yaml('at_facility')}`)],
    ['brackets', () => Buffer.from('['.repeat(100_000))],
    ['opened quotes', () => Buffer.from(`"${'a\n'.repeat(100_000)}`)],
    ['conflict marks of git', () => Buffer.from(`<<<<<<< HEAD\n${yaml('at_facility')}`)],
    ['another document behind it', () => Buffer.from(`${yaml('at_facility')}---\na: 1\n`)],
    ['the mapping of another carrier', () => Buffer.from(yaml('at_facility', 'acne'))],
    ['JSON that was cut', () => Buffer.from('{"carrier": "acme", "rules": [{"match": {"ev')],
    ['zeros, as after a power cut', () => Buffer.alloc(4_096)],
  ])('keep the last good mapping when the file becomes %s, and name the file', async (_, bytes) => {
    const opened = await open();
    const good = opened.current('acme');
    let changes = 0;
    opened.onChange(() => {
      changes += 1;
    });
    await writeFile(file, bytes());
    await opened.reload();
    expect(opened.current('acme')).toBe(good);
    const [problem] = opened.problems();
    expect(problem).toMatchObject({ file, severity: 'error' });
    expect(problem?.found.length).toBeGreaterThan(10);
    expect(problem?.found.length).toBeLessThan(300);
    expect(changes).toBe(0);

    await writeFile(file, yaml('in_transit'));
    await opened.reload();
    expect([statusOf(opened), opened.problems()]).toEqual(['in_transit', []]);
  });

  it('keep the last good mapping when the file is deleted, and report it', async () => {
    const opened = await open();
    const version = opened.current('acme')?.version.slice(0, 12);
    await rm(file);
    await opened.reload();
    expect(statusOf(opened)).toBe('out_for_delivery');
    expect(opened.problems()[0]?.found).toBe(
      `The file does not exist; the last good mapping (version ${version}) stays active.`,
    );
  });

  it('warn of a file for an unknown carrier, and of an overlay folder that does not exist', async () => {
    await writeFile(join(folder, 'acne.yaml'), yaml('none'));
    await rm(overlay, { recursive: true });
    const opened = await open();
    expect(opened.problems()).toMatchObject([
      { severity: 'warning', found: 'Unknown carrier acne.' },
      { severity: 'warning', found: 'The folder cannot be read.' },
    ]);
    expect(statusOf(opened)).toBe('out_for_delivery');
  });

  it('let the overlay win, drop it with its file, and ignore it while it is broken', async () => {
    await writeFile(join(overlay, 'acme.yaml'), yaml('at_facility'));
    const opened = await open();
    expect(statusOf(opened)).toBe('at_facility');
    await writeFile(join(overlay, 'acme.yaml'), yaml('at_facility', 'acne'));
    await opened.reload();
    expect(statusOf(opened)).toBe('at_facility');
    expect(opened.problems()).toMatchObject([{ file: join(overlay, 'acme.yaml') }]);
    await rm(join(overlay, 'acme.yaml'));
    await opened.reload();
    expect(statusOf(opened)).toBe('out_for_delivery');
    expect(opened.problems()).toEqual([]);
  });

  it('accept an overlay alone for a carrier without a shipped mapping', async () => {
    await rm(file);
    await writeFile(join(overlay, 'acme.yaml'), yaml('at_facility'));
    const opened = await open();
    expect(statusOf(opened)).toBe('at_facility');
    await writeFile(join(overlay, 'acme.yaml'), yaml('in_transit'));
    await opened.reload();
    expect(statusOf(opened)).toBe('in_transit');
  });

  it('call no listener for a change without effect', async () => {
    const opened = await open();
    let changes = 0;
    opened.onChange(() => {
      changes += 1;
    });
    await writeFile(file, `# a comment\n${yaml('out_for_delivery')}`);
    await opened.reload();
    expect(changes).toBe(0);
  });

  it.each(['events', 'polling'] as const)(
    'activate a change within a second, by %s',
    async (watch) => {
      const opened = await open(watch);
      const previousVersion = opened.current('acme')?.version;
      const seen: unknown[] = [];
      opened.onChange((change) => seen.push(change));
      await swapAfter(opened, () => writeFile(file, yaml('at_facility')));
      expect(statusOf(opened)).toBe('at_facility');
      expect(seen).toEqual([{ mapping: opened.current('acme'), previousVersion }]);

      // As editors do it: a new file, moved over this one.
      const replace = async () => {
        await writeFile(`${file}~`, yaml('in_transit'));
        await rename(`${file}~`, file);
      };
      await swapAfter(opened, replace);
      expect(statusOf(opened)).toBe('in_transit');
      // The waits follow one another, and the rest of the second is for reading.
      expect([...delaysMs].reduce((sum, ms) => sum + ms, 0)).toBeLessThan(700);
    },
  );

  it('never read a file that is being written in pieces as if it were complete', async () => {
    const opened = await open('events');
    const statuses = new Set<string>();
    opened.onChange(() => statuses.add(statusOf(opened)));
    const whole = yaml('at_facility');
    await swapAfter(opened, async () => {
      for (let end = 0; end <= whole.length; end += 9) {
        await writeFile(file, whole.slice(0, end));
        await opened.reload();
        statuses.add(statusOf(opened));
      }
      await writeFile(file, whole);
    });
    expect([...statuses]).toEqual(['out_for_delivery', 'at_facility']);
  });

  it('stop watching once closed', async () => {
    const delays: number[] = [];
    const cleared: unknown[] = [];
    const opened = await openMappingFiles({
      folder,
      carriers: [ACME],
      watch: 'polling',
      timers: {
        setTimeout: (run, delayMs) => {
          delays.push(delayMs);
          return setTimeout(run, delayMs);
        },
        clearTimeout: (timer) => {
          cleared.push(timer);
          clearTimeout(timer);
        },
      },
    });
    await swapAfter(opened, () => writeFile(file, yaml('at_facility')));
    opened.close();
    expect(delays).toContain(500);
    expect(cleared).toHaveLength(1);
  });
});
