import { runGuide } from '../run-guide.ts';

runGuide('docs/sandbox.md');
