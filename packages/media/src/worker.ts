/**
 * Entry of the child process in which bytes that nobody vouches for are parsed. It answers one question at
 * a time over the channel to its parent, and ends with it.
 */
import { probeFile } from './probe/file.ts';
import { Question } from './probe/verdict.ts';

const { send } = process;
if (!send) throw new Error('This is the entry of a child process, which only its parent can start.');
const answer = send.bind(process);

// Ctrl-C reaches every process of the terminal; the server drains first, and then ends this one.
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => {});
process.on('disconnect', () => process.exit(0));
process.on('message', (message) => {
  const verdict = probeFile(Question.parse(message));
  const { user, system } = process.cpuUsage();
  answer({ verdict, cpuMilliseconds: (user + system) / 1000 });
});
answer('ready');
