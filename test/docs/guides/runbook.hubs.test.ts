import { runGuide } from '../run-guide.ts';

runGuide('docs/runbook.md', 'own');
