import { spawnSync } from 'node:child_process';
import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { launchHub } from '../src/app/start-testing.ts';
import { ROOT } from './docs/blocks.ts';
import { newDataFolder, removeDataFolder } from './support/hubs/hub-process.ts';

/** Starts several processes in each test, on a busy machine. */
const TIMEOUT_MS = 300_000;

/** Preloaded: prints the loaded scripts on stderr when the ready line is written. */
const TELLS_SCRIPTS = `
  import { Session } from 'node:inspector';
  const session = new Session();
  const urls = [];
  session.connect();
  session.on('Debugger.scriptParsed', ({ params }) => urls.push(params.url));
  session.post('Debugger.enable');
  const write = process.stdout.write.bind(process.stdout);
  process.stdout.write = (...line) => {
    if (String(line[0]).includes('"ready"')) process.stderr.write('scripts ' + JSON.stringify(urls) + '\\n');
    return write(...line);
  };`;

/** Packages that a start does not need: it migrates nothing, sends nothing and calls nobody yet. */
const NOT_FOR_A_START = [
  'axios',
  'bullmq',
  'esbuild',
  'hyparquet',
  'hyparquet-writer',
  'jose',
  'knex',
  'nodemailer',
  'pdfkit',
  '@smithy/signature-v4',
  'tsx',
  'undici',
  'web-push',
];

describe('a start', { timeout: TIMEOUT_MS }, () => {
  it('of a hub that has run before loads one script, and no unneeded package', async () => {
    const data = newDataFolder();
    try {
      const first = launchHub(data);
      await first.ready;
      first.child.kill('SIGTERM');
      await first.ended;
      const spy = `data:text/javascript,${encodeURIComponent(TELLS_SCRIPTS)}`;
      const next = launchHub(data, { node: ['--import', spy] });
      await next.ready;
      next.child.kill('SIGTERM');
      const { stderr } = await next.ended;
      const line = stderr.split('\n').find((each) => each.startsWith('scripts '));
      const scripts: string[] = JSON.parse(line?.slice('scripts '.length) ?? '[]');
      expect(scripts.filter((url) => /\/\.cache\/waybill\//.test(url))).toHaveLength(1);
      expect(scripts.filter((url) => /\.tsx?$/.test(url))).toEqual([]);
      const packages = new Set(
        scripts.flatMap((url) => {
          const name = /node_modules\/(?!\.cache)((?:@[^/]+\/)?[^/]+)/.exec(url)?.[1];
          return name === undefined ? [] : [name];
        }),
      );
      expect(packages).toContain('pg');
      expect(NOT_FOR_A_START.filter((name) => packages.has(name))).toEqual([]);
    } finally {
      removeDataFolder(data);
    }
  });
});

describe('the bundle', { timeout: TIMEOUT_MS }, () => {
  let project = '';
  beforeEach(() => {
    project = mkdtempSync(join(tmpdir(), 'waybill-bundle-'));
    for (const path of ['bin', 'tsconfig.json', 'package.json']) {
      cpSync(join(ROOT, path), join(project, path), { recursive: true });
    }
    for (const folder of ['migrations', 'src/platform', 'src/adapters/acme', 'node_modules']) {
      mkdirSync(join(project, folder), { recursive: true });
    }
    for (const name of ['tsx', 'esbuild']) {
      symlinkSync(join(ROOT, 'node_modules', name), join(project, 'node_modules', name));
    }
    const importModule = 'src/platform/import-module.ts';
    cpSync(join(ROOT, importModule), join(project, importModule));
    write('src/only-one.ts', 'export const made: object = {};');
    write(
      'src/adapters/acme/index.ts',
      `import { made } from '../../only-one.ts'; export const mine = made;`,
    );
    write('src/main.ts', mainThatSays('first'));
  });
  afterEach(() => rmSync(project, { recursive: true, force: true }));

  const write = (path: string, text: string) => writeFileSync(join(project, path), text);
  const run = () => {
    const bin = join(project, 'bin/waybill.js');
    const { stdout, stderr } = spawnSync(process.execPath, [bin], { encoding: 'utf8' });
    return { stdout, stderr };
  };
  const cached = () => readdirSync(join(project, 'node_modules/.cache/waybill'));

  it('is built once, and again when a source was edited', () => {
    expect(run()).toEqual({ stdout: 'first\n', stderr: '' });
    expect(run()).toEqual({ stdout: 'first\n', stderr: '' });
    expect(cached()).toHaveLength(1);
    write('src/main.ts', mainThatSays('other'));
    expect(run()).toEqual({ stdout: 'other\n', stderr: '' });
    expect(cached()).toHaveLength(2);
  });

  it('leaves no process of the bundler behind', () => {
    write('src/main.ts', MAIN_THAT_LISTS_CHILDREN);
    expect(run()).toEqual({ stdout: '[]\n', stderr: '' });
    expect(cached()).toHaveLength(1);
  });

  it('exists eight times at most, so that edits do not fill the disk', () => {
    for (let index = 0; index < 10; index += 1) {
      write('src/main.ts', mainThatSays(`text ${index}`));
      expect(run().stdout).toBe(`text ${index}\n`);
    }
    expect(cached()).toHaveLength(8);
  });

  it('shares modules that are found by scanning folders', () => {
    write(
      'src/main.ts',
      `import { join } from 'node:path';
       import { fileURLToPath } from 'node:url';
       import { made } from './only-one.ts';
       import { importModule } from './platform/import-module.ts';
       export async function main(): Promise<void> {
         const here = fileURLToPath(new URL('.', import.meta.url));
         const found = await importModule(join(here, 'adapters/acme/index.ts')) as { mine: object };
         console.log(found.mine === made);
       }`,
    );
    expect(run()).toEqual({ stdout: 'true\n', stderr: '' });
  });

  it('imports the default export of a package, whether CommonJS or an ES module', () => {
    for (const [name, text] of [
      ['common', `module.exports = { named: 'n', default: 'wrong' };`],
      ['es', `export default 'd'; export const named = 'n';`],
    ] as const) {
      const type = name === 'es' ? 'module' : 'commonjs';
      mkdirSync(join(project, 'node_modules', name));
      write(`node_modules/${name}/package.json`, JSON.stringify({ name, type, main: 'index.js' }));
      write(`node_modules/${name}/index.js`, text);
    }
    write(
      'src/main.ts',
      `import common, { named } from 'common';
       import es, { named as other } from 'es';
       export async function main(): Promise<void> {
         const later = await import('es');
         console.log(JSON.stringify([common.named, named, es, other, later.default, later.named]));
       }`,
    );
    expect(run()).toEqual({ stdout: '["n","n","d","n","d","n"]\n', stderr: '' });
    expect(cached()).toHaveLength(1);
  });

  it('is compiled once; compiled code that V8 rejects is replaced', () => {
    const compiled = () => {
      const folder = join(project, 'node_modules/.cache/waybill', cached()[0] ?? '');
      return readdirSync(folder).flatMap((name) =>
        name.startsWith('compiled-') ? [join(folder, name)] : [],
      );
    };
    run();
    const [file = '', ...others] = compiled();
    expect(others).toEqual([]);
    const stored = statSync(file);
    expect(run()).toEqual({ stdout: 'first\n', stderr: '' });
    expect(statSync(file).ino).toBe(stored.ino);
    writeFileSync(file, 'not compiled code');
    expect(run()).toEqual({ stdout: 'first\n', stderr: '' });
    expect(readFileSync(file).length).toBe(stored.size);
    expect(compiled()).toEqual([file]);
  });

  it('names the sources in stack traces', () => {
    write('src/main.ts', `export function main(): void {\n  throw new Error('broken');\n}`);
    expect(run().stderr).toContain(`${join(project, 'src/main.ts')}:2:`);
  });

  it('is ASCII, because another character would double its memory, and means the same', () => {
    write(
      'src/main.ts',
      `/* … */ export function main(): void {
         console.log('naïve – café'.split(/[–\\s]+/u).join('·'), /^\\p{L}+▒$/u.test('é▒'));
       }`,
    );
    expect(run()).toEqual({ stdout: 'naïve·café true\n', stderr: '' });
    const script = join(project, 'node_modules/.cache/waybill', cached()[0] ?? '', 'waybill.cjs');
    expect(readFileSync(script, 'utf8')).toMatch(/^\p{ASCII}+$/u);
  });

  it('is not needed: sources run one by one if nothing can be written beside them', () => {
    write('node_modules/.cache', 'This is a file.');
    expect(run()).toEqual({ stdout: 'first\n', stderr: '' });
    expect(readFileSync(join(project, 'node_modules/.cache'), 'utf8')).toBe('This is a file.');
  });

  it('is built completely or not at all: leftovers of a kill do no harm', () => {
    run();
    const [folder = ''] = cached();
    rmSync(join(project, 'node_modules/.cache/waybill', folder, 'waybill.cjs'));
    expect(run()).toEqual({ stdout: 'first\n', stderr: '' });
  });
});

/** Prints the remaining child processes, as soon as there are none, or after five seconds. */
const MAIN_THAT_LISTS_CHILDREN = `
  import { readdirSync, readFileSync } from 'node:fs';
  function children(): string[] {
    return readdirSync('/proc').filter((pid) => {
      try {
        const [state, parent] = readFileSync('/proc/' + pid + '/stat', 'utf8').replace(/^.*\\) /, '').split(' ');
        return state !== 'Z' && Number(parent) === process.pid;
      } catch {
        return false;
      }
    });
  }
  export async function main(): Promise<void> {
    const deadline = Date.now() + 5_000;
    while (children().length > 0 && Date.now() < deadline) await new Promise(setImmediate);
    console.log(JSON.stringify(children()));
  }`;

function mainThatSays(text: string): string {
  return `const said: string = ${JSON.stringify(text)};
    export function main(): void { console.log(said); }`;
}
