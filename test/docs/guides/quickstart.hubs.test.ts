import { runGuide } from '../run-guide.ts';

runGuide('docs/quickstart.md');
