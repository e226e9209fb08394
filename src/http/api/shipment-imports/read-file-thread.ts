import { answerThread } from '../../../platform/process/thread.ts';
import { type FileTask, type ReadFile, tryParse } from './parse-file.ts';

void answerThread<FileTask, ReadFile>(tryParse, (read) =>
  read.kind === 'read' ? read.file.parts.map(({ buffer }) => buffer) : [],
);
