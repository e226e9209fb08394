import { spawnSync } from 'node:child_process';
import { afterAll, describe, expect, it, vi } from 'vitest';
import { type Block, documents, ROOT } from './docs/blocks.ts';
import { Visitor } from './docs/visitor.ts';

/** Each command in the documents works, and answers what they say. */
describe.sequential.each(documents().filter(({ blocks }) => !blocks.every(isRunElsewhere)))(
  '$path',
  ({ blocks }) => {
    const visitor = new Visitor();
    afterAll(() => visitor.leave());

    for (const block of blocks) {
      // docs.test.ts finds it in the program that runs it.
      if (isRunElsewhere(block)) continue;
      it(`${block.where} ${title(block)}`, async ({ skip }) => {
        const [how, what] = block.run?.split(/ (.*)/) ?? ['', ''];
        if (how === 'needs') {
          skip(!succeeds(what ?? ''), `not run: "${what}" does not succeed on this machine`);
        }
        if (how === 'start') {
          await visitor.start(block.commands);
          return;
        }
        const run = async (wanted: string) =>
          expect(await visitor.run(block.commands)).toContain(wanted);
        if (block.eventually === null) await run(block.expect ?? '');
        else await vi.waitFor(() => run(block.eventually ?? ''), { interval: 100 });
      });
    }
  },
);

it('derived files are what their sources make them; if not, run "npm run generate"', () => {
  const { status, stdout } = spawnSync('npm', ['run', '--silent', 'generate', '--', '--check'], {
    cwd: ROOT,
    encoding: 'utf8',
  });
  expect([status, stdout]).toEqual([0, '']);
});

function isRunElsewhere({ run }: Block): boolean {
  return /^(by|in) /.test(run ?? '');
}

function title({ commands }: Block): string {
  const first = commands.split('\n')[0] ?? '';
  return first.length > 60 ? `${first.slice(0, 60)}…` : first;
}

function succeeds(command: string): boolean {
  return spawnSync('bash', ['-c', command], { stdio: 'ignore' }).status === 0;
}
