import { Redis } from 'ioredis';
import type { Engine } from '../engines.ts';

type Cluster = Pick<Engine, 'urls' | 'kill'>;

/** By master, in the order of the nodes' names; null for a node that is down or no master. */
export async function eachMaster<T>(
  cluster: Pick<Cluster, 'urls'>,
  work: (redis: Redis) => Promise<T>,
): Promise<(T | null)[]> {
  return eachNode(cluster, async (redis) => {
    const [role] = await redis.role();
    return role === 'master' ? work(redis) : null;
  });
}

/** Returns the name of the master that has keys like `pattern`; throws if there is none. */
export async function masterWith(cluster: Pick<Cluster, 'urls'>, pattern: string): Promise<string> {
  const keys = await eachMaster(cluster, async (redis) => (await redis.keys(pattern)).length);
  const index = keys.findIndex((count) => (count ?? 0) > 0);
  if (index < 0) throw new Error(`no master has a key like ${pattern}`);
  return nodeName(index);
}

/** The states of the nodes that run: their views of the cluster, and their replication. */
export async function clusterStates(cluster: Pick<Cluster, 'urls'>): Promise<string[]> {
  const states = await eachNode(cluster, async (redis) => {
    const state = /^cluster_state:(\w+)/m.exec(String(await redis.cluster('INFO')))?.[1];
    const replication = await redis.info('replication');
    const online = replication.match(/^slave\d+:.*state=online/gm)?.length ?? 0;
    const link = /^master_link_status:(\w+)/m.exec(replication)?.[1];
    return link === undefined
      ? `cluster ${state}, master of ${online}`
      : `cluster ${state}, replica, link ${link}`;
  });
  return states.map((state, index) => `${nodeName(index)}: ${state ?? 'down'}`);
}

/** Whether every master has a replica that can succeed it, and every node sees all slots served. */
export async function isReadyForFailover(cluster: Pick<Cluster, 'urls'>): Promise<boolean> {
  const states = await clusterStates(cluster);
  return states.every((state) => /cluster ok, (master of [1-9]|replica, link up)/.test(state));
}

/** Kills all nodes that run. */
export async function killCluster(cluster: Cluster): Promise<void> {
  const running = await eachNode(cluster, async () => true);
  for (const [index, runs] of running.entries()) {
    if (runs !== null) cluster.kill(nodeName(index));
  }
}

const nodeName = (index: number) => `node${index + 1}`;

/** By node, in the order of their names; null for one that does not answer. */
async function eachNode<T>(
  { urls }: Pick<Cluster, 'urls'>,
  work: (redis: Redis) => Promise<T | null>,
): Promise<(T | null)[]> {
  return Promise.all(
    (urls['seeds'] ?? '').split(',').map(async (url) => {
      const redis = new Redis(url, { lazyConnect: true, retryStrategy: () => null });
      redis.on('error', () => {});
      try {
        await redis.connect();
        return await work(redis);
      } catch {
        return null;
      } finally {
        redis.disconnect();
      }
    }),
  );
}
