import type { Broadcast } from '../../platform/broadcast/broadcast.ts';
import { openDatabaseBroadcast } from '../../platform/broadcast/database-broadcast.ts';
import { type Machines, sharedRedis } from '../../platform/machines.ts';
import { installationName } from '../../platform/sealing/key-canary.sql.ts';

const CHANNEL = 'waybill_places';

/** Exchanges couriers' positions between the processes of a hub. */
export async function openPlaceBroadcast(
  machines: Pick<Machines, 'redis' | 'config' | 'database' | 'listener' | 'log'>,
): Promise<Broadcast> {
  const { database, listener, log } = machines;
  const onError = (err: unknown) =>
    log.warn({ err }, 'couriers’ places could not be sent to other processes');
  const address = sharedRedis(machines);
  if (address === null) {
    return openDatabaseBroadcast({ db: database.pipeline, listener, channel: CHANNEL, onError });
  }
  const { openRedisBroadcast } = await import('../../platform/broadcast/redis-broadcast.ts');
  const name = await installationName(database.pipeline);
  return openRedisBroadcast({ address, channel: `waybill-${name}:{places}`, onError });
}
