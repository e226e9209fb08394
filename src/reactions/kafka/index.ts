export { RELAY } from './relay-name.ts';
export { relaySchema } from './schema.ts';
export { startRelay } from './start-relay.ts';
export { oldestUnsentMs } from './waiting.sql.ts';
