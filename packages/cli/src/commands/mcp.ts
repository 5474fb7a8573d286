import type { Program } from '@restage/cli-kit';
import type { Execute } from '../context.ts';

/** `restage mcp`: serves the API as tools of the Model Context Protocol, on standard input and output. */
export function addMcp(program: Program, execute: Execute): void {
  program
    .command('mcp')
    .description('Serve the API as MCP tools on standard input and output, for AI assistants')
    .action(() =>
      execute(async ({ restage, terminal }) => {
        // On demand: the protocol's library takes longer to load than most commands take to run.
        const { serveMcp } = await import('../mcp/serve.ts');
        await serveMcp(restage, terminal);
        return undefined;
      }),
    );
}
