// Runs TypeScript sources as they are: there is no build step that could go stale.
import { fileURLToPath } from 'node:url';
import { register } from 'tsx/esm/api';

// Named, because tsx would otherwise take the tsconfig.json of whatever folder this is run in.
register({ tsconfig: fileURLToPath(new URL('../tsconfig.json', import.meta.url)) });
