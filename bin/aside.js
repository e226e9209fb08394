// A process that src/platform/aside.ts starts, with the file to be run as its argument.
import { importModule } from './typescript.js';

await importModule(process.argv[2]);
