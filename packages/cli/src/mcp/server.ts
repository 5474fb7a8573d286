import { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js';
import {
  type CallToolRequest,
  CallToolRequestSchema,
  type CallToolResult,
  ErrorCode,
  ListResourcesRequestSchema,
  ListResourceTemplatesRequestSchema,
  ListToolsRequestSchema,
  ReadResourceRequestSchema,
} from '@modelcontextprotocol/sdk/types.js';
import { isFailure } from '@restage/errors';
import type { Restage } from '@restage/sdk';
import manifest from '../../package.json' with { type: 'json' };
import { createProgressReporter, type Extra } from './progress.ts';
import { ProtocolError } from './protocol-error.ts';
import { toRefusal } from './refusal.ts';
import { listResources, readResource } from './resources.ts';
import { toInputSchema, toOutputSchema } from './schemas.ts';
import { findTool, tools } from './tools/index.ts';

/** What an assistant is told of the server. */
const instructions = `Restage restages footage: it relights the subject of an image or a video, and composites it into a scene that a prompt or a reference image describes.
"run" charges credits; "quote" makes the same checks and charges nothing. If "run" is cut off, its job continues: find it with "jobs", wait for it with "get", or end and refund it with "cancel".
URLs in results are signed and expire after 72 hours; "get" returns fresh ones. An error has a code and a resolution; the docs are resources.`;

/**
 * Creates the MCP server: the tools, and the docs as resources.
 * @param log gets one line for each failed call
 */
export function createMcpServer(restage: Restage, log: (text: string) => void): McpServer {
  const server = new McpServer(
    { name: 'restage', title: 'Restage', version: manifest.version },
    { capabilities: { tools: {}, resources: {} }, instructions },
  );
  server.server.onerror = (error) => log(`protocol_error ${error.message}`);
  // Not registerTool: its checks of inputs answer with text, and these with the codes of the contract.
  server.server.setRequestHandler(ListToolsRequestSchema, () => ({ tools: listTools() }));
  server.server.setRequestHandler(CallToolRequestSchema, ({ params }, extra) =>
    callTool(restage, log, params, extra),
  );
  server.server.setRequestHandler(ListResourcesRequestSchema, (_, { signal }) =>
    listResources(restage.baseUrl, signal),
  );
  server.server.setRequestHandler(ListResourceTemplatesRequestSchema, () => ({ resourceTemplates: [] }));
  server.server.setRequestHandler(ReadResourceRequestSchema, ({ params }, { signal }) =>
    readResource(restage.baseUrl, params.uri, signal),
  );
  return server;
}

function listTools() {
  return Object.entries(tools).map(([name, { title, description, annotations, input, results }]) => ({
    name,
    title,
    description,
    inputSchema: toInputSchema(input.schema),
    outputSchema: toOutputSchema(results),
    annotations,
  }));
}

async function callTool(
  restage: Restage,
  log: (text: string) => void,
  { name, arguments: received = {} }: CallToolRequest['params'],
  extra: Extra,
): Promise<CallToolResult> {
  const tool = findTool(name);
  if (!tool) {
    const names = Object.keys(tools).join(', ');
    throw new ProtocolError(
      ErrorCode.InvalidParams,
      `Unknown tool ${JSON.stringify(name)}. The tools are ${names}.`,
    );
  }
  const refuse = (error: unknown) => {
    const refusal = toRefusal(error, restage.baseUrl);
    log(['call_failed', name, refusal.code, refusal.requestId, refusal.job?.id].filter(Boolean).join(' '));
    // An error that is no refusal is a bug of this program; its stack is for the log alone.
    if (refusal.code === 'BUG') log(error instanceof Error ? (error.stack ?? error.message) : String(error));
    return toResult(refusal, true);
  };
  const { signal } = extra;
  const onProgress = createProgressReporter(extra, log);
  try {
    const input = tool.input.parse(received);
    if (isFailure(input)) return refuse(input);
    return toResult(await tool.call({ restage, signal, onProgress }, input));
  } catch (error) {
    return refuse(error);
  }
}

/** As structured content and, for clients that don't read that, as text. */
function toResult(content: object, isError = false): CallToolResult {
  return {
    content: [{ type: 'text', text: JSON.stringify(content, null, 2) }],
    structuredContent: { ...content },
    isError,
  };
}
