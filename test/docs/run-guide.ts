import { spawnSync } from 'node:child_process';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { type OwnServer, startOwnRedis } from '../support/own-servers.ts';
import { type Block, documents, isRunElsewhere } from './blocks.ts';
import { Visitor } from './visitor.ts';

/**
 * Registers a test for each command of a document: it works, and its output is as documented.
 *
 * @param servers `own`: a guide for operators, whose commands work with their own PostgreSQL and
 * Redis, too. They are run with these, except those that are for the embedded database only.
 */
export function runGuide(path: string, servers: 'embedded' | 'own' = 'embedded'): void {
  const guide = documents().find((document) => document.path === path);
  const blocks = (guide?.blocks ?? []).filter((block) => !isRunElsewhere(block));
  describe.sequential(path, () => {
    const visitors = { embedded: new Visitor(), own: new Visitor() };
    let redis: OwnServer | null = null;
    let started = '';
    beforeAll(async () => {
      if (servers === 'embedded') return;
      redis = await startOwnRedis();
      if (redis === null) process.stderr.write(`SKIPPED: ${path}: no redis-server\n`);
      else await visitors.own.useOwnServers(redis);
    });
    afterAll(async () => {
      for (const visitor of Object.values(visitors)) await visitor.leave();
      await redis?.stop();
    });
    for (const block of blocks) {
      const here = block.embeddedOnly ? 'embedded' : servers;
      const visitor = visitors[here];
      it(`${block.where} ${title(block)}`, async ({ skip }) => {
        skip(here === 'own' && redis === null, 'there is no redis-server on this machine');
        const [how, what] = block.run?.split(/ (.*)/) ?? ['', ''];
        if (how === 'needs') {
          skip(!succeeds(what ?? ''), `not run: "${what}" does not succeed on this machine`);
        }
        if (how === 'start') {
          started = block.commands;
          await visitor.start(started);
          return;
        }
        if (how === 'stopped') await visitor.stop();
        if (here !== servers && !visitor.hasHub) await visitor.start(started);
        const run = async (wanted: string) =>
          expect(await visitor.run(block.commands)).toContain(wanted);
        if (block.eventually === null) await run(block.expect ?? '');
        else await vi.waitFor(() => run(block.eventually ?? ''), { interval: 100 });
      });
    }
  });
}

function title({ commands }: Block): string {
  const first = commands.split('\n')[0] ?? '';
  return first.length > 60 ? `${first.slice(0, 60)}…` : first;
}

function succeeds(command: string): boolean {
  return spawnSync('bash', ['-c', command], { stdio: 'ignore' }).status === 0;
}
