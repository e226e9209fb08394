import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { chmodSync, existsSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { text } from 'node:stream/consumers';
import { promisify } from 'node:util';
import pg from 'pg';
import { migrate } from './database/migrate.ts';
import { citusStatements, readCatalog } from './distribution/catalog.sql.ts';
import { distributionPlan } from './distribution/distribution-plan.ts';
import { startEmbeddedPostgres } from './postgres/embedded-postgres.ts';

/**
 * PostgreSQL for tests. One server serves a whole vitest run: the run's main process hosts it
 * (test-postgres-setup.ts) and starts it when the first test file requests a database, so runs
 * without one pay nothing. Each test file gets a database of its own, cloned from a migrated
 * template. The next ones are cloned and the last ones removed while tests run, so that hardly any
 * test waits for either.
 */

/** The environment variable that passes the main process's address to its workers. */
const DESK_VARIABLE = 'WAYBILL_TEST_POSTGRES';
const TEMPLATE = 'waybill_template';
/**
 * `WAYBILL_CITUS_URL`: a database on the coordinator of a Citus cluster, in which the workers have
 * been added. Test files then get distributed databases there.
 */
const CITUS_URL = process.env['WAYBILL_CITUS_URL'];
/** The clones prepared in advance: as many as there are workers. Each takes some 20 MB on disk. */
const SPARE_CLONES = 2;

/**
 * A worker's request: for a clone or an empty database, to remove one, or for the folder of a stopped
 * server that has been migrated.
 */
type Question = { readonly want: 'clone' | 'empty' | 'stopped' } | { readonly drop: string };

export interface TestDatabase {
  readonly url: string;
  /** Removes the database, breaking connections that are still open. */
  drop(): Promise<void>;
}

export interface TestPostgres {
  readonly url: string;
  /** The folder of the server's files, removed by `stop`. */
  readonly data: string;
  pid(): number;
  stop(): Promise<void>;
}

/** Starts a separate server, for tests that kill or reconfigure it. `durable` turns fsync on. */
export async function startTestPostgres(
  options: { durable?: boolean } = {},
): Promise<TestPostgres> {
  const data = mkdtempSync(path.join(os.tmpdir(), 'waybill-test-'));
  const server = await startEmbeddedPostgres({ data, durable: options.durable ?? false });
  return {
    url: server.url,
    data,
    pid: () => server.pid(),
    async stop() {
      await server.stop();
      rmSync(data, { recursive: true, force: true });
    },
  };
}

/**
 * Creates a new database on the run's server.
 *
 * @param options.migrate true (the default) clones the migrated template; false gives an empty one.
 */
export async function createTestDatabase(
  options: { migrate?: boolean } = {},
): Promise<TestDatabase> {
  const desk = process.env[DESK_VARIABLE];
  if (desk === undefined) {
    throw new Error('createTestDatabase works in tests run by vitest; see vitest.config.ts');
  }
  const want = options.migrate === false ? 'empty' : 'clone';
  const { url, name } = await ask(desk, { want });
  return {
    url: databaseUrl(url, name),
    drop: async () => void (await ask(desk, { drop: name })),
  };
}

/**
 * Copies the files of a migrated server into the data folder of a hub that has none yet: the hub then
 * starts as if it had migrated its database before. That saves two seconds of processor time.
 */
export async function giveMigratedServer(data: string): Promise<void> {
  const desk = process.env[DESK_VARIABLE];
  if (desk === undefined || existsSync(path.join(data, 'postgres'))) return;
  const { url } = await ask(desk, { want: 'stopped' });
  mkdirSync(data, { recursive: true });
  await promisify(execFile)('cp', ['-a', '--reflink=auto', path.join(url, 'postgres'), data]);
}

/** Runs in the main process: starts the server when the first database is requested. */
export async function hostTestPostgres(): Promise<{ close(): Promise<void> }> {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'waybill-desk-'));
  chmodSync(folder, 0o700);
  const socket = path.join(folder, 'desk.sock');
  let server: Promise<Pick<TestPostgres, 'url' | 'stop'>> | null = null;
  let template: Promise<void> | null = null;
  let stopped: Promise<string> | null = null;
  /** Tasks run one after the other, because all they do is copy and remove files. */
  let work: Promise<unknown> = Promise.resolve();
  const spare: Promise<string>[] = [];
  const next = <T>(task: () => Promise<T>): Promise<T> => {
    const done = work.then(task);
    work = done.catch(() => {});
    return done;
  };
  const cloneAhead = (url: string): void => {
    while (spare.length < SPARE_CLONES) {
      const made = next(() => createDatabase(url, TEMPLATE));
      // The receiver of the promise handles the failure.
      made.catch(() => {});
      spare.push(made);
    }
  };
  const answer = async (question: Question): Promise<{ url: string; name: string }> => {
    if ('want' in question && question.want === 'stopped') {
      stopped ??= makeStoppedServer(path.join(folder, 'stopped'));
      return { url: await stopped, name: TEMPLATE };
    }
    server ??=
      CITUS_URL === undefined
        ? startTestPostgres()
        : Promise.resolve({ url: CITUS_URL, stop: async () => {} });
    const { url } = await server;
    if ('drop' in question) {
      next(() => dropDatabase(url, question.drop)).catch(() => {});
      return { url, name: question.drop };
    }
    if (question.want === 'empty') return { url, name: await createDatabase(url, 'template0') };
    template ??= makeTemplate(url);
    await template;
    cloneAhead(url);
    const name = await spare.shift();
    cloneAhead(url);
    if (name === undefined) throw new Error('no database was cloned');
    return { url, name };
  };
  const desk = createServer((connection) => {
    connection.on('error', () => {});
    // The request is a few bytes and arrives in one piece over a local socket.
    connection.once('data', (question) => {
      answer(JSON.parse(question.toString('utf8')) as Question)
        .then((made) => connection.end(JSON.stringify(made)))
        .catch((error: Error) => connection.end(JSON.stringify({ error: error.message })));
    });
  });
  await new Promise<void>((resolve, reject) => {
    desk.once('error', reject).listen(socket, resolve);
  });
  process.env[DESK_VARIABLE] = socket;
  return {
    async close() {
      desk.close();
      await work;
      const started = await server?.catch(() => null);
      await started?.stop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** Makes and migrates a cluster; returns the folder. */
async function makeStoppedServer(data: string): Promise<string> {
  mkdirSync(data);
  const server = await startEmbeddedPostgres({ data, durable: false });
  await migrate(server.url);
  await server.stop();
  return data;
}

async function makeTemplate(url: string): Promise<void> {
  if (CITUS_URL !== undefined) {
    await makeDistributed(url, TEMPLATE);
    for (const node of await nodesOf(url)) await freeze(node, TEMPLATE);
    return;
  }
  await asAdmin(url, (admin) => admin.query(`create database ${TEMPLATE}`));
  await migrate(databaseUrl(url, TEMPLATE));
}

/** Creates a database on all nodes of a cluster, and applies there what the command prints. */
async function makeDistributed(url: string, name: string): Promise<void> {
  const [coordinator, ...workers] = await nodesOf(url);
  if (coordinator === undefined) throw new Error('WAYBILL_CITUS_URL has no nodes in pg_dist_node');
  for (const node of [...workers, coordinator]) {
    await asAdmin(node, (admin) => admin.query(`drop database if exists ${name} with (force)`));
    await asAdmin(node, (admin) => admin.query(`create database ${name}`));
    await asAdmin(node, (admin) => admin.query('create extension citus'), name);
  }
  const add = (text: string, node: string) => (admin: pg.Client) =>
    admin.query(text, [new URL(node).hostname, Number(new URL(node).port)]);
  await asAdmin(coordinator, add('select citus_set_coordinator_host($1, $2)', coordinator), name);
  for (const node of workers) {
    await asAdmin(coordinator, add('select citus_add_node($1, $2)', node), name);
  }
  await migrate(databaseUrl(coordinator, name));
  await asAdmin(
    coordinator,
    async (admin) => {
      const printed = citusStatements(distributionPlan(await readCatalog(admin)), name);
      // As psql sends them: the lines within a statement are indented or its end.
      for (const statement of printed.split(/;\n(?! |end)/)) await admin.query(statement);
    },
    name,
  );
}

/** Ends what is connected to a database, such as the cluster's daemon, so that it can be cloned. */
function freeze(url: string, name: string): Promise<void> {
  return asAdmin(url, async (admin) => {
    await admin.query(`alter database ${name} allow_connections false`);
    const others = 'from pg_stat_activity where datname = $1';
    await admin.query(`select pg_terminate_backend(pid, 5000) ${others}`, [name]);
  });
}

/** The servers on which a database has to be created: the coordinator's first, if it is a cluster. */
async function nodesOf(url: string): Promise<string[]> {
  if (CITUS_URL === undefined) return [url];
  const nodes: string[] = [];
  await asAdmin(
    url,
    async (admin) => {
      const { rows } = await admin.query<{ name: string; port: number }>(
        `select nodename as name, nodeport as port from pg_dist_node
         where noderole = 'primary' order by groupid`,
      );
      for (const { name, port } of rows) {
        nodes.push(Object.assign(new URL(url), { hostname: name, port: String(port) }).href);
      }
    },
    new URL(url).pathname.slice(1),
  );
  return nodes;
}

async function createDatabase(url: string, template: string): Promise<string> {
  const name = `test_${randomBytes(6).toString('hex')}`;
  for (const node of await nodesOf(url)) {
    await asAdmin(node, (admin) =>
      // Measured here on a busy machine: copying files 0.4 s, copying through the log 0.5 s.
      admin.query(`create database ${name} template ${template} strategy file_copy`),
    );
    if (CITUS_URL === undefined || template !== TEMPLATE) continue;
    // A copy has no settings of roles, and knows its template as the database that workers have.
    await asAdmin(
      node,
      async (admin) => {
        await admin.query(`alter database ${name} set citus.propagate_set_commands = 'local'`);
        await admin.query(
          `update pg_dist_object set objid = (select oid from pg_database where datname = $1)
           where classid = 'pg_database'::regclass`,
          [name],
        );
      },
      name,
    );
  }
  return name;
}

async function dropDatabase(url: string, name: string): Promise<void> {
  for (const node of await nodesOf(url)) {
    await asAdmin(node, (admin) => admin.query(`drop database if exists ${name} with (force)`));
  }
}

async function ask(desk: string, question: Question): Promise<{ url: string; name: string }> {
  const connection = connect(desk);
  connection.write(JSON.stringify(question));
  const answer = JSON.parse(await text(connection)) as
    | { readonly url: string; readonly name: string }
    | { readonly error: string };
  if ('error' in answer) throw new Error(`no test database: ${answer.error}`);
  return answer;
}

async function asAdmin(
  url: string,
  work: (admin: pg.Client) => Promise<unknown>,
  database = 'postgres',
): Promise<void> {
  const admin = new pg.Client(databaseUrl(url, database));
  await admin.connect();
  try {
    await work(admin);
  } finally {
    await admin.end();
  }
}

function databaseUrl(url: string, database: string): string {
  if (CITUS_URL !== undefined && !url.includes('@/'))
    return Object.assign(new URL(url), { pathname: `/${database}` }).href;
  return url.replace(/@\/[^?]*/, `@/${database}`);
}
