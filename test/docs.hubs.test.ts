import { spawnSync } from 'node:child_process';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { type Block, documents, ROOT } from './docs/blocks.ts';
import { Visitor } from './docs/visitor.ts';
import { startOwnRedis } from './support/own-servers.ts';

/** Documents for operators: their commands also work with an operator's own servers. */
const FOR_OPERATORS: readonly string[] = [
  'docs/operators.md',
  'docs/upgrading.md',
  'docs/runbook.md',
  'docs/channels.md',
  'docs/carrier-webhooks.md',
  'docs/retention.md',
];

const all = documents().filter(({ blocks }) => !blocks.every(isRunElsewhere));
const redis = await startOwnRedis();
afterAll(() => redis?.stop());
if (redis === null) {
  process.stderr.write('SKIPPED: guides with your own PostgreSQL and Redis: no redis-server\n');
}

/** Each command in the documents works, and its output is as documented. */
describe.sequential.each([
  ...all.map((document) => ({ ...document, own: false, servers: 'the embedded servers' })),
  ...all
    .filter(({ path }) => FOR_OPERATORS.includes(path))
    .map((document) => ({ ...document, own: true, servers: 'your own PostgreSQL and Redis' })),
])('$path with $servers', ({ blocks, own }) => {
  const visitor = new Visitor();
  beforeAll(async () => {
    if (own && redis !== null) await visitor.useOwnServers(redis);
  });
  afterAll(() => visitor.leave());

  for (const block of blocks) {
    // docs.test.ts finds it in the program that runs it.
    if (isRunElsewhere(block) || (own && block.embeddedOnly)) continue;
    it(`${block.where} ${title(block)}`, async ({ skip }) => {
      skip(own && redis === null, 'not run: there is no redis-server on this machine');
      const [how, what] = block.run?.split(/ (.*)/) ?? ['', ''];
      if (how === 'needs') {
        skip(!succeeds(what ?? ''), `not run: "${what}" does not succeed on this machine`);
      }
      if (how === 'start') {
        await visitor.start(block.commands);
        return;
      }
      if (how === 'stopped') await visitor.stop();
      const run = async (wanted: string) =>
        expect(await visitor.run(block.commands)).toContain(wanted);
      if (block.eventually === null) await run(block.expect ?? '');
      else await vi.waitFor(() => run(block.eventually ?? ''), { interval: 100 });
    });
  }
});

it('derived files match their sources; if not, run "npm run generate"', () => {
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
