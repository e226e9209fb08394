import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { browserScript } from './browser-script.ts';

let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'waybill-script-'));
});
afterEach(() => rmSync(root, { recursive: true }));

const write = (name: string, text: string) => writeFileSync(join(root, name), text);
const script = (name = 'main') => browserScript(pathToFileURL(`${root}/`), name);

it('joins what the entry imports into one file, named by all of it', async () => {
  write('main.ts', "import { greeting } from './greeting.ts';\nconsole.log(greeting);\n");
  write('greeting.ts', "export const greeting: string = 'good morning';\n");
  const first = script();
  expect((await first.read()).toString()).toContain('good morning');
  expect(script().fileName).toBe(first.fileName);
  // Browsers store the file for ever, so a change of any source needs another name.
  write('greeting.ts', "export const greeting: string = 'good evening';\n");
  const second = script();
  expect(second.fileName).not.toBe(first.fileName);
  expect((await second.read()).toString()).toContain('good evening');
});

it('is built once, and again after a failure', async () => {
  write('main.ts', 'const = broken');
  const broken = script();
  await expect(broken.read()).rejects.toThrow();
  write('main.ts', 'console.log(1);');
  const mended = await broken.read();
  expect(await broken.read()).toBe(mended);
});
