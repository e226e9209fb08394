import { runGuide } from '../run-guide.ts';

runGuide('docs/operators.md', 'own');
