/**
 * Entry of the child process that parses untrusted bytes. It handles one request at a time over the channel to its
 * parent, and ends with it.
 */
import { probeFile } from './probe/probe-file.ts';
import { ProbeRequest } from './probe/protocol.ts';

const { send } = process;
if (!send) throw new Error('worker.ts must be started as a child process.');
const respond = send.bind(process);

// Ctrl-C reaches every process of the terminal; the server drains first, and then stops this process.
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => {});
process.on('disconnect', () => process.exit(0));
process.on('message', (message) => {
  const result = probeFile(ProbeRequest.parse(message));
  const { user, system } = process.cpuUsage();
  respond({ result, cpuMilliseconds: (user + system) / 1000 });
});
respond('ready');
