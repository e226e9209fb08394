import { runGuide } from '../run-guide.ts';

runGuide('docs/integrators.md');
