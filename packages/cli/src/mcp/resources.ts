import {
  ErrorCode,
  type ListResourcesResult,
  type ReadResourceResult,
  type Resource,
} from '@modelcontextprotocol/sdk/types.js';
import { ProtocolError } from './protocol-error.ts';

const timeoutMs = 30_000;

/** The code that MCP has for a resource that does not exist. */
const resourceNotFound = -32_002;

const openApi = {
  uri: 'restage://openapi.json',
  name: 'openapi.json',
  title: 'OpenAPI',
  description: 'Every procedure of the API, with its input, output and error codes',
  mimeType: 'application/json',
} as const satisfies Resource;

/**
 * Lists the docs of the server, which are those of its own version. They need no key.
 * @throws ProtocolError if the server can't be reached, or lists no docs
 */
export async function listResources(baseUrl: string, signal: AbortSignal): Promise<ListResourcesResult> {
  const list = await fetchText(baseUrl, '/llms.txt', signal);
  const links = list.matchAll(
    /^- \[(?<title>.+)\]\(\S*\/docs\/(?<slug>[\w-]+)\.md\)(?:: (?<description>.*))?$/gm,
  );
  const guides = [...links].map(({ groups: { title = '', slug = '', description = '' } = {} }) => ({
    uri: `restage://docs/${slug}`,
    name: slug,
    title,
    description,
    mimeType: 'text/markdown',
  }));
  return { resources: [...guides, openApi] };
}

/**
 * Reads a page of the docs, as Markdown, or the OpenAPI document.
 * @throws ProtocolError
 */
export async function readResource(
  baseUrl: string,
  uri: string,
  signal: AbortSignal,
): Promise<ReadResourceResult> {
  const [, slug] = /^restage:\/\/docs\/([\w-]+)$/.exec(uri) ?? [];
  if (uri !== openApi.uri && slug === undefined) throw createNotFoundError(uri);
  const [path, mimeType] =
    slug === undefined ? ['/openapi.json', openApi.mimeType] : [`/docs/${slug}.md`, 'text/markdown'];
  return { contents: [{ uri, mimeType, text: await fetchText(baseUrl, path, signal, uri) }] };
}

/** @param uri of the resource that does not exist if the server answers 404 */
async function fetchText(baseUrl: string, path: string, signal: AbortSignal, uri?: string): Promise<string> {
  const url = `${baseUrl}${path}`;
  let response: Response;
  try {
    response = await fetch(url, { signal: AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)]) });
    if (response.ok) return await response.text();
  } catch (error) {
    const { cause = error } = error as Error;
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new ProtocolError(
      ErrorCode.InternalError,
      `${url} can't be fetched (${reason}). Is the server running?`,
    );
  }
  if (response.status === 404 && uri !== undefined) throw createNotFoundError(uri);
  throw new ProtocolError(ErrorCode.InternalError, `${url} answered with status ${response.status}.`);
}

function createNotFoundError(uri: string): ProtocolError {
  return new ProtocolError(
    resourceNotFound,
    `Resource not found: ${JSON.stringify(uri)}. See resources/list.`,
    {
      uri,
    },
  );
}
