import { basename } from 'node:path';
import { describe, expect, it } from 'vitest';
import { FILE_SLICES } from './slices.ts';
import { deadFiles, unusedExports } from './tidy/exports.ts';
import { sourceOf } from './tidy/sources.ts';
import {
  CARRIERS,
  FILES,
  hits,
  isProduct,
  isTest,
  isTypeScript,
  type RepositoryFile,
  where,
} from './tidy/tree.ts';

/**
 * Style as a test. Each rule lists what breaks it as `file:line: what`, and its title says what to
 * do instead. What biome and dependency-cruiser already check (format, unused variables, borders)
 * is theirs.
 */
const typescript = FILES.filter(isTypeScript);
const product = FILES.filter(isProduct);

const tests = typescript.filter(isTest);
const LOCKFILES = FILES.filter(({ path }) => path.endsWith('package-lock.json'));

/** Matches of `pattern` in what runs: comments and literals do not count. */
function inCode(files: readonly RepositoryFile[], pattern: RegExp): string[] {
  return files.flatMap((file) => hits(file, pattern, sourceOf(file).code));
}

function inText(files: readonly RepositoryFile[], pattern: RegExp): string[] {
  return files.flatMap((file) => hits(file, pattern));
}

const inside =
  (...folders: readonly string[]) =>
  ({ path }: RepositoryFile): boolean =>
    folders.some((folder) => path.startsWith(folder));

const outside =
  (...folders: readonly string[]) =>
  (file: RepositoryFile): boolean =>
    !inside(...folders)(file);

/** Time and chance of a browser, and of the client's package: they have no platform/clock.ts. */
const OWN_CLOCKS = [
  'src/fleet/driver-app/phone/ports.ts',
  'packages/client/src/runtime.ts',
] as const;

/** Bundled for browsers, where a page lasts minutes. */
const BROWSERS = ['src/fleet/driver-app/', 'src/http/console/client/', 'src/http/maps/client/'];

const OURS = ['src/', 'packages/', 'test/', 'bench/', 'tools/', 'examples/', 'migrations/'];

describe('names', () => {
  const KINDS = ['sql', 'gen', 'test', 'config', 'schema', 'expected', 'd', ...FILE_SLICES];
  const KEBAB = new RegExp(`^[a-z0-9]+(-[a-z0-9]+)*(\\.(${KINDS.join('|')}))*\\.[a-z0-9]+$`);

  /** What the instances of MDRPLib are called. */
  const MDRPLIB = /^examples\/dispatch\/[^/]+\/instance_parameters\.txt$/;

  it('are kebab-case for every source file and folder', () => {
    const odd = FILES.filter(inside(...OURS)).flatMap(({ path }) =>
      path.split('/').some((part, index, all) => {
        if (index < all.length - 1) return !/^[a-z0-9]+(-[a-z0-9]+)*$/.test(part);
        return (
          !KEBAB.test(part) &&
          !MDRPLIB.test(path) &&
          !/^[A-Z]+\.md$/.test(part) &&
          // Python imports modules by their names.
          !(path.startsWith('packages/python/') && /^[a-z_]+\.(py|typed)$/.test(part)) &&
          part !== '.npmrc' &&
          path !== 'tools/map/build' &&
          !path.startsWith('migrations/')
        );
      })
        ? [path]
        : [],
    );
    expect(odd).toEqual([]);
  });

  it('of migrations say number, verb and noun: 0005_add_column.sql', () => {
    const odd = FILES.filter(inside('migrations/')).filter(
      ({ path }) =>
        !/^migrations\/(0001_baseline\.sql|\d{4}_[a-z]+(_[a-z0-9]+)+\.sql|schema\.(sql|test\.ts))$/.test(
          path,
        ),
    );
    expect(odd.map(({ path }) => path)).toEqual([]);
  });

  it('say what is inside: no utils, helpers, common, misc, types, shared or lib', () => {
    const vague = /^(utils?|helpers?|common|misc|types?|shared|lib)$/;
    const odd = FILES.filter(inside(...OURS)).filter(({ path }) =>
      path.split('/').some((part) => vague.test(part.replace(/\..*$/, ''))),
    );
    expect(odd.map(({ path }) => path)).toEqual([]);
  });
});

describe('calls that have a better one', () => {
  const BANNED = [
    {
      never: 'Date.now() and new Date() without arguments',
      instead: 'take a Clock (platform/clock.ts), so that tests own the time',
      files: product.filter(outside('src/platform/clock.ts', ...OWN_CLOCKS)),
      pattern: /\bDate\.now\b|\bnew Date\(\s*\)|\bnew Date(?!\s*\()\b/,
    },
    {
      never: 'setInterval',
      instead: 'start a loop (platform/work/loop.ts), which loses no wake-up and can be stopped',
      files: product.filter(outside('src/platform/work/', 'src/reactions/notifications/deliver/')),
      pattern: /\bsetInterval\(/,
    },
    {
      never: 'Math.random',
      instead: 'take RandomBytes (platform/clock.ts), or seed it',
      files: typescript.filter(outside('src/platform/clock.ts', 'bench/', ...OWN_CLOCKS)),
      pattern: /\bMath\.random\b/,
    },
    {
      never: 'random bytes of its own',
      instead: 'take RandomBytes (platform/clock.ts) and kernel/ids.ts',
      files: product.filter(outside('src/platform/', ...OWN_CLOCKS)),
      pattern: /\b(randomUUID|randomInt|getRandomValues)\b/,
    },
    {
      never: 'console',
      instead: 'use the logger that is handed in; a CLI verb writes by process.stdout',
      files: typescript.filter(outside('tools/', 'bench/')),
      pattern: /(?<!\.)\bconsole\./,
    },
    {
      never: 'process.exit',
      instead:
        'set process.exitCode and let what is open close (app/start.ts ends on a second Ctrl-C)',
      files: product.filter(outside('src/app/start.ts')),
      pattern: /\bprocess\.exit\(/,
    },
    {
      never: 'process.env',
      instead: 'add a setting (platform/settings, config/defaults.yaml) and take it as an argument',
      // A contained process gets no environment but the folder of the bundle.
      files: product
        .filter(outside('src/cli/', 'src/app/', 'src/fleet/cli/'))
        .filter(outside('src/platform/process/contained-process.ts')),
      pattern: /\bprocess\.env\b/,
    },
    {
      never: 'formatters and zones of its own',
      instead:
        'take a shared one (kernel/time/formatters.ts); each takes memory that is freed late (Intl.Locale aside)',
      files: product
        .filter(outside('src/kernel/time/formatters.ts', ...BROWSERS))
        // It passes shared ones on.
        .filter(outside('src/platform/messages/format-text.ts')),
      pattern:
        /\bnew Intl\.(?!Locale\b)|\bIntl\.(?!Locale\b)[A-Z]\w*\(|\.toLocale(Date|Time)?String\(|\bnew (IntlMessageFormat|IANAZone)\b|\bIANAZone\.\w+\(/,
    },
    {
      never: 'sleeping in tests',
      instead: 'wait for the event, hand in a clock, or use vi.waitFor',
      // Tests about processes may wait for one: it has no clock that could be handed in.
      files: tests.filter(
        ({ text }) => !/node:child_process|-testing\.ts'|\/hub-process\.ts'/.test(text),
      ),
      pattern: /\bsetTimeout\(\s*(r|res|resolve|done)\s*[,)]|\bawait (sleep|delay|setTimeout)\(/,
    },
    {
      never: 'sleeping in adapters',
      instead: 'answer retry_after; the session that is lent waits',
      // The kit plays the carrier: it may dawdle.
      files: product.filter(inside('src/adapters/')).filter(outside('src/adapters/sandbox-kit/')),
      pattern: /\b(setTimeout|setInterval|sleep)\(/,
    },
    {
      never: 'tests that run alone or not at all',
      instead: 'remove .only; a skip says its reason aloud (it.skipIf, ctx.skip(reason))',
      files: tests,
      pattern: /\b(it|test|describe)\.only\b|\b(describe|test)\.skip\(/,
    },
  ];

  for (const { never, instead, files, pattern } of BANNED) {
    it(`never ${never}: ${instead}`, () => expect(inCode(files, pattern)).toEqual([]));
  }
});

describe('types', () => {
  const BANNED = [
    {
      never: 'any',
      instead: 'say what it is, or unknown and look',
      pattern: /[:<,|&(]\s*any\b(?!\s*[:(])|\bas any\b/,
    },
    {
      never: 'enum',
      instead: 'a union of strings, or an object as const',
      pattern: /\benum\s+\w+\s*\{/,
    },
    {
      never: 'as unknown as',
      instead: 'parse the value, or mend its type',
      pattern: /\bas unknown as\b/,
    },
    { never: 'namespace', instead: 'a file is one', pattern: /\bnamespace\s+\w+/ },
  ];

  for (const { never, instead, pattern } of BANNED) {
    it(`never ${never}: ${instead}`, () => expect(inCode(typescript, pattern)).toEqual([]));
  }

  it('never export default: named exports only (tools that demand one aside)', () => {
    const free = typescript.filter(({ path }) => !path.endsWith('.config.ts'));
    expect(inCode(free, /\bexport default\b/)).toEqual([]);
  });

  it('never export *: index.ts names each export', () => {
    expect(inCode(typescript, /\bexport \*/)).toEqual([]);
  });
});

describe('comments', () => {
  // Taken apart, so that this file does not break its own rules.
  const LATER = new RegExp(
    `\\b(${['TO', 'FIX', 'X', 'HA'].map((a, index) => a + ['DO', 'ME', 'XX', 'CK'][index]).join('|')})\\b`,
  );
  const SILENCED = new RegExp(
    ['@ts-(ignore|nocheck|expect-error)', 'biome' + '-ignore', 'eslint' + '-disable'].join('|'),
  );

  it('promise nothing for later: do it now, or open an issue', () => {
    expect(inText(FILES.filter(inside(...OURS, 'config/', 'docs/', 'bin/')), LATER)).toEqual([]);
  });

  it('silence no checker: mend what it found', () => {
    expect(inText(typescript.filter(outside('test/tidy.test.ts')), SILENCED)).toEqual([]);
  });
});

describe('what nobody uses', () => {
  it('is no file: each is reached from main.ts, a carrier’s index.ts, a tool or a bench', () => {
    expect(deadFiles()).toEqual([]);
  });

  it('is no export: import it somewhere or stop exporting it', () => {
    expect(unusedExports()).toEqual([]);
  });
});

interface Lockfile {
  readonly packages: Record<
    string,
    {
      readonly optionalDependencies?: Record<string, string>;
      readonly integrity?: string;
      readonly hasInstallScript?: boolean;
      readonly link?: boolean;
      readonly os?: readonly string[];
      readonly cpu?: readonly string[];
      readonly libc?: readonly string[];
    }
  >;
}

describe('words in their place', () => {
  it('a carrier is named in its own folder, its mapping, bridges, the catalogue, documents and tests only', () => {
    // Not "look-ups" or "follow-ups".
    // The merchant's own couriers are both a carrier and a vertical of the hub.
    const carriers = CARRIERS.filter((carrier) => carrier !== 'fleet');
    const name = new RegExp(`(?<![A-Za-z0-9-])(${carriers.join('|')})(?![A-Za-z0-9])`, 'i');
    const shared = FILES.filter(inside('src/', 'config/', 'migrations/', 'tools/', 'bin/')).filter(
      (file) =>
        !isTest(file) &&
        !file.path.startsWith('config/carrier-mappings/') &&
        !file.path.startsWith('config/compat/') &&
        !file.path.startsWith('src/adapters/bridges/') &&
        file.path !== 'config/carriers.yaml' &&
        !file.path.startsWith('src/adapters/bridges/') &&
        !CARRIERS.some((carrier) => file.path.startsWith(`src/adapters/${carrier}/`)),
    );
    expect(CARRIERS.length).toBeGreaterThan(1);
    expect(inText(shared, name)).toEqual([]);
  });

  it('platform runs machines for any product: it never says shipment', () => {
    const inPlatform = FILES.filter(inside('src/platform/'));
    // The plan for a cluster names tables, as generated rows do.
    const own = inPlatform.filter(
      ({ path }) => !path.endsWith('.gen.ts') && !path.startsWith('src/platform/distribution/'),
    );
    expect(inText(own, /shipment/i)).toEqual([]);
  });

  it('SQL stands in *.sql.ts, in platform and in migrations only', () => {
    const SQL =
      /^\s*(select\s|insert\s+into\s|update\s+[\w.]+\s+set\s|delete\s+from\s|with\s+(recursive\s+)?\w+\s+(\([^)]*\)\s+)?as\s|create\s+(table|index|role)\s|truncate\s|listen\s+\w+|notify\s+\w+)/i;
    const found = product
      .filter(({ path }) => !path.endsWith('.sql.ts') && !path.startsWith('src/platform/'))
      .flatMap((file) =>
        sourceOf(file)
          .literals.filter(({ text }) => SQL.test(text) && /\s/.test(text.trim()))
          .map(({ text, at }) => `${where(file, at)}: ${text.trim().split('\n')[0]}`),
      );
    expect(found).toEqual([]);
  });

  it('what outlives a transaction is asked for only where connections pass a pooler by', () => {
    const OUTLIVES =
      /\bpg_(try_)?advisory_(un)?lock(_shared|_all)?\s*\(|\bcreate\s+temp|\bset\s+session\b|\bdiscard\s+all\b/i;
    const found = product.filter((file) =>
      sourceOf(file).literals.some(({ text }) => OUTLIVES.test(text)),
    );
    expect(found.map(({ path }) => path)).toEqual([
      'src/platform/backups/online-backup.sql.ts',
      'src/platform/database/advisory-lock.ts',
      'src/platform/database/migrate.ts',
      'src/platform/process/presence.ts',
      'src/platform/queue/postgres-backend.ts',
    ]);
  });

  it('no path of one machine stands anywhere', () => {
    const path = new RegExp(
      `(?<![\\w.$}~)*/-])/(${['work', 'root', 'home/\\w+', 'Users/\\w+'].join('|')})/\\w`,
    );
    const others = FILES.filter((file) => !LOCKFILES.includes(file));
    expect(inText(others, path)).toEqual([]);
  });

  it('there is a lockfile of the product, and one of the tool for mutants', () => {
    expect(LOCKFILES.map(({ path }) => path)).toEqual([
      'package-lock.json',
      'tools/mutation/package-lock.json',
    ]);
  });

  it('the lockfiles name no registry but the public one', () => {
    expect(
      inText(LOCKFILES, /"resolved": "(?!https:\/\/registry\.npmjs\.org\/|packages\/)[^"]+"/),
    ).toEqual([]);
  });

  it('the tool for mutants has no Vitest of its own, and no script at installation', () => {
    const { packages }: Lockfile = JSON.parse(LOCKFILES[1]?.text ?? '{}');
    expect(Object.keys(packages).filter((path) => /(^|\/)vitest$/.test(path))).toEqual([]);
    expect(Object.keys(packages).filter((path) => packages[path]?.hasInstallScript)).toEqual([]);
  });

  it.each([
    ['package-lock.json', 500, 13],
    ['tools/mutation/package-lock.json', 150, 1],
  ])('%s has the hash of every package that is installed on Linux on x64', (file, atLeast, max) => {
    const lock = LOCKFILES.find(({ path }) => path === file)?.text ?? '{}';
    const { packages }: Lockfile = JSON.parse(lock);
    const named = Object.entries(packages).filter(
      ([path, { link }]) => path !== '' && !path.startsWith('packages/') && !link,
    );
    expect(named.length).toBeGreaterThan(atLeast);
    const fits = (value: string, allowed: readonly string[] = []) =>
      allowed.length === 0 || allowed.includes(value);
    const unproven = named.filter(
      ([, { integrity, os, cpu, libc }]) =>
        !/^sha512-[A-Za-z0-9+/]{86}==$/.test(integrity ?? '') &&
        fits('linux', os) &&
        fits('x64', cpu) &&
        fits('glibc', libc),
    );
    expect(unproven.map(([path]) => path)).toEqual([]);
    // Those of other platforms that the registry had no hash of when they were written down; no more.
    expect(named.filter(([, { integrity }]) => integrity === undefined).length).toBeLessThan(max);
  });

  it.each(LOCKFILES)(
    '$path knows the packages of other platforms too, or npm ci refuses it',
    ({ text }) => {
      const { packages }: Lockfile = JSON.parse(text);
      const known = new Set(
        Object.keys(packages).map((path) => path.replace(/^.*node_modules\//, '')),
      );
      const missing = Object.values(packages).flatMap(({ optionalDependencies = {} }) =>
        Object.keys(optionalDependencies).filter((name) => !known.has(name)),
      );
      expect(missing).toEqual([]);
    },
  );
});

describe('documents', () => {
  it('README has its sections in order, in 150 lines at most', () => {
    const readme = FILES.find(({ path }) => path === 'README.md')?.text ?? '';
    const headings = [...readme.matchAll(/^## (.+)$/gm)].map(([, heading]) => heading);
    expect(readme.trimEnd().split('\n').length).toBeLessThanOrEqual(150);
    expect(headings).toEqual([
      'Try it',
      'Five minutes with it',
      'What you get',
      'Carriers',
      'Guides',
      'Develop',
      'Licence',
    ]);
  });

  it('every decision has a context, a decision, consequences and a reason to revisit it, in 60 lines', () => {
    const decisions = FILES.filter(({ path }) => /^docs\/decisions\/\d{4}-/.test(path));
    const parts = ['Context', 'Decision', 'Consequences', 'Revisit when'];
    const odd = decisions.filter(({ text }) => {
      const headings = [...text.matchAll(/^## (.+)$/gm)].map(([, heading]) => heading);
      return headings.join() !== parts.join() || text.trimEnd().split('\n').length > 60;
    });
    expect(odd.map(({ path }) => path)).toEqual([]);
    const numbers = decisions.map(({ path }) => Number(basename(path).slice(0, 4)));
    // A number is never reused, so links from outside stay right; numbers of withdrawn decisions are gaps.
    expect([...new Set(numbers)]).toEqual(numbers);
  });
});

/** Each is being taken apart; none is added. */
const BEING_SPLIT: ReadonlySet<string> = new Set([
  'startOutbox',
  'createByLink',
  'startTestNotifications',
  'noticeRoutes',
]);

describe('sizes', () => {
  it('of folders are 25 source files at most: split one by idea', () => {
    const folders = new Map<string, number>();
    const sources = typescript.filter(({ path }) => !/\.test\.tsx?$|\/test-[^/]+$/.test(path));
    for (const { path } of sources) {
      const folder = path.split('/').slice(0, -1).join('/');
      folders.set(folder, (folders.get(folder) ?? 0) + 1);
    }
    expect(folders.size).toBeGreaterThan(100);
    expect([...folders].filter(([, files]) => files > 25)).toEqual([]);
  });

  it('of functions are 100 lines at most: split one by what it decides, does and shows', () => {
    const long = typescript
      .filter(outside('migrations/'))
      .filter((file) => !/\.test\.tsx?$/.test(file.path))
      .flatMap((file) => sourceOf(file).functions.map((each) => ({ path: file.path, ...each })))
      .filter(({ name, lines }) => lines > 100 && !BEING_SPLIT.has(name));
    expect(long).toEqual([]);
  });

  it('are a question, not a limit: long files and full folders are only reported', ({
    annotate,
  }) => {
    const long = product
      .map(({ path, text }) => ({ path, lines: text.split('\n').length }))
      .filter(({ lines }) => lines > 350)
      .map(({ path, lines }) => `${path}: ${lines} lines; is it still one idea?`);
    const folders = new Map<string, number>();
    for (const { path } of product) {
      const folder = path.split('/').slice(0, -1).join('/');
      folders.set(folder, (folders.get(folder) ?? 0) + 1);
    }
    const full = [...folders]
      .filter(([, files]) => files > 12)
      .map(
        ([folder, files]) =>
          `${folder}: ${files} source files; which of them have a name together?`,
      );
    for (const each of [...long, ...full]) void annotate(each, 'notice');
  });
});
