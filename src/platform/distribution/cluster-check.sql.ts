import type { Queryable } from '../database/database.ts';
import { HUB_ROLES } from '../database/pool.ts';
import { queryRows, queryValue } from '../database/query-rows.ts';
import { readCatalog } from './catalog.sql.ts';
import { distributionPlan } from './distribution-plan.ts';

interface ClusterFault {
  readonly found: string;
  readonly fix: string;
}

/** A database whose tables are distributed over the workers of a Citus cluster. */
interface Cluster {
  readonly workers: number;
  readonly tables: number;
  /** Reasons not to start: rows would be hidden, misplaced or lost. */
  readonly faults: readonly ClusterFault[];
  /** Workers that do not answer; the parcels of the others can be served. */
  readonly away: readonly string[];
}

const PRINT = 'waybill migrate --distribute --print';

/**
 * Checks a cluster and each of its workers; null: the database is on one server.
 *
 * @param db a connection of the owner, outside of a transaction.
 */
export async function examineCluster(db: Queryable): Promise<Cluster | null> {
  if (!(await hasCitus(db))) return null;
  // `h`: distributed; others are reference tables or local ones that Citus has taken over.
  const managed = await queryRows<{ name: string; kind: string }>(
    db,
    'select logicalrelid::regclass::text as name, partmethod::text as kind from pg_dist_partition order by 1',
  );
  if (managed.length === 0) return null;
  const plan = distributionPlan(await readCatalog(db));
  const planned = plan.spread.map(({ table }) => table);
  const distributed = managed.filter(({ kind }) => kind === 'h').map(({ name }) => name);
  const workers = await ask(db, 'none');
  const present = workers.filter(({ settings }) => settings !== null);
  return {
    workers: workers.length,
    tables: distributed.length,
    faults: [
      ...tableFaults(planned, distributed),
      ...unplannedFaults(managed.map(({ name }) => name).filter((name) => !planned.includes(name))),
      ...(await propagationFaults(db)),
      ...present.flatMap(({ node, settings }) => lossFaults(node, settings)),
      ...(await roleFaults(db, new Set(present.map(({ node }) => node)))),
    ],
    away: workers.filter(({ settings }) => settings === null).map(({ node }) => node),
  };
}

async function hasCitus(db: Queryable): Promise<boolean> {
  const found = await queryRows<{ isCluster: boolean }>(
    db,
    `select to_regclass('pg_dist_partition') is not null as "isCluster"`,
  );
  return found[0]?.isCluster === true;
}

/** Whether facts are distributed over the workers of a cluster. */
export async function isDistributed(db: Queryable): Promise<boolean> {
  if (!(await hasCitus(db))) return false;
  return (
    (await queryValue<boolean>(
      db,
      `select exists (select from pg_dist_partition
                    where logicalrelid = 'facts'::regclass and partmethod = 'h') as "isDistributed"`,
    )) === true
  );
}

/** Throws if the hub must not run on this cluster. */
export async function assertWholeCluster(db: Queryable): Promise<void> {
  const { faults = [] } = (await examineCluster(db)) ?? {};
  if (faults.length === 0) return;
  const list = faults.map(({ found, fix }) => `${found}. ${fix}`).join(' ');
  throw new Error(`The hub cannot run on this Citus cluster: ${list}`);
}

function tableFaults(planned: readonly string[], distributed: readonly string[]): ClusterFault[] {
  const missing = planned.filter((name) => !distributed.includes(name));
  if (missing.length === 0) return [];
  return [
    {
      found: `of ${planned.length} tables these are not distributed: ${missing.join(', ')}`,
      fix: `Stop all hubs and run the missing statements that \`${PRINT}\` prints.`,
    },
  ];
}

/** Statements on such tables follow the rules of Citus, and some then write nothing. */
function unplannedFaults(names: readonly string[]): ClusterFault[] {
  if (names.length === 0) return [];
  return [
    {
      found: `Citus manages tables that belong on the coordinator alone: ${names.join(', ')}`,
      fix: "Stop all hubs and run `select undistribute_table('…', cascade_via_foreign_keys => true)` for them.",
    },
  ];
}

/** Without it, workers do not learn whose rows a transaction may see, and show none. */
async function propagationFaults(db: Queryable): Promise<ClusterFault[]> {
  const rows = await queryRows<{ setting: string }>(
    db,
    "select setting from pg_settings where name = 'citus.propagate_set_commands'",
  );
  const setting = rows[0]?.setting ?? 'missing';
  if (setting === 'local') return [];
  return [
    {
      found: `citus.propagate_set_commands is ${setting}, so workers hide all rows of merchants`,
      fix: `Run \`alter database … set citus.propagate_set_commands = 'local'\`, as \`${PRINT}\` prints.`,
    },
  ];
}

/** Settings of a worker under which it loses what was acknowledged. */
function lossFaults(node: string, settings: Settings | null): ClusterFault[] {
  return Object.entries(settings ?? {})
    .filter(([, value]) => value === 'off' || value === 'local')
    .map(([name, value]) => ({
      found: `${name} is ${value} on ${node}`,
      fix: `Set ${name} = on there and reload it; without it a crash loses what was acknowledged.`,
    }));
}

/** Checks that the coordinator reaches each worker as each of the roles, and what applies there. */
async function roleFaults(
  db: Queryable,
  present: ReadonlySet<string>,
): Promise<readonly ClusterFault[]> {
  const faults: ClusterFault[] = [];
  for (const role of HUB_ROLES) {
    for (const { node, settings } of await ask(db, role)) {
      if (!present.has(node)) continue;
      if (settings === null) {
        faults.push({
          found: `the coordinator cannot log in as ${role} on ${node}`,
          fix: `Run \`alter role ${role} login\` on the coordinator and let it in by pg_hba.conf of ${node}.`,
        });
      } else {
        faults.push(
          ...lossFaults(`${node} for ${role}`, {
            synchronous_commit: settings['synchronous_commit'] ?? 'off',
          }),
        );
      }
    }
  }
  return faults;
}

type Settings = Readonly<Record<string, string>>;

interface Worker {
  /** `host:port` */
  readonly node: string;
  /** Null: it did not answer. */
  readonly settings: Settings | null;
}

const SETTINGS = `select json_object_agg(name, setting)::text from pg_settings
  where name in ('fsync', 'full_page_writes', 'synchronous_commit')`;

/** Asks each worker, as a role or as the login, for its settings. */
async function ask(db: Queryable, role: (typeof HUB_ROLES)[number] | 'none'): Promise<Worker[]> {
  await db.query('begin');
  try {
    await db.query(`set local role ${role}`);
    const rows = await queryRows<{ node: string; success: boolean; result: string }>(db, {
      text: `select nodename || ':' || nodeport as node, success, result
             from run_command_on_workers($1) order by 1`,
      values: [SETTINGS],
    });
    return rows.map(({ node, success, result }) => ({
      node,
      settings: success ? (JSON.parse(result) as Settings) : null,
    }));
  } finally {
    await db.query('rollback');
  }
}
