import { Readable, Writable } from 'node:stream';
import { StdioServerTransport } from '@modelcontextprotocol/sdk/server/stdio.js';
import { toSingleLine } from '@restage/cli-kit';
import type { Restage } from '@restage/sdk';
import type { Terminal } from '../terminal.ts';
import { createMcpServer } from './server.ts';

/**
 * Serves MCP on standard input and output until the client closes its end, or Ctrl-C. Calls that are in progress are
 * aborted then; a job that has started continues. Standard output gets the protocol alone; the log goes to standard error.
 */
export async function serveMcp(restage: Restage, terminal: Terminal): Promise<void> {
  const log = (text: string) => terminal.err(`restage mcp: ${toSingleLine(text)}\n`);
  const input = terminal.stdin instanceof Readable ? terminal.stdin : Readable.from(terminal.stdin);
  const output = new Writable({
    write(bytes: Uint8Array, _encoding, done) {
      terminal.out(bytes);
      done();
    },
  });
  const server = createMcpServer(restage, log);
  const closed = new Promise<void>((resolve) => {
    server.server.onclose = resolve;
  });
  const close = () => server.close();
  input.once('end', close);
  terminal.signal.addEventListener('abort', close);
  await server.connect(new StdioServerTransport(input, output));
  log(`serving ${restage.baseUrl}`);
  if (terminal.signal.aborted) await close();
  await closed;
  input.destroy();
}
