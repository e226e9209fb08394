export { relaySchema } from './decide.ts';
export { startRelay } from './start-relay.ts';
export { oldestUnsentMs, RELAY } from './waiting.sql.ts';
