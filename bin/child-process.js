// A process that src/platform/process/child-process.ts starts, with the file to be run as its argument.
import { importModule } from './typescript.js';

await importModule(process.argv[2]);
