export { byIterations, byTime, type Labour } from './routing/labour.ts';
export { readTsplib } from './routing/read/tsplib.ts';
export { UnreadableInstance } from './routing/read/unreadable.ts';
export { readWindowLine } from './routing/read/window-line.ts';
export { type Solution, solveTour, solveWindows } from './routing/solve-instance.ts';
